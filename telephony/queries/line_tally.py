"""How many lines were judged, and how many were poor, of all tenants: counters of /metrics, kept in the cache."""

import redis
import structlog
from django.core.cache import cache

from tenants.context import enter_public

log = structlog.get_logger()
JUDGED, POOR = "lines:judged", "lines:poor"


def count_lines(judged: int, *, poor: int) -> None:
    """Never in the way of a call: without a cache nothing is counted."""
    with enter_public():
        try:
            for name, count in ((JUDGED, judged), (POOR, poor)):
                if count:
                    cache.add(name, 0, None)
                    cache.incr(name, count)
        except (redis.RedisError, OSError, ValueError) as problem:
            log.info("Lines were not counted.", problem=type(problem).__name__)


def counted_lines() -> tuple[int, int] | None:
    """(judged, poor); None while the cache is away."""
    with enter_public():
        try:
            return int(cache.get(JUDGED) or 0), int(cache.get(POOR) or 0)
        except (redis.RedisError, OSError):
            return None
