"""One tenant's talks at a time on the whole installation: whoever has the turn gives it back, and nobody else's."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import redis
from django.conf import settings
from redis.exceptions import LockNotOwnedError

EVERYBODYS = "quality:somebody-listens"
LONGEST = 120.0
"""Seconds after which the turn of a worker that died, or hangs, is another's."""


@contextmanager
def turn() -> Iterator[bool]:
    """True: it is ours until the block ends, or LONGEST is over. The lock knows its holder by a token."""
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5) as store:
        lock = store.lock(EVERYBODYS, timeout=LONGEST, blocking=False)
        if not lock.acquire():
            yield False
            return
        try:
            yield True
        finally:
            with suppress(LockNotOwnedError):
                lock.release()
