"""What would happen: calls that come, agents who take them, and the real router between, on a clock that jumps.

It answers whether a strategy shares the work out evenly, how good the estimate of the wait is, and what other agents,
rules or steps would have done to the calls of a day.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from random import Random
from typing import Any

from telephony.routing.expectation import expected_wait, mean_patience
from telephony.routing.router import Router
from telephony.routing.shapes import Assignment, RoutableAgent, Work


@dataclass(frozen=True, slots=True)
class Arrival:
    """A work that comes at its `queued_at`, takes `handle_seconds` of an agent (talk and wrap-up), and leaves after
    `patience_seconds` in which nobody answered.
    """

    work: Work
    handle_seconds: float
    patience_seconds: float = float("inf")


@dataclass(slots=True)
class Fate:
    """What became of one work. `waited_seconds` until answered or gone, None while it still waits; `agent_id` None
    unless answered. `expected_seconds` is what it could be told when it came, None if nobody worked.
    """

    work: Work
    expected_seconds: float | None = None
    waited_seconds: float | None = None
    agent_id: Any = None

    @property
    def is_answered(self) -> bool:
        return self.agent_id is not None

    @property
    def is_abandoned(self) -> bool:
        return self.agent_id is None and self.waited_seconds is not None


@dataclass(slots=True)
class Outcome:
    """All fates in the order of arrival; seconds each agent worked between `began_at` and `ended_at`."""

    fates: list[Fate] = field(default_factory=list)
    busy_seconds: dict[Any, float] = field(default_factory=dict)
    began_at: float = 0.0
    ended_at: float = 0.0

    def answered(self) -> list[Fate]:
        return [fate for fate in self.fates if fate.is_answered]

    def abandoned(self) -> list[Fate]:
        return [fate for fate in self.fates if fate.is_abandoned]

    def mean_wait_seconds(self) -> float | None:
        """Of the answered; None when nobody was."""
        waits = [fate.waited_seconds or 0.0 for fate in self.answered()]
        return sum(waits) / len(waits) if waits else None

    def service_level(self, seconds: float) -> float | None:
        """Answered within so many seconds ÷ (answered + abandoned), 0 to 1; None without any."""
        all_over = len(self.answered()) + len(self.abandoned())
        in_time = [fate for fate in self.answered() if (fate.waited_seconds or 0.0) <= seconds]
        return len(in_time) / all_over if all_over else None

    def occupancy(self) -> dict[Any, float]:
        """Time on calls ÷ all the time, by agent, 0 to 1."""
        length = self.ended_at - self.began_at
        return {agent_id: busy / length if length else 0.0 for agent_id, busy in self.busy_seconds.items()}

    def spread(self) -> float:
        """How far the occupancy of the busiest agent is above that of the least busy."""
        shares = self.occupancy().values()
        return max(shares) - min(shares) if shares else 0.0


def simulate(
    agents: Iterable[RoutableAgent], arrivals: Iterable[Arrival], *, answer_seconds: float = 0.0
) -> Outcome:
    """Play all arrivals to their end. All agents are free when the first comes, and answer `answer_seconds` after
    their phone began to ring; of several rung at once the first in order does. Nothing in it is random.
    """
    return _Play(list(agents), sorted(arrivals, key=_moment), answer_seconds).run()


def random_calls(
    random: Random,
    count: int,
    *,
    each_seconds: float,
    handle_seconds: float,
    patience_seconds: float = float("inf"),
    **asked: Any,
) -> list[Arrival]:
    """Calls as they come to a centre: exponential times between them, of handling, and of patience, with these means.
    `asked` are fields of `Work`; the ids are numbers from 1.
    """
    found, now = [], 0.0
    for number in range(1, count + 1):
        now += random.expovariate(1 / each_seconds)
        handled = random.expovariate(1 / handle_seconds)
        patience = (
            random.expovariate(1 / patience_seconds) if patience_seconds < float("inf") else float("inf")
        )
        found.append(Arrival(Work(id=number, queued_at=now, **{"queue_id": 1, **asked}), handled, patience))
    return found


def _moment(arrival: Arrival) -> float:
    return arrival.work.queued_at


class _Play:
    def __init__(self, agents: list[RoutableAgent], arrivals: list[Arrival], answer_seconds: float) -> None:
        self._agents = {agent.id: agent for agent in agents}
        self._answer_seconds = answer_seconds
        self._arrivals = {arrival.work.id: arrival for arrival in arrivals}
        self._fates = {arrival.work.id: Fate(arrival.work) for arrival in arrivals}
        self._busy = {agent.id: 0.0 for agent in agents}
        self._worked, self._handled = 0.0, 0
        self._waited, self._abandoned = 0.0, 0
        self._waiting: dict[int | None, set[Any]] = defaultdict(set)
        self._ringing: dict[Any, Assignment] = {}
        self._events: list[tuple[float, int, Callable[[Any, float], None], Any]] = []
        self._number = 0
        self._began_at = _moment(arrivals[0]) if arrivals else 0.0
        self._router = Router()

    def run(self) -> Outcome:
        for agent in self._agents.values():
            self._router.put_agent(replace(agent, idle_since=self._began_at))
        for arrival in self._arrivals.values():
            self._plan(_moment(arrival), self._arrive, arrival.work.id)
        now = self._began_at
        self._router.tick(now)
        while self._events or self._router.next_tick_at is not None:
            now = self._step()
        return Outcome(list(self._fates.values()), self._busy, self._began_at, now)

    def _step(self) -> float:
        """The next thing that happens, and when."""
        tick_at = self._router.next_tick_at
        if tick_at is not None and (not self._events or tick_at <= self._events[0][0]):
            for made in self._router.tick(tick_at):
                self._ring(made, tick_at)
            return tick_at
        now, _, happens, subject = heappop(self._events)
        happens(subject, now)
        return now

    def _plan(self, at: float, happens: Callable[[Any, float], None], subject: Any) -> None:
        self._number += 1
        heappush(self._events, (at, self._number, happens, subject))

    def _arrive(self, work_id: Any, now: float) -> None:
        arrival = self._arrivals[work_id]
        made = self._router.work_arrived(arrival.work, now)
        if made is None:
            self._fates[work_id].expected_seconds = self._expected(arrival.work)
            self._waiting[arrival.work.queue_id].add(work_id)
        if arrival.patience_seconds < float("inf"):
            self._plan(now + arrival.patience_seconds, self._give_up, work_id)
        self._ring(made, now)

    def _expected(self, work: Work) -> float | None:
        """As the product tells it: those before it in the queue, the queue's agents, and what was measured so far."""
        order = work.queued_at - work.priority
        others = (self._arrivals[work_id].work for work_id in self._waiting[work.queue_id])
        ahead = sum(1 for other in others if other.queued_at - other.priority <= order)
        working = sum(1 for agent in self._agents.values() if work.queue_id in (None, *agent.queues))
        handled = self._worked / self._handled if self._handled else None
        return expected_wait(
            position=ahead + 1,
            free=0,
            working=working,
            handle_seconds=handled,
            patience_seconds=mean_patience(self._waited, self._abandoned),
        )

    def _ring(self, made: Assignment | None, now: float) -> None:
        if made is None:
            return
        work = self._arrivals[made.work_id].work
        self._waiting[work.queue_id].discard(work.id)
        self._ringing[work.id] = made
        self._plan(now + self._answer_seconds, self._answer, work.id)

    def _answer(self, work_id: Any, now: float) -> None:
        made = self._ringing.pop(work_id, None)
        if made is None:
            return
        fate = self._fates[work_id]
        fate.waited_seconds, fate.agent_id = now - fate.work.queued_at, made.agent_id
        self._waited += fate.waited_seconds
        self._router.work_left(work_id)
        self._plan(now + self._arrivals[work_id].handle_seconds, self._finish, work_id)
        for agent_id in made.together:
            self._ring(self._router.agent_became_free(agent_id, now), now)

    def _finish(self, work_id: Any, now: float) -> None:
        agent_id, seconds = self._fates[work_id].agent_id, self._arrivals[work_id].handle_seconds
        self._busy[agent_id] += seconds
        self._worked, self._handled = self._worked + seconds, self._handled + 1
        agent = self._agents[agent_id]
        worked = agent.busy_seconds + self._busy[agent_id]
        self._router.put_agent(replace(agent, idle_since=None, busy_seconds=worked))
        self._ring(self._router.agent_became_free(agent_id, now), now)

    def _give_up(self, work_id: Any, now: float) -> None:
        fate, made = self._fates[work_id], self._ringing.pop(work_id, None)
        if fate.waited_seconds is not None:
            return
        fate.waited_seconds = now - fate.work.queued_at
        self._waited, self._abandoned = self._waited + fate.waited_seconds, self._abandoned + 1
        self._waiting[fate.work.queue_id].discard(work_id)
        self._router.work_left(work_id)
        for agent_id in (made.agent_id, *made.together) if made else ():
            self._ring(self._router.agent_became_free(agent_id, now), now)
