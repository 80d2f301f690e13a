"""What the watchdog has found and healed since its start, left in Redis for /metrics and for the page."""

import json
import time
from collections import Counter
from typing import Any

import redis
import structlog
from django.conf import settings

from telephony.queries.truth import BUCKETS, KEY

log = structlog.get_logger()

KEEP_SECONDS = 300
QUIET_SECONDS = 5.0


class Tally:
    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self.healed: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()
        self.within: Counter[str] = Counter()
        """How many healed within a bucket's seconds, by `<kind> <bucket>`."""
        self.open: Counter[str] = Counter()
        self.turns = 0
        self._redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
        self._quiet_until = 0.0

    def count_found(self, kind: str) -> None:
        self.found[kind] += 1

    def count_healed(self, kind: str, seconds: float) -> None:
        self.healed[kind] += 1
        self.seconds[kind] += seconds  # type: ignore[assignment]  # a Counter adds anything
        for most in BUCKETS:
            if seconds <= most:
                self.within[f"{kind} {most}"] += 1

    def said(self) -> dict[str, Any]:
        return {
            "found": dict(self.found),
            "healed": dict(self.healed),
            "seconds": {kind: round(total, 3) for kind, total in self.seconds.items()},
            "within": dict(self.within),
            "open": {kind: count for kind, count in self.open.items() if count},
            "turns": self.turns,
        }

    def show(self, turn_seconds: float) -> None:
        """A missing Redis costs the figures and nothing else."""
        self.turns += 1
        if time.monotonic() < self._quiet_until:
            return
        said = {"at": time.time(), "turn_seconds": round(turn_seconds, 3), **self.said()}
        try:
            self._redis.set(KEY, json.dumps(said), ex=KEEP_SECONDS)
        except (redis.RedisError, OSError):
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("What the watchdog found could not be left in Redis.")
