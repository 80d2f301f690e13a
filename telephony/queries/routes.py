"""What the switch asks before a call or a registration.

Answered from few rows, because a caller hears the silence.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone

from telephony.models import EmergencyPlan, Entry, Queue
from telephony.number_limits import NOT_PERMITTED, may_come_in
from telephony.queries.arrivals import Arrival, arrival, standing_arrival
from telephony.queries.devices import may_register
from telephony.queries.emergency import plan_in_effect
from telephony.queries.recording_policies import is_call_announced
from telephony.text import plain_line
from telephony.trunks.queries import standing_lines
from tenants import queries as tenant_queries
from tenants.context import current_tenant, enter, enter_row
from tenants.numbers import to_e164
from tenants.prepared import Compiled, given


class Treatment(StrEnum):
    QUEUE = "queue"
    SUSPENDED = "suspended"
    """The tenant's service rests: a notice, then the end."""
    CLOSED = "closed"
    """The number leads to no queue, or to one that is closed, out of hours, full or deserted.

    A notice, then voicemail where there is a queue.
    """
    EMERGENCY_MESSAGE = "emergency_message"
    """A notice, then the end, because an emergency plan is in effect."""
    BACKUP = "backup"
    """Out to the backup number of an emergency plan; the notice when nobody answers there."""


@dataclass(frozen=True, kw_only=True)
class InboundRoute:
    """Everything the dialplan needs; no text a person typed is among it. `language` is "zh" or "en"."""

    tenant: str
    treatment: Treatment
    number: str
    language: str
    queue_id: int | None = None
    priority: int = 0
    max_wait_seconds: int = 300
    is_recorded: bool = False
    """Callers are told so: they may be, whoever answers."""
    backup_number: str = ""
    shown_number: str = ""
    """What who answers the backup line sees; "": the number dialled."""
    backup_lines: tuple[str, ...] = ()
    """By which trunks the backup number is dialled, in order."""
    flow_version_id: int | None = None
    """The published flow callers go through; queue and treatment then say where they come to without it."""
    because: str = ""
    """Why the caller may not wait: closed, hours, full or nobody; or "not_permitted" by the terms of the number."""


@dataclass(frozen=True, kw_only=True)
class DeviceCredentials:
    tenant: str
    agent_id: int
    username: str
    domain: str
    extension: str
    a1_hash: str


def inbound_route(dialled: str, caller: str = "", *, at: datetime | None = None) -> InboundRoute | None:
    """Where a call to this number goes now, or None when the number is no tenant's. `caller` as the switch says it."""
    moment = at or timezone.now()

    def arrive(entry: Entry, country: str) -> Arrival:
        who = to_e164(caller, country) or plain_line(caller, 64)
        return arrival(entry.queue, number=entry.number_e164, caller_number=who, at=moment)

    return _route(dialled, arrive, caller)


def standing_route(dialled: str, *, at: datetime | None = None) -> InboundRoute | None:
    """The same without what changes by the minute or the caller: what the switch keeps for when nobody answers it."""
    moment = at or timezone.now()
    return _route(dialled, lambda entry, _country: standing_arrival(entry.queue, at=moment))


def _route(
    dialled: str, arrive: Callable[[Entry, str], Arrival], caller: str | None = None
) -> InboundRoute | None:
    """`caller` None: whoever it may be. A call that the number's terms refuse hears the notice of a closed line."""
    number = tenant_queries.number_on_line(dialled)
    tenant = number.tenant if number else None
    if number is None or tenant is None:
        return None
    known: dict[str, Any] = {"tenant": tenant.schema_name, "language": switch_language(tenant.language)}
    digits = re.sub(r"\D", "", dialled)[:32]
    if tenant.state != "active":
        return InboundRoute(treatment=Treatment.SUSPENDED, number=digits, **known)
    with enter_row(tenant):
        entry = entry_of(dialled, str(tenant.country))
        emergency = plan_in_effect(entry)
        if emergency is not None:
            return emergency_route(emergency, entry.number_e164 if entry else digits, known)
        if entry is None:
            return InboundRoute(treatment=Treatment.CLOSED, number=digits, **known)
        if caller is not None and not may_come_in(number, caller, str(tenant.country)):
            known["because"] = NOT_PERMITTED
            return InboundRoute(treatment=Treatment.CLOSED, number=entry.number_e164, **known)
        known["flow_version_id"] = published_version(entry)
        return queue_route(arrive(entry, str(tenant.country)), entry.number_e164, known)


def published_version(entry: Entry) -> int | None:
    flow = entry.flow
    return None if flow is None or flow.is_archived else flow.published_id


def queue_route(arrived: Arrival, number: str, known: dict[str, Any]) -> InboundRoute:
    queue = arrived.queue
    return InboundRoute(
        treatment=Treatment.QUEUE if arrived.may_wait else Treatment.CLOSED,
        number=number,
        queue_id=queue.pk,
        priority=queue.priority,
        max_wait_seconds=queue.max_wait_seconds,
        is_recorded=is_call_announced(queue, number),
        because=arrived.because,
        **known,
    )


def emergency_route(plan: EmergencyPlan, number: str, known: dict[str, Any]) -> InboundRoute:
    """An emergency comes before hours, rules and limits; only a closed queue stays closed."""
    if plan.action == EmergencyPlan.Action.BACKUP_LINE:
        return InboundRoute(
            treatment=Treatment.BACKUP,
            number=number,
            backup_number=plan.backup_number,
            shown_number=display_number(),
            backup_lines=standing_lines(plan.backup_number, str(current_tenant().cell)),
            **known,
        )
    if plan.action == EmergencyPlan.Action.MESSAGE or plan.queue is None:
        return InboundRoute(treatment=Treatment.EMERGENCY_MESSAGE, number=number, **known)
    is_open = plan.queue.state == Queue.State.OPEN
    return queue_route(
        Arrival(plan.queue, may_wait=is_open, because="" if is_open else "closed"), number, known
    )


def entry_of(dialled: str, country: str) -> Entry | None:
    """The entry of the current tenant for a number in any spelling a carrier sends."""
    return _entries.first(spellings=list(spellings(dialled, country)))


_entries = Compiled(
    lambda: (
        Entry.objects.filter(number_e164__among=given("spellings"))
        .select_related("queue", "flow")
        .order_by("number_e164")
    )
)


def display_number() -> str:
    """What those we call see, where the tenant has chosen one of its numbers; else "", and it is the number dialled."""
    return Entry.objects.filter(is_shown=True).values_list("number_e164", flat=True).first() or ""


def spellings(dialled: str, country: str) -> set[str]:
    digits = re.sub(r"\D", "", dialled or "")[:32]
    known = to_e164(dialled, country)
    found = {digits, f"+{digits}", f"+{digits.removeprefix('00')}"} if digits else set()
    return found | ({known} if known else set())


def switch_language(language: str) -> str:
    """`zh-hans` → `zh`; the switch has prompts in zh and en."""
    return "zh" if str(language).lower().startswith("zh") else "en"


def device_credentials(username: str, domain: str) -> DeviceCredentials | None:
    """Who may register as username@domain: phones of active agents of active tenants, nobody else."""
    tenant = tenant_queries.tenant_of_domain(domain)
    if tenant is None or tenant.state != "active":
        return None
    with enter(tenant.schema_name):
        device = (
            may_register(timezone.now()).filter(sip_username=username[:40]).select_related("agent").first()
        )
    if device is None or not device.a1_hash:
        return None
    return DeviceCredentials(
        tenant=tenant.schema_name,
        agent_id=device.agent_id,
        username=device.sip_username,
        domain=domain,
        extension=device.agent.extension,
        a1_hash=device.a1_hash,
    )
