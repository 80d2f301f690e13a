"""Coalesces news that is only worth its latest state: the first at once, then at most one per period, none lost."""

import atexit
import threading
import time
from collections.abc import Callable, Hashable
from weakref import WeakSet

import structlog
from django.db import connections

from tenants.context import enter

log = structlog.get_logger()


_paces: WeakSet["Pace"] = WeakSet()


def forget_all() -> None:
    """When a process ends: whoever would hear of it reads the rows anew from the next one."""
    for pace in list(_paces):
        pace.forget()


atexit.register(forget_all)


class Pace:
    """Calls `function(key)` inside the key's schema. With `every=0` each call is carried out at once."""

    def __init__(self, function: Callable[..., None], every: float) -> None:
        self._function, self._every = function, every
        self._lock = threading.Lock()
        self._last: dict[tuple[str, Hashable], float] = {}
        self._due: dict[tuple[str, Hashable], threading.Timer | None] = {}
        _paces.add(self)

    def call(self, schema: str, key: Hashable) -> None:
        """At once (in the caller's thread and transaction) or, within the period, once at its end."""
        wait = self._wait((schema, key))
        if wait == 0:
            self._function(key)
        elif wait is not None:
            self._start((schema, key), wait)

    def _wait(self, place: tuple[str, Hashable]) -> float | None:
        """0: now; seconds: then; None: somebody will already."""
        if not self._every:
            return 0
        with self._lock:
            if place in self._due:
                return None
            now = time.monotonic()
            left = self._last.get(place, -self._every) + self._every - now
            if left <= 0:
                self._last[place] = now
                return 0
            self._due[place] = None
            return left

    def _start(self, place: tuple[str, Hashable], wait: float) -> None:
        timer = threading.Timer(wait, self._later, place)
        timer.daemon = True
        with self._lock:
            if place in self._due:
                self._due[place] = timer
                timer.start()

    def forget(self) -> None:
        """What is still due is told to nobody."""
        with self._lock:
            due, self._due = self._due, {}
        for timer in due.values():
            if timer is not None:
                timer.cancel()

    def _later(self, schema: str, key: Hashable) -> None:
        with self._lock:
            if self._due.pop((schema, key), None) is None:
                return
            self._last[(schema, key)] = time.monotonic()
        try:
            with enter(schema):
                self._function(key)
        except Exception:
            # A timer's thread has nobody to tell; the next change sends the row again.
            log.exception("coalesced news failed", schema=schema)
        finally:
            # The thread ends here, and its connection with it; asking whether it is still good would open one.
            connections.close_all()
