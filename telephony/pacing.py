"""Coalesces news that is only worth its latest state: the first at once, then at most one per period, none lost."""

import threading
import time
from collections.abc import Callable, Hashable

import structlog
from django.db import connections

from tenants.context import enter

log = structlog.get_logger()


class Pace:
    """Calls `function(key)` inside the key's schema. With `every=0` each call is carried out at once."""

    def __init__(self, function: Callable[..., None], every: float) -> None:
        self._function, self._every = function, every
        self._lock = threading.Lock()
        self._last: dict[tuple[str, Hashable], float] = {}
        self._due: set[tuple[str, Hashable]] = set()

    def call(self, schema: str, key: Hashable) -> None:
        """At once (in the caller's thread and transaction) or, within the period, once at its end."""
        wait = self._wait((schema, key))
        if wait == 0:
            self._function(key)
        elif wait is not None:
            timer = threading.Timer(wait, self._later, (schema, key))
            timer.daemon = True
            timer.start()

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
            self._due.add(place)
            return left

    def _later(self, schema: str, key: Hashable) -> None:
        with self._lock:
            self._due.discard((schema, key))
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
