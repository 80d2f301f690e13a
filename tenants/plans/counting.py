"""How many requests a tenant's keys made today, counted beside the database: it must not cost a row each.

The counter may vanish with Redis: then the day begins anew. While Redis is away nobody is refused.
"""

from typing import Any

import structlog
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from tenants.plans.errors import TooManyRequestsToday

log = structlog.get_logger()
KEPT = 2 * 24 * 3600
"""Seconds."""


def count_request(tenant: Any, most: int | None) -> None:
    """Raises TooManyRequestsToday when the day's are used; those refused are counted no further."""
    key = _key(tenant)
    try:
        if most is not None and int(cache.get(key) or 0) >= most:
            raise TooManyRequestsToday(most=most)
        cache.add(key, 0, KEPT)
        cache.incr(key)
    except (RedisError, ValueError):
        log.warning("A request by a key could not be counted", tenant=tenant.schema_name)


def requests_today(tenant: Any) -> int:
    try:
        return int(cache.get(_key(tenant)) or 0)
    except RedisError:
        return 0


def _key(tenant: Any) -> str:
    """A day of the tenant's own clock."""
    return f"requests-by-keys:{tenant.schema_name}:{tenant.day_of(timezone.now()).isoformat()}"
