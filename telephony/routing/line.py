"""One line per signature: everything that waits for the same kind of agent, and those agents while they are
free.

The waiting are a heap, because they leave from anywhere but are taken from the front. The free stand on
shelves, one per rank, each in the order they became free: adding, leaving and taking the first are all O(1).
"""

from bisect import insort
from collections.abc import Hashable, Iterator
from heapq import heapify, heappop, heappush
from itertools import chain
from typing import Any, NamedTuple

from telephony.routing.shapes import Requirement, RoutableAgent, Work
from telephony.routing.shelf import Shelf


class Signature(NamedTuple):
    """Two works with equal signatures can be taken by exactly the same agents."""

    queue_id: int | None
    requirements: tuple[Requirement, ...]
    target_agent: Any

    def suits(self, agent: RoutableAgent) -> bool:
        """May this agent take such work, were they free?"""
        if self.target_agent is not None:
            return bool(agent.id == self.target_agent)
        if self.queue_id is not None and self.queue_id not in agent.queues:
            return False
        skills = agent.skills
        return all(skills.get(skill, 0) >= level for skill, level in self.requirements)


def signature_of(work: Work, step: int) -> Signature:
    """What the work asks for at that step. Order of requirements does not matter."""
    asked = work if step == 0 else work.steps[step - 1]
    if asked.target_agent is not None:
        return Signature(work.queue_id, (), asked.target_agent)
    return Signature(work.queue_id, tuple(sorted(asked.requirements)), None)


class Waiting:
    """A work inside the router. `line` is set while it waits in one, `agent_id` while it is on offer."""

    __slots__ = ("agent_id", "entry", "line", "order", "step", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        # Wait plus priority, highest first, never changes its order as time passes: so the key needs no
        # clock.
        self.order = (work.queued_at - work.priority, work.queued_at, work.id)
        self.step = 0
        self.line: Line | None = None
        self.entry: Entry | None = None
        self.agent_id: Any = None

    def __lt__(self, other: "Waiting") -> bool:
        return self.order < other.order


# A place in a line's heap. It counts only while it is the one its work holds; a work that left holds none.
Entry = tuple[tuple[float, float, Any], Waiting]


class Line:
    """The waiting and the free of one signature."""

    __slots__ = ("_gone", "_shelves", "_sorted_shelves", "may_have_free", "signature", "waiting")

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        self.waiting: list[Entry] = []
        self.may_have_free = False  # False is certain, True has to be looked up
        self._gone = 0
        self._shelves: dict[tuple[int, ...], Shelf] = {}
        self._sorted_shelves: list[Shelf] = []

    def shelf(self, rank: tuple[int, ...]) -> Shelf:
        """The shelf of that rank, made at its first agent."""
        if rank not in self._shelves:
            self._shelves[rank] = Shelf(rank)
            insort(self._sorted_shelves, self._shelves[rank])
        return self._shelves[rank]

    def free_agents(self) -> Iterator[Any]:
        """Free agents, first asked first."""
        return chain.from_iterable(self._sorted_shelves)

    def first_free(self, excluded: frozenset[Hashable]) -> Any:
        """The free agent to ask first, or None."""
        return self.first_two_free(excluded)[0]

    def first_two_free(self, excluded: frozenset[Hashable]) -> tuple[Any, Any]:
        """The free agents to ask first and second; None where there is none."""
        if not self.may_have_free:
            return None, None
        first, is_empty = None, True
        for shelf in self._sorted_shelves:
            if not shelf.entries:
                continue
            for agent_id in shelf:
                is_empty = False
                if agent_id in excluded:
                    continue
                if first is not None:
                    return first, agent_id
                first = agent_id
        self.may_have_free = not is_empty
        return first, None

    def join(self, waiting: Waiting) -> None:
        waiting.line, waiting.entry = self, (waiting.order, waiting)
        heappush(self.waiting, waiting.entry)

    def leave(self, waiting: Waiting) -> None:
        """Take a work out, whether to offer it or to forget it."""
        entry = waiting.entry
        waiting.line = waiting.entry = None
        if self.waiting and self.waiting[0] is entry:
            heappop(self.waiting)
            return
        # Its place is cleared when it is met, or when half of them are such.
        self._gone += 1
        if self._gone > 64 and self._gone * 2 > len(self.waiting):
            self.waiting = [kept for kept in self.waiting if kept[1].entry is kept]
            heapify(self.waiting)
            self._gone = 0

    def head(self) -> Waiting | None:
        """The work that comes first, or None."""
        while self.waiting:
            entry = self.waiting[0]
            if entry[1].entry is entry:
                return entry[1]
            heappop(self.waiting)
            self._gone -= 1
        return None

    def head_for(self, agent_id: Any) -> Waiting | None:
        """The work that comes first of those this agent is not excluded from."""
        first = self.head()
        if first is None or agent_id not in first.work.excluded:
            return first
        return min((waiting for waiting in self if agent_id not in waiting.work.excluded), default=None)

    def __iter__(self) -> Iterator[Waiting]:
        """All that wait here, in no order."""
        return (entry[1] for entry in self.waiting if entry[1].entry is entry)

    def best_pair(self) -> tuple[Waiting, Any] | None:
        """The first work that has a free agent, with the agent to ask; None when nothing here can be
        matched.
        """
        first = self.head()
        if first is None or not self.may_have_free:
            return None
        if (agent_id := self.first_free(first.work.excluded)) is not None:
            return first, agent_id
        for waiting in sorted(self):
            if (agent_id := self.first_free(waiting.work.excluded)) is not None:
                return waiting, agent_id
        return None
