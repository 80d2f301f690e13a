"""Signs of life of the worker: for /healthz and for metrics, in Redis when it is there and in the lease's row."""

import json
import time
from collections.abc import Callable
from datetime import datetime

import redis
import structlog
from django.conf import settings
from django.db import connection

from telephony.cells import actions as cell_actions
from telephony.cells.queries import SPARES
from telephony.facts import Fact, LegCreated, SwitchBeat, SwitchConnected, SwitchLost
from telephony.spool import DATABASE_AWAY
from telephony.switch import Switch
from telephony.worker.inbox import Inbox
from telephony.worker.lease import LeaseKeeper
from telephony.worker.nodes import SwitchNodes

log = structlog.get_logger()

KEEP_SECONDS = 300
SPARE_SHOWS_EVERY = 2.0
QUIET_SECONDS = 5.0
RATES_OVER = 10.0


class Signs:
    def __init__(self, worker_id: str, *, kind: str, nodes: SwitchNodes) -> None:
        self._worker_id = worker_id
        self._nodes = nodes
        self._kind = kind
        self._redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
        self._quiet_until = 0.0
        self._spare_shown_at = float("-inf")
        self._failures = 0
        self._facts = self._offers = self._legs = 0
        self._rates_of = (time.monotonic(), 0, 0)
        self._rates = {"facts_per_second": 0.0, "offers_per_second": 0.0}
        self._lag = 0.0
        self._beat_at: float | None = None
        self.cores: dict[str, str] = {}
        """Which run of each switch we hear, by node."""

    def note_fact(self, fact: Fact, now: datetime) -> None:
        self._facts += 1
        self._lag = max(0.0, (now - fact.at).total_seconds())
        if isinstance(fact, LegCreated) and fact.offer_id == fact.leg_id:
            self._offers += 1
        if isinstance(fact, SwitchBeat):
            self._legs = fact.live_legs
        if isinstance(fact, SwitchConnected | SwitchBeat):
            self.cores[fact.node] = fact.core_uuid
        elif isinstance(fact, SwitchLost):
            self.cores.pop(fact.node, None)

    def note_beat(self) -> None:
        self._beat_at = time.time()

    def count_failure(self) -> None:
        self._failures += 1

    def show(self, lease: LeaseKeeper, switch: Switch, inbox: Inbox, *, is_routing: bool = False) -> None:
        """Neither a missing Redis nor a missing database may cost the calls anything."""
        if not lease.is_held:
            return
        self._spare_shown_at = float("-inf")
        said = {
            "holder": self._worker_id,
            "epoch": lease.epoch,
            "is_routing": is_routing,
            "facts": self._facts,
            "facts_waiting": inbox.waiting_facts,
            "event_lag_seconds": round(self._lag, 3),
            "failures": self._failures,
            "legs_live": self._legs,
            **self._rates_now(),
        }
        switch_said = {"kind": self._kind, "is_connected": switch.is_connected, "beat_at": self._beat_at}
        if away := self._nodes.away:
            switch_said["away"] = away
        self._show_in_redis({"worker": said, "switch": switch_said})
        try:
            cell_actions.report(
                cell=lease.cell,
                epoch=lease.epoch,
                state={**said, "switch": switch_said},
                seen=dict(self._nodes.beaten_at),
                cores=self.cores,
            )
        except DATABASE_AWAY:
            connection.close()

    def _rates_now(self) -> dict[str, float]:
        """Per second, over ten seconds or so."""
        now, (at, facts, offers) = time.monotonic(), self._rates_of
        if now - at >= RATES_OVER:
            self._rates = {
                "facts_per_second": round((self._facts - facts) / (now - at), 1),
                "offers_per_second": round((self._offers - offers) / (now - at), 2),
            }
            self._rates_of = (now, self._facts, self._offers)
        return self._rates

    def show_spare(self) -> None:
        """Somebody stands by: told every two seconds, for health alone."""
        now = time.monotonic()
        if now - self._spare_shown_at < SPARE_SHOWS_EVERY:
            return
        self._spare_shown_at = now
        self._in_redis(lambda pipe: pipe.zadd(SPARES, {self._worker_id: time.time()}))

    def _show_in_redis(self, parts: dict[str, dict]) -> None:
        def show(pipe: redis.client.Pipeline) -> None:
            for part, said in parts.items():
                pipe.set(f"health:{part}", json.dumps({"at": time.time(), **said}), ex=KEEP_SECONDS)
            pipe.zrem(SPARES, self._worker_id)
            pipe.zremrangebyscore(SPARES, 0, time.time() - KEEP_SECONDS)

        self._in_redis(show)

    def _in_redis(self, say: Callable[[redis.client.Pipeline], object]) -> None:
        if time.monotonic() < self._quiet_until:
            return
        try:
            pipe = self._redis.pipeline(transaction=False)
            say(pipe)
            pipe.execute()
        except (redis.RedisError, OSError):
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.warning("Signs of life could not be left in Redis.")
