"""Connections of one run, lent to its threads: each serves many tenants, and none so many that it grows large.

A backend that begins reads the catalogue anew, which for a change of a few tables is more work than the change; one
that goes on for ever keeps every table it has seen (docs/decisions/0035).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import TracebackType

import psycopg

from tenants.provisioning.turns import connection_parameters

MOST_TURNS = 100
"""A migrated tenant's few tables are some 100 kB in the backend."""


class Lent:
    """`with Lent() as lent: … with lent.one() as own:` in any thread."""

    def __init__(self) -> None:
        self._free: SimpleQueue[tuple[psycopg.Connection, int]] = SimpleQueue()

    def __enter__(self) -> "Lent":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _raised: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """When the threads have ended."""
        while True:
            try:
                self._free.get_nowait()[0].close()
            except Empty:
                return

    @contextmanager
    def one(self) -> Iterator[psycopg.Connection]:
        """Nobody else's meanwhile. One that something went wrong in is not lent again."""
        own, turns = self._next()
        try:
            yield own
        except BaseException:
            own.close()
            raise
        if turns + 1 < MOST_TURNS:
            self._free.put((own, turns + 1))
        else:
            own.close()

    def _next(self) -> tuple[psycopg.Connection, int]:
        try:
            return self._free.get_nowait()
        except Empty:
            return psycopg.connect(**connection_parameters(), autocommit=True), 0
