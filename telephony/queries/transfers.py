"""Where an agent may transfer calls: everywhere, unless a group of theirs limits it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from telephony.models import Agent, AgentGroup, GroupMember, Queue
from telephony.queries.teams import Scope, scope_of


@dataclass(frozen=True)
class TransferLimits:
    """Ids of the queues and of the colleagues that are allowed, and no others."""

    queues: frozenset[int]
    agents: frozenset[int]


def transfer_limits(agent_id: int, at: datetime) -> TransferLimits | None:
    """None: everywhere. Of several limiting groups what any of them allows; places that have run out do not count.
    What the seat is narrowed to limits the rest.
    """
    limits, scope = _limits_of_groups(agent_id, at), _scope_of_agent(agent_id)
    if scope.queues is None and scope.agents is None:
        return limits
    queues = limits.queues if limits else frozenset(Queue.objects.values_list("pk", flat=True))
    agents = limits.agents if limits else frozenset(Agent.objects.values_list("pk", flat=True))
    return TransferLimits(
        queues=queues if scope.queues is None else queues & scope.queues,
        agents=(agents if scope.agents is None else agents & scope.agents) - {agent_id},
    )


def _scope_of_agent(agent_id: int) -> Scope:
    agent = Agent.objects.select_related("member").filter(pk=agent_id).first()
    return scope_of(agent.member) if agent else Scope()


def _limits_of_groups(agent_id: int, at: datetime) -> TransferLimits | None:
    own = _places(at).filter(agent_id=agent_id, group__limits_transfers=True)
    limiting = set(own.values_list("group_id", flat=True))
    if not limiting:
        return None
    allowed = AgentGroup.objects.filter(pk__in=limiting)
    queues = allowed.exclude(transfer_queues=None).values_list("transfer_queues", flat=True)
    groups = allowed.exclude(transfer_groups=None).values_list("transfer_groups", flat=True)
    agents = _places(at).filter(group__in=list(groups)).values_list("agent_id", flat=True)
    return TransferLimits(queues=frozenset(queues), agents=frozenset(agents) - {agent_id})


def _places(at: datetime) -> QuerySet[GroupMember]:
    return GroupMember.objects.filter(Q(until=None) | Q(until__gt=at))
