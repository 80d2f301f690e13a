"""How the system is and what was done to it, for the people who keep it running: nothing of any customer."""

import time
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony.console.vault_words import STOPPED
from telephony.models import Agent, FlowCheck
from telephony.queries.canary import latest_checks
from telephony.queries.devices import may_register
from telephony.queries.recording_room import recording_disks, recording_stopped_by
from telephony.queries.signs import last_word
from telephony.queries.truth import open_differences
from tenants.people.console.access import member_required
from tenants.people.policies import HEALTH_ROLES
from tenants.people.queries.logs import PAGE_SIZE, system_log

PARTS = (
    ("worker", _("Routing of calls"), 15.0),
    ("switch", _("Telephone switch"), 15.0),
    ("celery", _("Work in the background"), 45.0),
)
"""Who leaves a sign of life, what they are called, and after how many seconds silence is trouble."""


@dataclass(frozen=True)
class Part:
    name: str | Promise
    is_up: bool
    age_seconds: int | None


@never_cache
@require_GET
@member_required(*HEALTH_ROLES)
def operations(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    lines = system_log(int(before) if before.isdecimal() and len(before) < 18 else None)
    checks = latest_checks()
    seen = {
        "parts": [_part(*one) for one in PARTS],
        "differences": open_differences().count(),
        "numbers": len(checks),
        "numbers_red": sum(check.outcome == FlowCheck.Outcome.FAILED for check in checks),
        "phones": sum(device.is_there for device in may_register(timezone.now())),
        "online": Agent.objects.filter(presence=Agent.Presence.ONLINE).count(),
        "disks": [(Path(one.folder).name, one.free // 10**9, one.is_full) for one in recording_disks()],
        "not_recorded": STOPPED.get(recording_stopped_by(), ""),
        "lines": lines,
        "is_first": not before,
        "older": lines[-1].id if len(lines) == PAGE_SIZE else None,
    }
    return render(request, "telephony/operations.html", seen)


def _part(key: str, name: str | Promise, silent_after: float) -> Part:
    said = last_word(f"health:{key}")
    age = time.time() - said["at"] if isinstance(said, dict) and "at" in said else None
    return Part(name, age is not None and age < silent_after, None if age is None else int(age))
