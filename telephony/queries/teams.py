"""Whose calls a leader sees: the agents of the groups they lead."""

from typing import Any

from telephony.models import Agent
from tenants.people.policies import Role, has_role

Team = frozenset[int] | None
"""Ids of agents; None: everybody's."""


def team_of(member: Any) -> Team:
    """Owners, administrators and inspectors see everybody's calls. So does a supervisor no group names as its leader;
    one who leads some sees the calls of their agents.
    """
    if not has_role(member, Role.SUPERVISOR) or has_role(member, Role.OWNER, Role.ADMIN, Role.INSPECTOR):
        return None
    led = Agent.objects.filter(agent_groups__leaders=member.pk).values_list("pk", flat=True)
    found = frozenset(led)
    if found or leads_any(member):
        return found
    return None


def leads_any(member: Any) -> bool:
    return member.led_groups.exists()
