"""So that no tenant takes all of a process: places for what is done at once, shared out fairly among who asks.

A key (a tenant's) has at most its share of the places. Who finds none waits in the key's own line; a place that comes
free goes to the key that has fewest, and among equals to whoever has waited longest.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Hashable


class NoPlace(Exception):
    """`is_own_doing`: the key's own share was taken; else the places were taken by all together."""

    def __init__(self, *, is_own_doing: bool) -> None:
        super().__init__(is_own_doing)
        self.is_own_doing = is_own_doing


class _Waiter:
    def __init__(self) -> None:
        self.came_at = time.monotonic()
        self.let_in = threading.Event()


class Shares:
    """Of one process, for threads. `line`: how many of a key may wait; `patience`: seconds they do."""

    def __init__(self, *, places: int, share: int, line: int, patience: float) -> None:
        self._places, self._share, self._line, self._patience = places, min(share, places), line, patience
        self._lock = threading.Lock()
        self._inside: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, deque[_Waiter]] = {}

    @property
    def inside(self) -> dict[Hashable, int]:
        with self._lock:
            return dict(self._inside)

    def enter(self, key: Hashable) -> None:
        """Returns when there is a place; `leave` gives it back. Raises NoPlace."""
        waiter = _Waiter()
        with self._lock:
            line = self._waiting.setdefault(key, deque())
            if len(line) >= self._line:
                raise self._no_place(key)
            line.append(waiter)
            self._let_in()
        if waiter.let_in.wait(self._patience):
            return
        with self._lock:
            # In the very last moment it may have been let in.
            if waiter.let_in.is_set():
                return
            self._waiting[key].remove(waiter)
            self._forget_empty(key)
            raise self._no_place(key)

    def leave(self, key: Hashable) -> None:
        with self._lock:
            self._inside[key] -= 1
            if not self._inside[key]:
                del self._inside[key]
            self._let_in()

    def _let_in(self) -> None:
        while self._inside.total() < self._places:
            able = [key for key, line in self._waiting.items() if line and self._inside[key] < self._share]
            if not able:
                return
            key = min(able, key=lambda one: (self._inside[one], self._waiting[one][0].came_at))
            self._inside[key] += 1
            self._waiting[key].popleft().let_in.set()
            self._forget_empty(key)

    def _forget_empty(self, key: Hashable) -> None:
        if not self._waiting[key]:
            del self._waiting[key]

    def _no_place(self, key: Hashable) -> NoPlace:
        return NoPlace(is_own_doing=self._inside[key] >= self._share)
