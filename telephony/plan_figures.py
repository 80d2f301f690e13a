"""What plans are told of telephony: how much is used of a tenant's quotas, which modules left traces, who checked
their phone. Each is asked inside the tenant.
"""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from telephony.models import Agent, Call, FlowStep, Listening, Recording, SurveyAnswer, VaultState
from telephony.queries.device_checks import latest_checks
from telephony.queries.plan_limits import calls_at_once
from telephony.queries.recording_room import quota_of_tenant
from tenants.billing.queries import seats_on
from tenants.plans.modules import Module
from tenants.plans.preflight import Preflight, answer_with
from tenants.plans.queries import Source, add_gauge, today_of
from tenants.plans.use import add_trace

BYTES_PER_GB = 10**9


def connect() -> None:
    for source in SOURCES:
        add_gauge(source)
    for module, has_any in TRACES:
        add_trace(module, has_any)
    answer_with(preflight)


def seats(tenant: Any) -> tuple[int, int | None]:
    most = seats_on(tenant, today_of(tenant, timezone.now()))
    return Agent.objects.filter(is_active=True).count(), most


def storage(_tenant: Any) -> tuple[Decimal, Decimal | None]:
    state, quota = VaultState.objects.first(), quota_of_tenant()
    used = Decimal(state.used_bytes if state else 0) / BYTES_PER_GB
    return used.quantize(Decimal("0.01")), Decimal(quota.bytes) / BYTES_PER_GB if quota else None


SOURCES = (
    Source("seats", _("Seats"), _("agents"), _("Nobody can be added as an agent."), seats, 10),
    Source(
        "calls",
        _("Calls at the same time"),
        pgettext_lazy("unit", "calls"),
        _("Nobody can call out. Callers are still taken."),
        calls_at_once,
        20,
    ),
    Source("storage", _("Recordings"), _("GB"), _("Calls are no longer recorded; they go on."), storage, 30),
)


def _calls(direction: str) -> Any:
    return lambda since: Call.objects.filter(direction=direction, arrived_at__gte=since).exists()


TRACES = (
    (Module.INBOUND, _calls(Call.Direction.INBOUND)),
    (Module.DIALLING, _calls(Call.Direction.OUTBOUND)),
    (Module.RECORDINGS, lambda since: Recording.objects.filter(started_at__gte=since).exists()),
    (Module.SUPERVISION, lambda since: Listening.objects.filter(asked_at__gte=since).exists()),
    (Module.SURVEYS, lambda since: SurveyAnswer.objects.filter(answered_at__gte=since).exists()),
    (Module.FLOWS, lambda since: FlowStep.objects.filter(entered_at__gte=since).exists()),
)


def preflight() -> Preflight:
    checks = [check for _agent, check in latest_checks()]
    passed = sum(check is not None and check.has_passed for check in checks)
    never = sum(check is None for check in checks)
    return Preflight(passed, len(checks) - passed - never, never)
