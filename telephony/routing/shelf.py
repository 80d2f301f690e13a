"""Free agents of one rank in the order they are asked. To leave costs nothing: the entry is passed over when met."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from telephony.routing.shapes import Availability, RoutableAgent

if TYPE_CHECKING:
    from telephony.routing.line import Line


class Rostered:
    """One agent inside the router. `until` is when a back-off ends, `work_id` what is on offer to them, `afterwards`
    what they will be when that ends without a call, if not busy. `turn` is when they were last offered something.
    `entry` is how they stand on their shelves while free.
    """

    __slots__ = ("afterwards", "agent", "entry", "idle_since", "places", "state", "turn", "until", "work_id")

    def __init__(self, agent: RoutableAgent) -> None:
        self.agent = agent
        self.state = Availability.BUSY
        self.idle_since = 0.0
        self.turn = agent.turn
        self.until = 0.0
        self.work_id: Any = None
        self.afterwards: Availability | None = None
        self.entry: Standing | None = None
        self.places: dict[Line, Shelf | MeasuredShelf] = {}


# (free since, agent id, agent). It counts only while it is the one its agent holds: to leave all shelves is to
# forget it.
Standing = tuple[float, Any, Rostered]


def _moment(entry: Standing) -> tuple[float, Any]:
    return entry[:2]


class Shelf:
    """The free agents of one rank, longest idle first, among entries of agents who are free no more."""

    __slots__ = ("entries", "is_sorted", "members", "rank")

    def __init__(self, rank: tuple[int, ...]) -> None:
        self.rank = rank
        self.entries: deque[Standing] = deque()
        self.is_sorted = True
        self.members = 0  # agents who may stand here

    def add(self, entry: Standing) -> None:
        """Whoever adds an entry earlier than those here says so by `is_sorted`."""
        self.entries.append(entry)
        if len(self.entries) > 2 * self.members + 32:
            self._tidy()

    def _tidy(self) -> None:
        kept = (entry for entry in self.entries if entry[2].entry is entry)
        self.entries = deque(kept if self.is_sorted else sorted(kept, key=_moment))
        self.is_sorted = True

    def __iter__(self) -> Iterator[Any]:
        if not self.is_sorted:
            self._tidy()
        entries = self.entries
        while entries and entries[0][2].entry is not entries[0]:
            entries.popleft()
        return (entry[1] for entry in entries if entry[2].entry is entry)


Measure = Callable[[Rostered], float]
Measured = tuple[tuple[float, float, Any], Standing]
_KEY = itemgetter(0)


class MeasuredShelf:
    """The free agents of one rank by a figure of each, then longest idle: always in order, as figures come in none."""

    __slots__ = ("_measure", "entries", "is_sorted", "members", "rank")

    def __init__(self, rank: tuple[int, ...], measure: Measure) -> None:
        self.rank = rank
        self.entries: list[Measured] = []
        self.is_sorted = True  # nobody need care
        self.members = 0
        self._measure = measure

    def add(self, entry: Standing) -> None:
        insort(self.entries, ((self._measure(entry[2]), entry[0], entry[1]), entry), key=_KEY)
        if len(self.entries) > 2 * self.members + 32:
            self.entries = [measured for measured in self.entries if measured[1][2].entry is measured[1]]

    def take_out(self, entry: Standing) -> None:
        """Before the figure of somebody who stands here changes."""
        key = self._measure(entry[2]), entry[0], entry[1]
        place = bisect_left(self.entries, key, key=_KEY)
        while self.entries[place][1] is not entry:
            place += 1
        del self.entries[place]

    def __iter__(self) -> Iterator[Any]:
        gone = 0
        for _, entry in self.entries:
            if entry[2].entry is entry:
                break
            gone += 1
        del self.entries[:gone]
        return (entry[1] for _, entry in self.entries if entry[2].entry is entry)
