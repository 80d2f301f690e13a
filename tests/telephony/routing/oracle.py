"""The router's meaning, as plainly as it can be written: look at every agent and every work, every time."""

from dataclasses import dataclass
from typing import Any

from telephony.routing import Availability, RoutableAgent, Step, Work

FREE, JOINING, RESERVED = Availability.FREE, Availability.JOINING, Availability.RESERVED
BACKING_OFF, BUSY, NOT_READY = Availability.BACKING_OFF, Availability.BUSY, Availability.NOT_READY


@dataclass
class _Agent:
    agent: RoutableAgent
    state: Availability = BUSY
    idle_since: float = 0.0
    until: float = 0.0
    afterwards: Availability = BUSY
    turn: float = 0.0


@dataclass
class _Work:
    work: Work
    step: int = 0
    agents: tuple[Any, ...] = ()

    @property
    def asked(self) -> Work | Step:
        return self.work.steps[self.step - 1] if self.step else self.work


Answer = list[tuple[Any, tuple[Any, ...]]]  # (work id, agent ids)


class Oracle:
    """Same calls as Router; answers are pairs (work id, agents asked at once)."""

    def __init__(self) -> None:
        self.agents: dict[Any, _Agent] = {}
        self.works: dict[Any, _Work] = {}
        self.offers: dict[Any, Any] = {}

    def put_agent(self, agent: RoutableAgent) -> None:
        known = self.agents.setdefault(agent.id, _Agent(agent))
        is_as_before = _but_for_figures(known.agent) == _but_for_figures(agent)
        known.agent, known.turn = agent, max(known.turn, agent.turn)
        if agent.id in self.offers:
            known.state = RESERVED
        elif agent.idle_since is not None and known.state is not BACKING_OFF:
            if known.state is not FREE or not is_as_before or agent.idle_since != known.idle_since:
                known.state, known.idle_since = JOINING, agent.idle_since
        elif known.state not in (NOT_READY, BACKING_OFF):
            known.state = BUSY

    def remove_agent(self, agent_id: Any) -> None:
        self.agents.pop(agent_id, None)

    def agent_became_free(self, agent_id: Any, now: float) -> Answer:
        known = self.agents.get(agent_id)
        if known is None or known.state is FREE:
            return []
        if known.state is RESERVED:
            known.afterwards = BUSY
            return []
        known.state, known.idle_since = FREE, now
        return self._match(now)

    def agent_became_busy(self, agent_id: Any, because: Availability = BUSY) -> None:
        known = self.agents.get(agent_id)
        if known is None:
            return
        if known.state is RESERVED:
            known.afterwards = because
        else:
            known.state = because

    def work_arrived(self, work: Work, now: float) -> Answer:
        if work.id in self.offers.values():
            return []
        self.works[work.id] = _Work(work, work.step_at(now))
        return self._match(now)

    def work_left(self, work_id: Any) -> None:
        self.works.pop(work_id, None)
        for agent_id in [agent_id for agent_id, offered in self.offers.items() if offered == work_id]:
            self._end_offer(agent_id)

    def offer_failed(self, work_id: Any, agent_id: Any, now: float, retry_agent_at: float | None) -> Answer:
        if self.offers.get(agent_id) != work_id:
            return []
        self._end_offer(agent_id)
        known = self.agents.get(agent_id)
        if known and known.state is BUSY and retry_agent_at is not None:
            known.state, known.until = BACKING_OFF, retry_agent_at
        back = self.works[work_id]
        back.agents = tuple(other for other in back.agents if other != agent_id)
        if back.agents:
            return []
        back.step = back.work.step_at(now)
        return self._match(now)

    def _end_offer(self, agent_id: Any) -> None:
        del self.offers[agent_id]
        if known := self.agents.get(agent_id):
            known.state, known.afterwards = known.afterwards, BUSY

    def tick(self, now: float) -> Answer:
        for known in self.agents.values():
            if known.state is BACKING_OFF and known.until <= now:
                known.state, known.idle_since = JOINING, known.until
            if known.state is JOINING:
                known.state = FREE
        for waiting in self.works.values():
            if not waiting.agents:
                waiting.step = waiting.work.step_at(now)
        return self._match(now)

    def eligible(self, waiting: _Work, agent: RoutableAgent) -> bool:
        asked, queue_id = waiting.asked, waiting.work.queue_id
        if agent.id in waiting.work.excluded or not has_room(agent, waiting.work.kind):
            return False
        if asked.target_agent is not None:
            return agent.id == asked.target_agent
        if queue_id is not None and not {queue_id, *asked.queue_ids} & set(agent.queues):
            return False
        if asked.group_id is not None and asked.group_id not in agent.groups:
            return False
        return all(agent.skills.get(skill, 0) >= level for skill, level in asked.requirements)

    def preference(self, waiting: _Work, known: _Agent) -> tuple[Any, ...]:
        """Lower is asked first."""
        work, asked, agent = waiting.work, waiting.asked, known.agent
        preferred = () if asked.target_agent is not None else asked.preferred
        required = () if asked.target_agent is not None else asked.requirements
        lacking = [skill for skill, level in preferred if agent.skills.get(skill, 0) < level]
        levels = sum(agent.skills.get(skill, 0) for skill, _ in (*required, *preferred))
        by_strategy = {
            "most_skilled": -levels,
            "longest_idle": 0,
            "ring_group": 0,
            "least_busy": agent.busy_seconds,
            "round_robin": known.turn,
        }[work.strategy]
        score = work.scores.get(agent.id, 0)
        position = self._position(waiting, agent)
        return -score, position, len(lacking), by_strategy, known.idle_since, agent.id

    def _position(self, waiting: _Work, agent: RoutableAgent) -> int:
        own = waiting.work.queue_id
        if own is None:
            return 0
        helping = () if waiting.asked.target_agent is not None else waiting.asked.queue_ids
        if own in agent.queues:
            return agent.queues[own]
        return min([agent.queues[queue] for queue in helping if queue in agent.queues], default=0)

    def _match(self, now: float) -> Answer:
        made = []
        while pair := self._best_pair():
            waiting, _ = pair
            work = waiting.work
            asked = self._free_for(waiting)[: work.together if work.strategy == "ring_group" else 1]
            assert work.id not in self.offers.values(), "a work on two offers"
            for known in asked:
                assert known.agent.id not in self.offers, "an agent on two offers"
                assert has_room(known.agent, work.kind), "an agent beyond capacity"
                known.state, known.turn = RESERVED, max(known.turn, now)
                self.offers[known.agent.id] = work.id
            waiting.agents = tuple(known.agent.id for known in asked)
            made.append((work.id, waiting.agents))
        return made

    def _free_for(self, waiting: _Work) -> list[_Agent]:
        free = [k for k in self.agents.values() if k.state is FREE and self.eligible(waiting, k.agent)]
        return sorted(free, key=lambda known: self.preference(waiting, known))

    def _best_pair(self) -> tuple[_Work, _Agent] | None:
        pairs = [
            (waiting, known)
            for waiting in self.works.values()
            if not waiting.agents
            for known in self.agents.values()
            if known.state is FREE and self.eligible(waiting, known.agent)
        ]
        return min(pairs, key=lambda pair: (order(pair[0].work), self.preference(*pair)), default=None)


def has_room(agent: RoutableAgent, kind: str) -> bool:
    """One more of the kind does not exceed its capacity, and a call is alone with its agent."""
    held = {**{k: n for k, n in agent.in_hand.items() if n}}
    held[kind] = held.get(kind, 0) + 1
    return held[kind] <= agent.capacity.get(kind, 0) and ("voice" not in held or len(held) == 1)


def _but_for_figures(agent: RoutableAgent) -> tuple[Any, ...]:
    return agent.skills, agent.queues, agent.groups, dict(agent.capacity), dict(agent.in_hand)


def order(work: Work) -> tuple[Any, ...]:
    return work.queued_at - work.priority, work.queued_at, work.id
