"""Reads of emergencies: which plan is in effect for a number, and what switching one would touch."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from telephony.models import Call, EmergencyPlan, EmergencySwitch, Entry, QueueStay
from telephony.trunks.queries import has_trunk_in_use
from tenants.context import current_tenant

DRILL_LIMIT = timedelta(seconds=30)
"""A drill that nobody ended is over by itself after this."""
RUNNING = "running"
_GATEWAY = re.compile(r"[A-Za-z0-9.-]{1,253}:\d{1,5}")


@dataclass(frozen=True, kw_only=True)
class EmergencyEffect:
    """What a plan means in numbers: the numbers it turns, and the calls it leaves alone."""

    numbers: tuple[str, ...]
    live_calls: int
    waiting_calls: int


def plan_in_effect(entry: Entry | None) -> EmergencyPlan | None:
    """The plan that decides about a call now: the number's own before the one of every number.

    A plan being drilled counts as switched on, for DRILL_LIMIT at most.
    """
    since = timezone.now() - DRILL_LIMIT
    is_drilled = Q(switches__is_drill=True, switches__outcome=RUNNING, switches__asked_at__gt=since)
    whose = Q(entry=None) if entry is None else Q(entry=entry) | Q(entry=None)
    found = EmergencyPlan.objects.filter(whose).filter(Q(is_on=True) | is_drilled)
    return found.select_related("queue").order_by(F("entry").desc(nulls_last=True)).first()


def emergency_plans() -> QuerySet[EmergencyPlan]:
    """The plan of every number first."""
    plans = EmergencyPlan.objects.select_related("entry", "entry__queue", "queue")
    return plans.order_by(F("entry__number_e164").asc(nulls_first=True))


def emergency_switches(plan: EmergencyPlan | None = None) -> QuerySet[EmergencySwitch]:
    """Newest first; of one plan, or of all."""
    found = EmergencySwitch.objects.select_related("plan", "plan__entry", "by").order_by("-asked_at")
    return found if plan is None else found.filter(plan=plan)


def is_being_drilled(plan: EmergencyPlan) -> bool:
    since = timezone.now() - DRILL_LIMIT
    return plan.switches.filter(is_drill=True, outcome=RUNNING, asked_at__gt=since).exists()


def last_drill(plan: EmergencyPlan) -> EmergencySwitch | None:
    """The last one that came to its end."""
    return emergency_switches(plan).filter(is_drill=True, seconds__isnull=False).first()


def effect_of(plan: EmergencyPlan) -> EmergencyEffect:
    """Counted now. Calls that are here already stay as they are: only the next call asks where to go."""
    if plan.entry_id:
        numbers = (plan.entry.number_e164,) if plan.entry else ()
    else:
        numbers = tuple(current_tenant().numbers.order_by("e164").values_list("e164", flat=True))
    live = Call.objects.filter(ended_at=None)
    waiting = QueueStay.objects.filter(left_at=None, call__ended_at=None)
    if plan.entry_id:
        live, waiting = live.filter(number__in=numbers), waiting.filter(call__number__in=numbers)
    return EmergencyEffect(numbers=numbers, live_calls=live.count(), waiting_calls=waiting.count())


def has_outside_line() -> bool:
    """Calls may go out: by a trunk in use, or by the one carrier of the settings (FREESWITCH_GATEWAY)."""
    return bool(_GATEWAY.fullmatch(str(settings.SWITCH.get("gateway") or ""))) or has_trunk_in_use()
