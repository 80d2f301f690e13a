"""The router's meaning, as plainly as it can be written: look at every agent and every work, every time."""

from dataclasses import dataclass
from typing import Any

from telephony.routing import Availability, RoutableAgent, Work

FREE, JOINING, RESERVED = Availability.FREE, Availability.JOINING, Availability.RESERVED
BACKING_OFF, BUSY, NOT_READY = Availability.BACKING_OFF, Availability.BUSY, Availability.NOT_READY


@dataclass
class _Agent:
    agent: RoutableAgent
    state: Availability = BUSY
    idle_since: float = 0.0
    until: float = 0.0
    afterwards: Availability = BUSY


@dataclass
class _Work:
    work: Work
    step: int = 0
    agent_id: Any = None


class Oracle:
    """Same calls as Router; answers are pairs (work id, agent id)."""

    def __init__(self) -> None:
        self.agents: dict[Any, _Agent] = {}
        self.works: dict[Any, _Work] = {}
        self.offers: dict[Any, Any] = {}

    def put_agent(self, agent: RoutableAgent) -> None:
        known = self.agents.setdefault(agent.id, _Agent(agent))
        known.agent = agent
        if agent.id in self.offers:
            known.state = RESERVED
        elif known.state is BACKING_OFF:
            return
        elif agent.idle_since is not None:
            known.state, known.idle_since = JOINING, agent.idle_since
        elif known.state is not NOT_READY:
            known.state = BUSY

    def remove_agent(self, agent_id: Any) -> None:
        self.agents.pop(agent_id, None)

    def agent_became_free(self, agent_id: Any, now: float) -> list[tuple[Any, Any]]:
        known = self.agents.get(agent_id)
        if known is None or known.state is FREE:
            return []
        if known.state is RESERVED:
            known.afterwards = BUSY
            return []
        known.state, known.idle_since = FREE, now
        return self._match()

    def agent_became_busy(self, agent_id: Any, because: Availability = BUSY) -> None:
        known = self.agents.get(agent_id)
        if known is None:
            return
        if known.state is RESERVED:
            known.afterwards = because
        else:
            known.state = because

    def work_arrived(self, work: Work, now: float) -> list[tuple[Any, Any]]:
        if work.id in self.offers.values():
            return []
        self.works[work.id] = _Work(work, work.step_at(now))
        return self._match()

    def work_left(self, work_id: Any) -> None:
        self.works.pop(work_id, None)
        for agent_id in [agent_id for agent_id, offered in self.offers.items() if offered == work_id]:
            self._end_offer(agent_id)

    def offer_failed(
        self, work_id: Any, agent_id: Any, now: float, retry_agent_at: float | None
    ) -> list[tuple[Any, Any]]:
        if self.offers.get(agent_id) != work_id:
            return []
        self._end_offer(agent_id)
        known = self.agents.get(agent_id)
        if known and known.state is BUSY and retry_agent_at is not None:
            known.state, known.until = BACKING_OFF, retry_agent_at
        back = self.works[work_id]
        back.agent_id, back.step = None, back.work.step_at(now)
        return self._match()

    def _end_offer(self, agent_id: Any) -> None:
        del self.offers[agent_id]
        if known := self.agents.get(agent_id):
            known.state, known.afterwards = known.afterwards, BUSY

    def tick(self, now: float) -> list[tuple[Any, Any]]:
        for known in self.agents.values():
            if known.state is BACKING_OFF and known.until <= now:
                known.state, known.idle_since = JOINING, known.until
            if known.state is JOINING:
                known.state = FREE
        for waiting in self.works.values():
            if waiting.agent_id is None:
                waiting.step = waiting.work.step_at(now)
        return self._match()

    def eligible(self, waiting: _Work, agent: RoutableAgent) -> bool:
        asked = waiting.work.steps[waiting.step - 1] if waiting.step else waiting.work
        if agent.id in waiting.work.excluded:
            return False
        if asked.target_agent is not None:
            return agent.id == asked.target_agent
        if waiting.work.queue_id is not None and waiting.work.queue_id not in agent.queues:
            return False
        return all(agent.skills.get(skill, 0) >= level for skill, level in asked.requirements)

    def preference(self, waiting: _Work, known: _Agent) -> tuple[Any, ...]:
        asked = waiting.work.steps[waiting.step - 1] if waiting.step else waiting.work
        required = () if asked.target_agent is not None else asked.requirements
        levels = sum(known.agent.skills.get(skill, 0) for skill, _ in required)
        position = known.agent.queues.get(waiting.work.queue_id, 0) if waiting.work.queue_id else 0
        return position, -levels, known.idle_since, known.agent.id

    def _match(self) -> list[tuple[Any, Any]]:
        made = []
        while pair := self._best_pair():
            waiting, known = pair
            assert known.agent.id not in self.offers, "an agent on two offers"
            assert waiting.work.id not in self.offers.values(), "a work on two offers"
            waiting.agent_id, known.state = known.agent.id, RESERVED
            self.offers[known.agent.id] = waiting.work.id
            made.append((waiting.work.id, known.agent.id))
        return made

    def _best_pair(self) -> tuple[_Work, _Agent] | None:
        pairs = [
            (waiting, known)
            for waiting in self.works.values()
            if waiting.agent_id is None
            for known in self.agents.values()
            if known.state is FREE and self.eligible(waiting, known.agent)
        ]
        return min(pairs, key=lambda pair: (order(pair[0].work), self.preference(*pair)), default=None)


def order(work: Work) -> tuple[Any, ...]:
    return work.queued_at - work.priority, work.queued_at, work.id
