"""Reads of agents and their phones."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from telephony.models import Agent, AgentStateChange, Device, NotReadyReason


def agent_of(member: Any) -> Agent | None:
    """The agent a member works as, or None."""
    if not getattr(member, "pk", None):
        return None
    return Agent.objects.filter(member_id=member.pk).select_related("not_ready_reason", "next_reason").first()


def agent(agent_id: int) -> Agent | None:
    found = Agent.objects.select_related("not_ready_reason", "next_reason")
    return found.filter(pk=agent_id).first()


def agents_on_floor() -> QuerySet[Agent]:
    """Everyone who may take calls, offline ones too, in the order of their extensions."""
    return Agent.objects.filter(is_active=True).select_related("not_ready_reason", "next_reason")


def agents_of_queue(queue_id: int) -> QuerySet[Agent]:
    return agents_on_floor().filter(queue_agents__queue_id=queue_id)


def colleagues_of(agent_id: int) -> QuerySet[Agent]:
    """To whom a call may be transferred right now."""
    ready = agents_on_floor().filter(presence=Agent.Presence.ONLINE, routing_status=Agent.RoutingStatus.READY)
    return ready.filter(activity=Agent.Activity.IDLE).exclude(pk=agent_id)


def registered_device(agent_id: int) -> Device | None:
    """The phone an offer rings: the one that registered last."""
    devices = Device.objects.filter(agent_id=agent_id, registered_at__isnull=False).order_by("-registered_at")
    return next((device for device in devices if device.is_registered), None)


def is_phone_registered(agent_id: int) -> bool:
    return registered_device(agent_id) is not None


def not_ready_reasons() -> QuerySet[NotReadyReason]:
    return NotReadyReason.objects.all()


def state_changes(agent_ids: list[int] | None, start: datetime, end: datetime) -> QuerySet[AgentStateChange]:
    """Changes within [start, end), oldest first per agent.

    The state before `start` is the last one before it.
    """
    changes = AgentStateChange.objects.filter(at__gte=start, at__lt=end).select_related("agent", "reason")
    return changes if agent_ids is None else changes.filter(agent_id__in=agent_ids)
