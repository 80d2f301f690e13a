"""Checks of phones before shifts, the newest first."""

from django.db.models import QuerySet

from telephony.models import Agent, DeviceCheck


def checks_of(agent_id: int) -> QuerySet[DeviceCheck]:
    return DeviceCheck.objects.filter(agent_id=agent_id)


def latest_checks() -> list[tuple[Agent, DeviceCheck | None]]:
    """Of everyone who may take calls, in the order of their extensions, the newest check, if there is one."""
    newest = DeviceCheck.objects.order_by("agent_id", "-at", "-pk").distinct("agent_id")
    by_agent = {check.agent_id: check for check in newest}
    return [(agent, by_agent.get(agent.pk)) for agent in Agent.objects.filter(is_active=True)]
