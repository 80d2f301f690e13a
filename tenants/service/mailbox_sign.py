"""What /healthz, /metrics and the watch tell of the mailbox: left in the cache by whoever fetches."""

import time
from typing import TypedDict

import redis
from django.core.cache import cache

from tenants.context import enter_public

NAME, LASTS = "service:mailbox", 3600
SILENT_AFTER = 120.0
"""Seconds: the task comes each half minute."""


class State(TypedDict):
    """`away_seconds`: 0 while the server answers."""

    problem: str
    away_seconds: float
    failures: int
    refused: int
    unmarked: int


class Sign(State):
    at: float


def show(said: State) -> None:
    with enter_public():
        cache.set(NAME, Sign(**said, at=time.time()), LASTS)


def last() -> Sign | None:
    """None when nobody has fetched for an hour, or the cache is away."""
    with enter_public():
        try:
            return cache.get(NAME)
        except (redis.RedisError, OSError):
            return None


def state_now() -> tuple[str, str]:
    """As a probe tells it: up, down (with what is wrong), or unknown while nobody fetches."""
    said = last()
    if said is None or time.time() - said["at"] > SILENT_AFTER:
        return "unknown", ""
    return ("down", said["problem"]) if said["problem"] else ("up", "")
