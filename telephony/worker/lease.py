"""Who acts for a cell: one lease row with an epoch, renewed each second, and a session lock as the second guard.

It has a connection of its own: the lock lives as long as that session, and no pool may hand it to somebody else.

A holder that is paused, or whose machine went dark, keeps its sessions, and with them the lock and whatever rows it
had in hand. Whoever has watched its row stand still for longer than a lease lasts, by its own count of time, ends
those sessions: no clock of any machine is believed, and what the silent one had not committed never was.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import structlog
from django.conf import settings

log = structlog.get_logger()

LASTS_SECONDS = 3.0
RENEW_EVERY = 1.0
_TIMEOUT_MS = 2_000

_TAKE = """
UPDATE public.cells_lease SET holder = %(holder)s, epoch = epoch + 1,
       expires_at = clock_timestamp() + make_interval(secs => %(lasts)s)
 WHERE cell_id = (SELECT id FROM public.cells_cell WHERE name = %(cell)s)
   AND (expires_at IS NULL OR expires_at < clock_timestamp())
RETURNING epoch"""
_RENEW = """
UPDATE public.cells_lease SET expires_at = clock_timestamp() + make_interval(secs => %(lasts)s)
 WHERE cell_id = (SELECT id FROM public.cells_cell WHERE name = %(cell)s)
   AND holder = %(holder)s AND epoch = %(epoch)s
RETURNING epoch"""
_RELEASE = """
UPDATE public.cells_lease SET expires_at = clock_timestamp()
 WHERE cell_id = (SELECT id FROM public.cells_cell WHERE name = %(cell)s)
   AND holder = %(holder)s AND epoch = %(epoch)s"""
_WATCH = """
SELECT holder, epoch, expires_at, expires_at < clock_timestamp() FROM public.cells_lease
 WHERE cell_id = (SELECT id FROM public.cells_cell WHERE name = %(cell)s)"""
_END_SESSIONS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE application_name = %(silent)s AND datname = current_database() AND pid <> pg_backend_pid()"""


def session_name(holder: str) -> str:
    """What all database sessions of a worker are called; the end tells workers of one machine apart."""
    return f"telephony {holder}"[-63:]


class LeaseKeeper:
    """Held until `LASTS_SECONDS` after the last successful renewal was sent, by this machine's own count."""

    def __init__(
        self,
        cell: str,
        holder: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        lasts: float = LASTS_SECONDS,
        connect: Callable[[], psycopg.Connection] | None = None,
    ) -> None:
        self._connect = connect or partial(_connect, session_name(holder))
        self.cell = cell
        self.holder = holder
        self.epoch = 0
        self._lasts = lasts
        self._monotonic = monotonic
        self._until = float("-inf")
        self._connection: psycopg.Connection | None = None
        self._has_lock = False
        self._watched: tuple | None = None
        self._watched_since = float("-inf")
        self._one_at_a_time = threading.RLock()

    @property
    def is_held(self) -> bool:
        return self._monotonic() < self._until

    @property
    def is_due(self) -> bool:
        """Time to renew."""
        return self.is_overdue(0)

    def is_overdue(self, seconds: float) -> bool:
        """It has been time to renew for so long."""
        return self._monotonic() > self._until - self._lasts + RENEW_EVERY + seconds

    def take(self) -> bool:
        """Become the holder with a new epoch, if nobody is."""
        with self._one_at_a_time:
            return self._take()

    def _take(self) -> bool:
        asked_at = self._monotonic()
        if not self._lock():
            self._end_the_silent()
            return False
        row = self._run(_TAKE)
        if row is None:
            return False
        self.epoch, self._until = row[0], asked_at + self._lasts
        log.info("This worker now acts for the cell.", cell=self.cell, epoch=self.epoch)
        return True

    def renew(self) -> bool:
        """False when another epoch has begun or the database does not answer; the time left stays."""
        with self._one_at_a_time:
            return self._renew()

    def _renew(self) -> bool:
        asked_at = self._monotonic()
        try:
            row = self._run(_RENEW) if self._lock() else None
        except psycopg.Error as error:
            log.warning("The lease could not be renewed.", cell=self.cell, problem=type(error).__name__)
            self._drop()
            return False
        if row is None:
            self._until = float("-inf")
            return False
        self._until = asked_at + self._lasts
        return True

    def release(self) -> None:
        """Let the spare take over at once."""
        with self._one_at_a_time:
            self._release()

    def _release(self) -> None:
        was_held, self._until = self.is_held, float("-inf")
        try:
            if was_held and self._connection is not None:
                self._connection.execute(_RELEASE, self._values())
                # A closed session gives its lock back a moment later; the spare need not wait for that.
                self._connection.execute("SELECT pg_advisory_unlock_all()")
        except psycopg.Error:
            log.warning("The lease could not be given back; it expires by itself.", cell=self.cell)
        self._drop()

    def _lock(self) -> bool:
        """The session lock of this cell; taken once per connection."""
        if not self._has_lock or self._connection is None or self._connection.closed:
            row = self._run("SELECT pg_try_advisory_lock(hashtext(%(lock)s))")
            self._has_lock = bool(row and row[0])
        return self._has_lock

    def _end_the_silent(self) -> None:
        """Somebody has the lock. If its row has stood still for too long, end its sessions, so that we get it next."""
        row, now = self._run(_WATCH), self._monotonic()
        if row is None or row[:3] != self._watched:
            self._watched, self._watched_since = row[:3] if row else None, now
        elif row[3] and now - self._watched_since > self._lasts + RENEW_EVERY / 2:
            ended = self._run(_END_SESSIONS, silent=session_name(row[0]))
            log.warning(
                "A silent worker was cut off the database.", holder=row[0], sessions=ended and ended[0]
            )
            self._watched_since = now

    def _run(self, statement: str, **more: str) -> tuple | None:
        if self._connection is None or self._connection.closed:
            self._connection, self._has_lock = self._connect(), False
        return self._connection.execute(statement, self._values() | more).fetchone()

    def _values(self) -> dict:
        return {
            "cell": self.cell,
            "holder": self.holder,
            "epoch": self.epoch,
            "lasts": self._lasts,
            "lock": f"telephony cell {self.cell}",
        }

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._has_lock = None, False


def _connect(name: str) -> psycopg.Connection:
    known: dict[str, Any] = settings.DATABASES["default"]
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return psycopg.connect(
        **{name: known[key] for name, key in named.items() if known.get(key)},
        autocommit=True,
        connect_timeout=2,
        options=f"-c statement_timeout={_TIMEOUT_MS}",
        application_name=name,
    )
