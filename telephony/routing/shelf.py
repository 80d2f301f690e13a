"""Free agents of one rank in the order they became free. To leave costs nothing: the entry is passed over when met."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from telephony.routing.shapes import Availability, RoutableAgent

if TYPE_CHECKING:
    from telephony.routing.line import Line


class Rostered:
    """One agent inside the router. `until` is when a back-off ends, `work_id` what is on offer to them, `afterwards`
    what they will be when that ends without a call, if not busy. `entry` is how they stand on their shelves while free.
    """

    __slots__ = ("afterwards", "agent", "entry", "idle_since", "places", "state", "until", "work_id")

    def __init__(self, agent: RoutableAgent) -> None:
        self.agent = agent
        self.state = Availability.BUSY
        self.idle_since = 0.0
        self.until = 0.0
        self.work_id: Any = None
        self.afterwards: Availability | None = None
        self.entry: Standing | None = None
        self.places: dict[Line, Shelf] = {}


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

    def __lt__(self, other: Shelf) -> bool:
        return self.rank < other.rank

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
