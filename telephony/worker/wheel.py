"""All timers of the worker in one place. A timer is a hint: whoever is woken looks at the rows before acting."""

from heapq import heappop, heappush
from itertools import count
from typing import Any


class Wheel:
    """Moments are seconds of the worker's own clock."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Any]] = []
        self._number = count()

    def add(self, at: float, what: Any) -> None:
        heappush(self._due, (at, next(self._number), what))

    def take_due(self, now: float) -> list[Any]:
        found = []
        while self._due and self._due[0][0] <= now:
            found.append(heappop(self._due)[2])
        return found

    def seconds_to_next(self, now: float, most: float) -> float:
        return min(most, max(0.0, self._due[0][0] - now)) if self._due else most

    def clear(self) -> None:
        self._due.clear()

    def __len__(self) -> int:
        return len(self._due)
