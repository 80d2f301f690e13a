"""News to browsers: `publish` in any process, `hub.Hub` in the web process, Redis PUBLISH between the two.

The road of news ends here: a broadcast calls `publish(audience, message)`; the message becomes JSON once, travels once
through Redis, and is handed as text to every socket of that audience in every web process. Redis may vanish: nothing
is kept in it, `publish` never raises for it, and every socket is told to take a new snapshot once it is back: by its
hub, which loses its connection, and by who could not send, for a hub that noticed nothing.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from typing import Any

import orjson
import redis
import structlog
from django.conf import settings
from django.db import transaction

from tenants import context
from tenants.mailbox import Mailbox

log = structlog.get_logger()

AUDIENCE = re.compile(r"[a-z_]+(\.[0-9a-zA-Z-]+)?")
"""`queues`, `floor`, `everyone`, `agent.17`: chosen by the server, never by a browser."""

QUIET_AFTER_FAILURE = 1.0
"""Seconds during which nothing is tried after Redis failed, so that a dead Redis costs the telephony worker nothing."""


def channel_of(schema: str, audience: str) -> str:
    """The only place that names a channel: `rt:<schema>:<audience>`."""
    if not AUDIENCE.fullmatch(audience):
        raise ValueError(f"{audience!r} is not an audience")
    return f"rt:{schema}:{audience}"


def publish(audience: str, message: dict[str, Any]) -> None:
    """Tell everyone of `audience` in the current tenant, once the current transaction has committed."""
    publish_to((audience,), message)


def publish_to(audiences: Iterable[str], message: dict[str, Any]) -> None:
    """The same message to several, made once."""
    schema, body = context.current_schema(), encode(message)
    for audience in audiences:
        transaction.on_commit(partial(_deliver, channel_of(schema, audience), body))


def encode(message: Any) -> bytes:
    """JSON with ISO moments and UUIDs as text; lazy translations and decimals become text."""
    return orjson.dumps(message, default=str)


class _Publisher:
    """One sync connection pool per process; after a failure it stays quiet for a second instead of blocking."""

    def __init__(self, url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5)
        self._quiet_until = 0.0
        self._debts = _Debts(self._tell_found)

    def send(self, channel: str, body: bytes) -> int:
        """How many web processes listen; 0 also when Redis is away."""
        if time.monotonic() < self._quiet_until:
            self._debts.owe([channel])
            return 0
        try:
            return self._send_in_one_trip([(channel, body)])[0]
        except (redis.RedisError, OSError) as error:
            self._fall_silent([channel], error)
            return 0

    def send_all(self, messages: list[tuple[str, bytes]]) -> None:
        if not messages:
            return
        channels = [channel for channel, _body in messages]
        if time.monotonic() < self._quiet_until:
            self._debts.owe(channels)
            return
        try:
            self._send_in_one_trip(messages)
        except (redis.RedisError, OSError) as error:
            self._fall_silent(channels, error)

    def _send_in_one_trip(self, messages: list[tuple[str, bytes]]) -> list[int]:
        """How many listen to each. A call's news are two dozen messages, and the client's pipeline would cost more than
        making them.
        """
        connection = self._pool.get_connection()
        try:
            connection.send_packed_command([b"".join(_packed(*one) for one in messages)], check_health=False)
            return [int(connection.read_response()) for _one in messages]
        except BaseException:
            # Answers nobody has read would be taken for those of the next trip.
            connection.disconnect()
            raise
        finally:
            self._pool.release(connection)

    def _fall_silent(self, channels: list[str], error: Exception) -> None:
        self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
        log.warning("news could not be published", messages=len(channels), error=str(error))
        self._debts.owe(channels)

    def _tell_found(self, channels: set[str]) -> bool:
        """Who listens there takes a new snapshot; False when Redis is still away."""
        try:
            self._send_in_one_trip([(channel, Mailbox.FOUND) for channel in sorted(channels)])
        except (redis.RedisError, OSError):
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            return False
        return True


def _packed(channel: str, body: bytes) -> bytes:
    name = channel.encode()
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(name), name, len(body), body)


class _Debts:
    """Channels on which something was not said. A thread makes good for it, once it can; there is none otherwise."""

    def __init__(self, pay: Callable[[set[str]], bool]) -> None:
        self._pay = pay
        self._owed: set[str] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def owe(self, channels: list[str]) -> None:
        with self._lock:
            self._owed.update(channels)
            # Of a process that was forked meanwhile the thread is not alive.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="news owed", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            time.sleep(QUIET_AFTER_FAILURE)
            # What is owed from here on is owed anew: its rows may be changed after this snapshot.
            with self._lock:
                owed, self._owed = self._owed, set()
            is_paid = self._pay(owed)
            with self._lock:
                if not is_paid:
                    self._owed |= owed
                if not self._owed:
                    self._thread = None
                    return


@cache
def _publisher(url: str) -> _Publisher:
    return _Publisher(url)


_together: ContextVar[list[tuple[str, bytes]] | None] = ContextVar("published_together", default=None)


@contextmanager
def publishing_together() -> Iterator[None]:
    """What is published inside the block goes out at its end, in the same order, in one trip."""
    if _together.get() is not None:
        yield
        return
    waiting: list[tuple[str, bytes]] = []
    before = _together.set(waiting)
    try:
        yield
    finally:
        _together.reset(before)
        _publisher(settings.REDIS_URL).send_all(waiting)


def send_what_waits() -> None:
    """What was published inside `publishing_together` until now goes out: somebody waits for it."""
    waiting = _together.get()
    if waiting:
        _publisher(settings.REDIS_URL).send_all(waiting)
        waiting.clear()


def _deliver(channel: str, body: bytes) -> None:
    waiting = _together.get()
    if waiting is not None:
        waiting.append((channel, body))
    else:
        _publisher(settings.REDIS_URL).send(channel, body)
