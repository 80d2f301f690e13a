"""What /metrics tells of webhooks, of all tenants together: counted by a task each minute, kept in the cache."""

import time
from typing import TypedDict

import redis
from django.core.cache import cache

from tenants.context import enter_public

NAME, LASTS = "hooks:tally", 300


class Tally(TypedDict):
    waiting: int
    oldest_seconds: float
    stopped: int
    at: float


def remember(*, waiting: int, oldest_seconds: float, stopped: int) -> None:
    with enter_public():
        told = Tally(waiting=waiting, oldest_seconds=oldest_seconds, stopped=stopped, at=time.time())
        cache.set(NAME, told, LASTS)


def last() -> Tally | None:
    """None when nobody has counted for a while, or the cache is away."""
    with enter_public():
        try:
            return cache.get(NAME)
        except (redis.RedisError, OSError):
            return None
