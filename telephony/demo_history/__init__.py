"""Two weeks of calls a demo tenant has behind it, so that reports, timelines and boards are not empty.

Not random rows: callers arrive, wait for agents who are really busy, hang up when their patience ends, and every
state of every agent is in the log, so all figures agree. Seeded by the tenant's name: the same every time.
There are no recordings: nothing was said.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from telephony.demo_history.day import Day
from telephony.demo_history.rows import Rows
from telephony.models import Agent, Call, Entry

DAYS = 14


def furnish_history(tenant, numbers: Sequence[str]) -> None:
    """Calls from `numbers` on the fourteen days before today; nothing when there are calls of before today."""
    zone = ZoneInfo(tenant.time_zone)
    today = timezone.now().astimezone(zone).date()
    midnight = datetime.combine(today, time.min, tzinfo=zone)
    entry = Entry.objects.select_related("queue").first()
    agents = list(Agent.objects.filter(is_active=True))
    if entry is None or not agents or Call.objects.filter(arrived_at__lt=midnight).exists():
        return
    rows = Rows()
    chance = random.Random(tenant.schema_name)  # noqa: S311 - a rehearsal, not a secret
    for days_ago in range(DAYS, 0, -1):
        Day(today - timedelta(days=days_ago), zone, entry, agents, numbers, chance, rows).play()
    rows.save()
