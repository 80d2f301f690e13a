"""What the switch asks before a call or a registration.

Answered from few rows, because a caller hears the silence.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from telephony.models import Device, Entry, Queue
from tenants import queries as tenant_queries
from tenants.context import enter
from tenants.numbers import to_e164


class Treatment(StrEnum):
    QUEUE = "queue"
    SUSPENDED = "suspended"
    """The tenant's service rests: a notice, then the end."""
    CLOSED = "closed"
    """The number leads to a queue that is closed, or to none.

    A notice, then voicemail where there is a queue.
    """


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


@dataclass(frozen=True, kw_only=True)
class DeviceCredentials:
    tenant: str
    agent_id: int
    username: str
    domain: str
    extension: str
    a1_hash: str


def inbound_route(dialled: str) -> InboundRoute | None:
    """Where a call to this number goes, or None when the number is no tenant's."""
    tenant = tenant_queries.tenant_of_number(dialled)
    if tenant is None:
        return None
    known = {"tenant": tenant.schema_name, "language": switch_language(tenant.language)}
    digits = re.sub(r"\D", "", dialled)[:32]
    if tenant.state != "active":
        return InboundRoute(treatment=Treatment.SUSPENDED, number=digits, **known)
    with enter(tenant.schema_name):
        entry = entry_of(dialled, str(tenant.country))
    if entry is None:
        return InboundRoute(treatment=Treatment.CLOSED, number=digits, **known)
    queue = entry.queue
    is_open = queue.state == Queue.State.OPEN
    return InboundRoute(
        treatment=Treatment.QUEUE if is_open else Treatment.CLOSED,
        number=entry.number_e164,
        queue_id=queue.pk,
        priority=queue.priority,
        max_wait_seconds=queue.max_wait_seconds,
        is_recorded=queue.is_recorded,
        **known,
    )


def entry_of(dialled: str, country: str) -> Entry | None:
    """The entry of the current tenant for a number in any spelling a carrier sends."""
    found = Entry.objects.filter(number_e164__in=spellings(dialled, country)).select_related("queue")
    return found.first()


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
            Device.objects.filter(sip_username=username[:40], agent__is_active=True)
            .select_related("agent")
            .first()
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
