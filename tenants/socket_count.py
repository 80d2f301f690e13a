"""How many sockets are open in all web processes: each tells its own number every few seconds, in Redis."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable
from typing import Any, cast

import redis
import redis.asyncio
from django.conf import settings

KEY = "sockets"
TELL_EVERY = 5.0
OLD_AFTER = 20.0


async def keep_telling(url: str, count: Callable[[], int]) -> None:
    """Until cancelled. Without Redis there is nothing to tell, and nothing is lost."""
    me = f"{socket.gethostname()}:{os.getpid()}"
    client = redis.asyncio.Redis.from_url(url, socket_connect_timeout=1)
    try:
        while True:
            with contextlib.suppress(redis.RedisError, OSError):
                await client.hset(KEY, me, f"{time.time():.0f} {count()}")
            await asyncio.sleep(TELL_EVERY)
    finally:
        await client.aclose()


def open_sockets() -> int | None:
    """None while Redis is away."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        told: dict[Any, Any] = cast("dict", client.hgetall(KEY))
        total = 0
        for process, words in told.items():
            at, _, count = words.decode().partition(" ")
            if time.time() - float(at) > OLD_AFTER:
                client.hdel(KEY, process)
            else:
                total += int(count)
        return total
    except (redis.RedisError, OSError, ValueError):
        return None
    finally:
        client.close()
