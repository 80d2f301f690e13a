"""What a process of ours last said of itself, left in Redis for pages and metrics."""

import json
from typing import Any

import redis
from django.conf import settings


def last_word(key: str) -> Any:
    """What its JSON says; None when nothing was heard lately, or Redis is away."""
    store = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        raw = store.get(key)
    except (redis.RedisError, OSError):
        return None
    finally:
        store.close()
    return json.loads(raw) if isinstance(raw, str | bytes) else None
