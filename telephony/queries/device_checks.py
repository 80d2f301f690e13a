"""Checks of phones before shifts, the newest first."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from telephony.models import Agent, DeviceCheck
from telephony.phone_check import Sparing, sparing

LONGEST_BROWSER = 200
SPEAKS_FOR = timedelta(hours=12)
"""A shift: later the agent may sit somewhere else."""


def checks_of(agent_id: int) -> QuerySet[DeviceCheck]:
    return DeviceCheck.objects.filter(agent_id=agent_id)


def sparing_of(agent_id: int, browser: str, at: datetime) -> Sparing | None:
    """Whether this agent's page speaks sparingly: by their newest check of this shift in this browser."""
    fresh = checks_of(agent_id).filter(browser=browser[:LONGEST_BROWSER], at__gt=at - SPEAKS_FOR)
    newest = fresh.order_by("-at", "-pk").first()
    return sparing(newest.results) if newest else None


def latest_checks() -> list[tuple[Agent, DeviceCheck | None]]:
    """Of everyone who may take calls, in the order of their extensions, the newest check, if there is one."""
    newest = DeviceCheck.objects.order_by("agent_id", "-at", "-pk").distinct("agent_id")
    by_agent = {check.agent_id: check for check in newest}
    return [(agent, by_agent.get(agent.pk)) for agent in Agent.objects.filter(is_active=True)]
