"""A tenant's agents as its router sees them: rows, what the day has brought so far, and who is left alone a while."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from telephony.models import Agent, GroupMember, Queue, QueueAgent
from telephony.queries.devices import with_has_phone
from telephony.queries.hours import local_time
from telephony.queries.routables import Load, agents_as_routed, loads, routable
from telephony.routing import RoutableAgent
from tenants.prepared import Compiled, given

_active_agents = Compiled(
    lambda: with_has_phone(Agent.objects.filter(pk__among=given("ids"), is_active=True))
)


class Standing(NamedTuple):
    """How an agent stands now, by one question."""

    is_free: bool
    is_ready: bool
    wrap_up_until: datetime | None


class People:
    """Call within the tenant. `at` is always now."""

    def __init__(self) -> None:
        self._loads: dict[int, Load] = {}
        self._known: dict[int, RoutableAgent] = {}
        self._counts_work = False

    def read(self, at: datetime) -> list[RoutableAgent]:
        """Everyone, with skills, groups, places and figures, as new."""
        self._counts_work = Queue.objects.filter(strategy=Queue.Strategy.LEAST_BUSY).exists()
        self._loads = dict(loads(midnight(at), at))
        found = [self._routable(agent, at) for agent in agents_as_routed(at)]
        self._known = {agent.id: agent for agent in found}
        return found

    def read_one(self, agent_id: int, at: datetime) -> RoutableAgent | None:
        """Somebody new, or whose places have changed; None when they take no calls any more."""
        agent = agents_as_routed(at).filter(pk=agent_id).first()
        if agent is None:
            self._known.pop(agent_id, None)
            return None
        self._known[agent_id] = self._routable(agent, at)
        return self._known[agent_id]

    def left_alone(self) -> Iterator[tuple[int, datetime]]:
        """(agent, until) of those who have just not taken a call, as the rows say."""
        for agent_id, load in self._loads.items():
            if load.alone_until is not None:
                yield agent_id, load.alone_until

    def knows(self, agent_id: int) -> bool:
        return agent_id in self._known

    def standings(self, agent_ids: Collection[int]) -> dict[int, Standing]:
        """By agent; who takes no calls at all is not in it."""
        if not agent_ids:
            return {}
        return {
            agent.pk: Standing(agent.can_take_calls and agent.has_phone, agent.is_ready, agent.wrap_up_until)
            for agent in _active_agents(ids=list(agent_ids))
        }

    def after_work(self, agent_id: int, at: datetime) -> RoutableAgent | None:
        """The agent with today's figures anew, where a queue goes by them; None where nobody does."""
        known = self._known.get(agent_id)
        if not self._counts_work or known is None:
            return None
        busy = loads(midnight(at), at, agent_id).get(agent_id, Load()).busy_seconds
        self._known[agent_id] = replace(known, busy_seconds=busy, idle_since=None)
        return self._known[agent_id]

    def _routable(self, agent: Agent, at: datetime) -> RoutableAgent:
        return routable(agent, self._loads.get(agent.pk, Load()), at)


def midnight(at: datetime) -> datetime:
    """The beginning of the tenant's day."""
    return local_time(at).replace(hour=0, minute=0, second=0, microsecond=0)


def places_that_end(at: datetime) -> Iterator[tuple[datetime, int]]:
    """(moment, agent) of every place in a queue or a group that is not for ever."""
    for places in (QueueAgent.objects, GroupMember.objects):
        for until, agent_id in places.filter(until__gt=at).values_list("until", "agent_id"):
            if until is not None:
                yield until, agent_id
