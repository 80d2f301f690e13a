"""Which of an agent's phones rings. The only place that decides it, in SQL for many agents and in Python for one.

A phone that is there (`Device.is_there`) and of the kind the agent chose comes first. Otherwise, when the agent chose
none or allows another, the page or IP phone that registered last; a number outside rings only when it was chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from telephony.models import Agent, Device

ANY, NUMBER = Agent.RingOn.ANY, Device.Kind.NUMBER
IS_REGISTERED = Q(registered_at__isnull=False) & (
    Q(unregistered_at=None) | Q(unregistered_at__lt=F("registered_at"))
)
IS_THERE = IS_REGISTERED | Q(kind=NUMBER, is_refused=False)


def chosen_device(agent: Agent, devices: Iterable[Device]) -> Device | None:
    """The one of `devices`, all of this agent, that rings; None when nothing can."""
    there = [device for device in devices if device.is_there]
    wanted = [device for device in there if device.kind == agent.ring_on]
    if not wanted and (agent.ring_on == ANY or agent.may_ring_elsewhere):
        wanted = [device for device in there if device.kind != NUMBER]
    return max(wanted, key=_age, default=None)


def _age(device: Device) -> tuple[float, int]:
    return (device.registered_at.timestamp() if device.registered_at else 0.0, -device.pk)


def device_to_ring(agent_id: int) -> Device | None:
    """As `chosen_device`, read now."""
    agent = Agent.objects.filter(pk=agent_id).first()
    return None if agent is None else chosen_device(agent, Device.objects.filter(agent_id=agent_id))


def has_phone(agent: Agent) -> bool:
    """Whether anything would ring; reads `agent.devices`, prefetched where there are many agents."""
    return chosen_device(agent, agent.devices.all()) is not None


def ringing_devices() -> QuerySet[Device]:
    """Of the agent of an outer query on Agent, those that may ring, the one that does first."""
    chosen = Q(kind=F("agent__ring_on"))
    elsewhere = (Q(agent__ring_on=ANY) | Q(agent__may_ring_elsewhere=True)) & ~Q(kind=NUMBER)
    first = Case(When(chosen, then=Value(0)), default=Value(1), output_field=IntegerField())
    there = Device.objects.filter(IS_THERE, chosen | elsewhere, agent_id=OuterRef("pk"))
    return there.order_by(first, F("registered_at").desc(nulls_last=True), "pk")


def may_register(at: datetime) -> QuerySet[Device]:
    """Phones of active agents whose password is good at this moment; never a number."""
    is_good = Q(valid_until=None) | Q(valid_until__gt=at)
    return Device.objects.filter(is_good, agent__is_active=True).exclude(a1_hash="").exclude(kind=NUMBER)


def with_ringing_device(agents: QuerySet[Agent]) -> QuerySet[Any]:
    """Each with `username` of the phone that rings, or None, its `rung_kind` and `rung_number`."""
    first = ringing_devices()
    return agents.annotate(
        username=Subquery(first.values("sip_username")[:1]),
        rung_kind=Subquery(first.values("kind")[:1]),
        rung_number=Subquery(first.values("number")[:1]),
    )


def with_has_phone(agents: QuerySet[Agent]) -> QuerySet[Any]:
    return agents.annotate(has_phone=Exists(ringing_devices()))
