"""One line per signature: everything that waits for the same kind of agent, and those agents while they are
free.

The waiting are a heap, because they leave from anywhere but are taken from the front. The free stand on
shelves, one per rank, each in the order they are asked: where idle time decides, adding, leaving and taking the
first are all O(1).
"""

from bisect import insort
from collections.abc import Hashable, Iterable, Iterator
from heapq import heapify, heappop, heappush, nsmallest
from itertools import chain, islice
from operator import attrgetter
from typing import Any

from telephony.routing.shapes import Availability, Work
from telephony.routing.shelf import MeasuredShelf, Rostered, Shelf
from telephony.routing.signature import Signature
from telephony.routing.strategies import RING_GROUP, strategy_named

Asked = tuple[tuple[Any, ...], Any]  # (agents to ask at once, who would be next or None)
NOBODY: Asked = ((), None)
_RANK = attrgetter("rank")


class Waiting:
    """A work inside the router. `line` is set while it waits in one, `agents` while it is on offer to them."""

    __slots__ = ("agents", "entry", "is_plain", "line", "order", "step", "together", "work")

    def __init__(self, work: Work) -> None:
        strategy_named(work.strategy)  # refuses an unknown one before anything has changed
        self.work = work
        # Wait plus priority, highest first, never changes its order as time passes: so the key needs no
        # clock.
        self.order = (work.queued_at - work.priority, work.queued_at, work.id)
        self.step = 0
        self.line: Line | None = None
        self.entry: Entry | None = None
        self.agents: tuple[Any, ...] = ()
        self.together = max(1, work.together) if work.strategy == RING_GROUP else 1
        self.is_plain = self.together == 1 and not work.scores

    def __lt__(self, other: "Waiting") -> bool:
        return self.order < other.order


# A place in a line's heap. It counts only while it is the one its work holds; a work that left holds none.
Entry = tuple[tuple[float, float, Any], Waiting]


class Line:
    """The waiting and the free of one signature."""

    __slots__ = (
        "_gone",
        "_shelves",
        "_sorted_shelves",
        "is_open",
        "may_have_free",
        "signature",
        "strategy",
        "waiting",
    )

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        self.strategy = strategy_named(signature.strategy)
        self.waiting: list[Entry] = []
        self.is_open = True
        self.may_have_free = False  # False is certain, True has to be looked up
        self._gone = 0
        self._shelves: dict[tuple[int, ...], Shelf | MeasuredShelf] = {}
        self._sorted_shelves: list[Shelf | MeasuredShelf] = []

    def shelf(self, rank: tuple[int, ...]) -> Shelf | MeasuredShelf:
        """The shelf of that rank, made at its first agent."""
        if rank not in self._shelves:
            is_measured = self.strategy.measure_name is not None
            made = MeasuredShelf(rank, self.strategy.measure) if is_measured else Shelf(rank)
            self._shelves[rank] = made
            insort(self._sorted_shelves, made, key=_RANK)
        return self._shelves[rank]

    def free_agents(self) -> Iterator[Any]:
        """Free agents as the strategy asks them."""
        return chain.from_iterable(self._sorted_shelves)

    def whom_to_ask(self, waiting: Waiting) -> Asked:
        """The free agents who are asked at once for this work, and who would be next."""
        if not self.may_have_free:
            return NOBODY
        if waiting.is_plain:
            first, second = self._first_two_free(waiting.work.excluded)
            return NOBODY if first is None else ((first,), second)
        agents = tuple(self.in_order(waiting.work, waiting.together + 1))
        asked, further = agents[: waiting.together], agents[waiting.together :]
        return asked, further[0] if further else None

    def in_order(self, work: Work, most: int) -> Iterable[Any]:
        """The free agents who may have this work, first asked first: by score if it has any, then by strategy."""
        excluded, scores = work.excluded, work.scores
        free = (agent_id for agent_id in self.free_agents() if agent_id not in excluded)
        if scores:
            return nsmallest(most, free, key=lambda agent_id: -scores.get(agent_id, 0.0))
        return islice(free, most)

    def is_free_for(self, rostered: Rostered, work: Work) -> bool:
        """Could this work be offered to them now?"""
        is_here = rostered.state is Availability.FREE and self in rostered.places
        return is_here and rostered.agent.id not in work.excluded

    def _first_two_free(self, excluded: frozenset[Hashable]) -> tuple[Any, Any]:
        """The free agents to ask first and second; None where there is none."""
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

    def best_work(self) -> tuple[Waiting, Asked] | None:
        """The first work that has a free agent, with whom to ask; None when nothing here can be matched."""
        first = self.head()
        if first is None or not self.may_have_free:
            return None
        if (asked := self.whom_to_ask(first))[0]:
            return first, asked
        # With nobody free for the first, only those with other exclusions can find somebody.
        if not self.may_have_free or not first.work.excluded:
            return None
        for waiting in sorted(self):
            if (asked := self.whom_to_ask(waiting))[0]:
                return waiting, asked
        return None
