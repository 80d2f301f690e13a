"""Who gets the next call: told what happened, answers with what to offer to whom. One router per tenant.

It keeps one promise between calls: no free agent stands while a work they may take waits. So an agent who
becomes free only looks at the heads of their own lines, and a work that arrives only at the shelves of its
own. Agents and works that come back without such a call (put, back-off over, next step) are matched by
`tick`.
"""

from bisect import bisect_left
from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import Any

from telephony.routing.explanation import Explanation, explain, figures
from telephony.routing.line import Asked, Line, Waiting
from telephony.routing.lines import Lines
from telephony.routing.roster import Roster
from telephony.routing.shapes import Assignment, Availability, Reason, RoutableAgent, Trigger, Work
from telephony.routing.shelf import Rostered
from telephony.routing.trace import record


class Router:
    """The same calls in the same order give the same answers: ties end at the ids.

    With `keeps_inputs` each assignment carries what it was decided on, for whoever asks later; it takes longer
    than the decision.
    """

    def __init__(self, *, keeps_inputs: bool = False) -> None:
        self._keeps_inputs = keeps_inputs
        self._roster = Roster()
        self._lines = Lines(self._roster)
        self._works: dict[Any, Waiting] = {}
        self._offers: dict[Any, Any] = {}  # agent → the work on offer to them, known to us or not
        self._joining: set[Any] = set()
        self._timers: list[tuple[float, int, Any, bool]] = []  # (moment, number, id, is it an agent)
        self._timer_number = 0

    # Agents

    def put_agent(self, agent: RoutableAgent) -> None:
        """Make an agent known, or tell what is new of them. One with `idle_since` is matched at the next tick.

        An agent who has an offer or backs off stays so. One who is free since that moment stays free if only
        their figures are new: this is cheap, and needs no tick.
        """
        known = self._roster.get(agent.id)
        was = known.state if known else None
        if known is not None and self._roster.put_figures(agent):
            if was is Availability.FREE and agent.idle_since == known.idle_since:
                return
            rostered = known
        else:
            rostered = self._roster.put(agent, self._lines)
        if agent.id in self._offers:
            rostered.state, rostered.work_id = Availability.RESERVED, self._offers[agent.id]
        elif was is Availability.BACKING_OFF:
            return
        elif agent.idle_since is not None:
            self._let_join(rostered, agent.idle_since)
        elif was is not Availability.NOT_READY:
            self._set_unavailable(rostered, Availability.BUSY)

    def remove_agent(self, agent_id: Any) -> None:
        """Forget an agent. What is on offer to them stays so until `offer_failed` or `work_left`."""
        self._joining.discard(agent_id)
        self._roster.remove(agent_id)

    def agent_became_free(self, agent_id: Any, now: float) -> Assignment | None:
        """They can take work from now on; while an offer to them is open, nothing happens."""
        rostered = self._roster.get(agent_id)
        if rostered is None or rostered.state is Availability.FREE:
            return None
        rostered.afterwards = None
        if rostered.state is Availability.RESERVED:
            return None
        self._joining.discard(agent_id)
        rostered.idle_since = now
        first, second = self._first_two_works(rostered)
        if first is None or first.line is None:
            self._roster.set_free(rostered)
            return None
        asked = (agent_id,), None
        return self._assign(first, asked, first.line, now, Trigger.AGENT_BECAME_FREE, next_work=second)

    def agent_became_busy(self, agent_id: Any, because: Availability = Availability.BUSY) -> None:
        """They can take no work: BUSY with something else, or NOT_READY by their own choice. Ends a back-off.

        An agent on offer stays reserved, and is so afterwards.
        """
        rostered = self._roster.get(agent_id)
        if rostered is None:
            return
        if rostered.state is Availability.RESERVED:
            rostered.afterwards = because
        else:
            self._set_unavailable(rostered, because)

    # Works

    def work_arrived(self, work: Work, now: float) -> Assignment | None:
        """A work waits. Told again while it waits, the newer telling counts; while it is on offer, nothing
        happens. A strategy nobody knows is a ValueError, and changes nothing.
        """
        known = self._works.get(work.id)
        if known is not None and known.agents:
            return None
        waiting = Waiting(work)
        if known is not None:
            self.work_left(work.id)
        self._works[work.id] = waiting
        return self._offer_or_wait(waiting, now, Trigger.WORK_ARRIVED)

    def work_left(self, work_id: Any) -> None:
        """It waits no more: bridged, hung up, moved away. Agents it was on offer to count as busy."""
        waiting = self._works.pop(work_id, None)
        if waiting is None:
            return
        if waiting.line is not None:
            waiting.line.leave(waiting)
        for agent_id in waiting.agents:
            self._end_offer(agent_id, work_id)

    def offer_failed(
        self, work_id: Any, agent_id: Any, now: float, retry_agent_at: float | None = None
    ) -> Assignment | None:
        """The agent did not take it. When nobody else's phone rings with it, the work is back at its old place, and
        other free agents are offered it at once.

        The agent joins again at the first tick from `retry_agent_at`, or with None when told that they
        became free.
        """
        self._end_offer(agent_id, work_id, retry_agent_at)
        waiting = self._works.get(work_id)
        if waiting is None or agent_id not in waiting.agents:
            return None
        waiting.agents = tuple(other for other in waiting.agents if other != agent_id)
        if waiting.agents:
            return None
        return self._offer_or_wait(waiting, now, Trigger.OFFER_FAILED)

    # Time

    @property
    def next_tick_at(self) -> float | None:
        """When `tick` has something to do, or None; with agents just put, in the past."""
        if self._joining:
            return float("-inf")
        return self._timers[0][0] if self._timers else None

    def tick(self, now: float) -> list[Assignment]:
        """Let time pass: back-offs end, works reach their next step, and all that can be matched is."""
        touched: set[Line] = set()
        while self._timers and self._timers[0][0] <= now:
            _, _, subject, is_agent = heappop(self._timers)
            if is_agent:
                self._end_back_off(subject, now)
            else:
                touched.update(self._take_next_step(subject, now))
        for agent_id in self._joining:
            rostered = self._roster.get(agent_id)
            if rostered is not None:
                self._roster.set_free(rostered)
                touched.update(rostered.places)
        self._joining.clear()
        return self._match(touched, now)

    # Questions

    def waiting_count(self) -> int:
        """Works waiting and on offer."""
        return len(self._works)

    def ahead_of(self, work_ids: Iterable[Any]) -> dict[Any, int]:
        """By work that waits, how many of its queue come before it; one on offer is not in it, and before nobody."""
        asked = [self._works[work_id] for work_id in work_ids if work_id in self._works]
        places: dict[Any, list] = {waiting.work.queue_id: [] for waiting in asked}
        for waiting in self._works.values():
            if waiting.work.queue_id in places and not waiting.agents:
                places[waiting.work.queue_id].append(waiting.order)
        for orders in places.values():
            orders.sort()
        return {
            waiting.work.id: bisect_left(places[waiting.work.queue_id], waiting.order)
            for waiting in asked
            if not waiting.agents
        }

    def standing(self) -> tuple[set[Any], dict[Any, Availability]]:
        """The works we know, and how each agent stands: for whoever compares our memory with the truth."""
        return set(self._works), {rostered.agent.id: rostered.state for rostered in self._roster}

    def explain(self, work_id: Any, now: float, most: int = 50) -> Explanation | None:
        """Where a work stands and what speaks against each agent, best first, at most `most` of them and as
        many works ahead; None when it is not known.
        """
        waiting = self._works.get(work_id)
        if waiting is None:
            return None
        line = self._lines.of(waiting)
        return explain(waiting, line, self._roster, now, most)

    # Inside

    def _offer_or_wait(self, waiting: Waiting, now: float, trigger: Trigger) -> Assignment | None:
        waiting.step = waiting.work.step_at(now)
        line = self._lines.of(waiting)
        asked = line.whom_to_ask(waiting)
        if asked[0]:
            return self._assign(waiting, asked, line, now, trigger)
        line.join(waiting)
        self._set_step_timer(waiting)
        return None

    def _first_two_works(self, rostered: Rostered) -> tuple[Waiting | None, Waiting | None]:
        """The best head of the agent's lines, and the best head of the others."""
        agent_id = rostered.agent.id
        first: Waiting | None = None
        second: Waiting | None = None
        for line in rostered.places:
            if not line.waiting:
                continue
            head = line.head_for(agent_id)
            if head is None:
                continue
            if first is None or head.order < first.order:
                first, second = head, first
            elif second is None or head.order < second.order:
                second = head
        return first, second

    def _assign(
        self,
        waiting: Waiting,
        asked: Asked,
        line: Line,
        now: float,
        trigger: Trigger,
        *,
        next_work: Waiting | None = None,
    ) -> Assignment:
        agents, next_agent = asked
        inputs = record(waiting, line, self._roster, agents, now, trigger) if self._keeps_inputs else None
        if waiting.line is not None:
            line.leave(waiting)
        work, rostered = waiting.work, self._roster[agents[0]]
        rank_names: tuple[str, ...] = line.strategy.rank_names
        rank: tuple[float, ...] = rostered.places[line].rank
        if line.strategy.measure_name is not None or not waiting.is_plain:
            found = figures(waiting, line, rostered)
            rank_names, rank = tuple(found), tuple(found.values())
        reason = Reason(
            trigger=trigger,
            at=now,
            waited_seconds=now - work.queued_at,
            priority=work.priority,
            step=waiting.step,
            rank=rank,
            rank_names=rank_names,
            idle_seconds=now - rostered.idle_since,
            runner_up_work=self._runner_up(line, agents[0], next_work),
            runner_up_agent=next_agent,
            strategy=work.strategy,
        )
        waiting.agents = agents
        self._reserve(rostered, work.id, now)
        for agent_id in agents[1:]:
            self._reserve(self._roster[agent_id], work.id, now)
        return Assignment(work.id, agents[0], reason, agents[1:], inputs)

    def _reserve(self, rostered: Rostered, work_id: Any, now: float) -> None:
        self._roster.set_state(rostered, Availability.RESERVED)
        rostered.work_id = work_id
        if now > rostered.turn:
            rostered.turn = now
        self._offers[rostered.agent.id] = work_id

    def _runner_up(self, line: Line, agent_id: Any, other: Waiting | None) -> Any:
        first = line.head_for(agent_id) if line.waiting else None
        if first is None or (other is not None and other.order < first.order):
            first = other
        return None if first is None else first.work.id

    def _end_offer(self, agent_id: Any, work_id: Any, retry_at: float | None = None) -> None:
        """The agent is no longer reserved for this work, if they were."""
        if self._offers.get(agent_id) != work_id:
            return
        del self._offers[agent_id]
        rostered = self._roster.get(agent_id)
        if rostered is None:
            return
        rostered.work_id = None
        rostered.state, rostered.afterwards = rostered.afterwards or Availability.BUSY, None
        if retry_at is not None and rostered.state is Availability.BUSY:
            rostered.state, rostered.until = Availability.BACKING_OFF, retry_at
            self._set_timer(retry_at, agent_id, is_agent=True)

    def _set_unavailable(self, rostered: Rostered, state: Availability) -> None:
        self._joining.discard(rostered.agent.id)
        self._roster.set_state(rostered, state)

    def _let_join(self, rostered: Rostered, idle_since: float) -> None:
        self._roster.set_state(rostered, Availability.JOINING)
        rostered.idle_since = idle_since
        self._joining.add(rostered.agent.id)

    def _set_timer(self, at: float, subject: Any, *, is_agent: bool) -> None:
        self._timer_number += 1
        heappush(self._timers, (at, self._timer_number, subject, is_agent))

    def _set_step_timer(self, waiting: Waiting) -> None:
        work, step = waiting.work, waiting.step
        if step < len(work.steps):
            self._set_timer(work.queued_at + work.steps[step].after_seconds, work.id, is_agent=False)

    def _end_back_off(self, agent_id: Any, now: float) -> None:
        rostered = self._roster.get(agent_id)
        if rostered is not None and rostered.state is Availability.BACKING_OFF and rostered.until <= now:
            self._let_join(rostered, rostered.until)

    def _take_next_step(self, work_id: Any, now: float) -> list[Line]:
        """Move a waiting work to the line of the step it has reached; the line, or nothing when it stays."""
        waiting = self._works.get(work_id)
        if waiting is None or waiting.line is None or waiting.work.step_at(now) == waiting.step:
            return []
        waiting.line.leave(waiting)
        waiting.step = waiting.work.step_at(now)
        line = self._lines.of(waiting)
        line.join(waiting)
        self._set_step_timer(waiting)
        return [line]

    def _match(self, lines: set[Line], now: float) -> list[Assignment]:
        """Best work first, until none of these lines has both a work and an agent for it."""
        made = []
        open_lines = [(found[0], line) for line in lines if (found := line.best_work())]
        heapify(open_lines)
        while open_lines:
            expected, line = heappop(open_lines)
            found = line.best_work()
            # Another line may have taken the agent: then this one stands further back, or nowhere.
            if found is not None and found[0] is expected:
                made.append(self._assign(expected, found[1], line, now, Trigger.TICK))
                found = line.best_work()
            if found is not None:
                heappush(open_lines, (found[0], line))
        return made
