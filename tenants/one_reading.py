"""Many who ask for the same at the same time are answered by one reading of the rows."""

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from tenants.context import current_schema

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds one waits for somebody else's reading."""


class OneReading(Generic[T]):
    """`reading()` is `function()` of the current tenant, shared with everybody who asked before it began.

    Nobody is given a reading that began before they asked: who joined the news first and asks then misses nothing.
    A thousand pages that come back after a deploy cost a handful of readings instead of a thousand.
    """

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._lock = threading.Lock()
        self._coming: dict[str, Future[T]] = {}
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def __call__(self) -> T:
        """Raises what the reading raises, for each who shares it."""
        schema = current_schema()
        with self._lock:
            coming = self._coming.get(schema)
            is_mine = coming is None
            if coming is None:
                coming = self._coming[schema] = Future()
            turn = self._turns[schema]
        if not is_mine:
            return coming.result(PATIENCE)
        with turn:
            with self._lock:
                # From here on whoever asks waits for the next one.
                del self._coming[schema]
            return self._read(coming)

    def _read(self, coming: "Future[T]") -> T:
        try:
            found = self._function()
        except BaseException as error:
            coming.set_exception(error)
            raise
        coming.set_result(found)
        return found
