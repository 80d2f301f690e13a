"""Whose calls somebody sees who leads: the agents of their groups and teams, within what their seat is narrowed to."""

from dataclasses import dataclass
from typing import Any

from telephony.models import Agent
from telephony.models.groups import GroupMember
from telephony.models.seats import SeatScope
from tenants.people.policies import Role, has_role
from tenants.people.queries.teams import led_teams, mentees_of

Team = frozenset[int] | None
"""Ids of agents; None: everybody's."""


@dataclass(frozen=True)
class Scope:
    """Ids of what a seat is narrowed to; None on a side: everything."""

    queues: frozenset[int] | None = None
    agents: frozenset[int] | None = None


def team_of(member: Any) -> Team:
    """Owners, administrators and inspectors see everybody's calls. So does a supervisor nobody names as a leader; one
    who leads groups or teams, and a team lead always, sees the calls of their agents.
    """
    led = _led_by(member)
    within = scope_of(member).agents
    if within is None:
        return led
    return within if led is None else led & within


def _led_by(member: Any) -> Team:
    if has_role(member, Role.OWNER, Role.ADMIN, Role.INSPECTOR):
        return None
    if not has_role(member, Role.SUPERVISOR, Role.TEAM_LEAD):
        return None
    groups = Agent.objects.filter(agent_groups__leaders=member.pk).values_list("pk", flat=True)
    found = frozenset(groups) | agents_of_led_teams(member)
    if found or not has_role(member, Role.SUPERVISOR) or leads_any(member):
        return found
    return None


def agents_of_led_teams(member: Any) -> frozenset[int]:
    teams = led_teams(member)
    if not teams:
        return frozenset()
    return frozenset(Agent.objects.filter(member__team__in=teams).values_list("pk", flat=True))


def leads_any(member: Any) -> bool:
    return member.led_groups.exists() or member.led_teams.exists()


def scope_of(member: Any) -> Scope:
    """What this member's seat is narrowed to; most seats are not."""
    row = SeatScope.objects.filter(member=member.pk).first() if getattr(member, "pk", None) else None
    if row is None:
        return Scope()
    queues = frozenset(row.queues.values_list("pk", flat=True))
    groups = list(row.groups.values_list("pk", flat=True))
    agents = frozenset(GroupMember.objects.filter(group__in=groups).values_list("agent_id", flat=True))
    return Scope(queues or None, agents if groups else None)


def is_in_scope(member: Any, heard: Any) -> bool:
    """A call or recording lies within what the member's seat is narrowed to, or is their own."""
    queues = scope_of(member).queues
    if queues is None or heard.queue_id in queues:
        return True
    return heard.agent is not None and heard.agent.member_id == member.pk


def agents_of_mentees(member: Any) -> frozenset[int]:
    """Whom this member may listen to as a mentor, and nobody else."""
    mentees = list(mentees_of(member).values_list("pk", flat=True))
    return (
        frozenset(Agent.objects.filter(member__in=mentees).values_list("pk", flat=True))
        if mentees
        else frozenset()
    )
