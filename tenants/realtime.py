"""News to browsers: `publish` in any process, `hub.Hub` in the web process, Redis PUBLISH between the two.

The road of news ends here: a broadcast calls `publish(audience, message)`; the message becomes JSON once, travels once
through Redis, and is handed as text to every socket of that audience in every web process. Redis may vanish: nothing
is kept in it, `publish` never raises for it, and every socket is told to take a new snapshot once it is back.
"""

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from typing import Any

import orjson
import redis
import redis.asyncio
import structlog
from django.conf import settings
from django.db import transaction

from tenants import context

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
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5)
        self._quiet_until = 0.0

    def send(self, channel: str, body: bytes) -> int:
        """How many web processes listen; 0 also when Redis is away."""
        if time.monotonic() < self._quiet_until:
            return 0
        try:
            return int(self._redis.publish(channel, body))
        except (redis.RedisError, OSError) as error:
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            log.warning("news could not be published", channel=channel, error=str(error))
            return 0

    def send_all(self, messages: list[tuple[str, bytes]]) -> None:
        if not messages or time.monotonic() < self._quiet_until:
            return
        try:
            pipe = self._redis.pipeline(transaction=False)
            for channel, body in messages:
                pipe.publish(channel, body)
            pipe.execute()
        except (redis.RedisError, OSError) as error:
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            log.warning("news could not be published", messages=len(messages), error=str(error))


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


def _deliver(channel: str, body: bytes) -> None:
    waiting = _together.get()
    if waiting is not None:
        waiting.append((channel, body))
    else:
        _publisher(settings.REDIS_URL).send(channel, body)
