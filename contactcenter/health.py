"""/healthz: one JSON object that says of each part whether it answers and how fresh that is.

The web process asks the database and the cache itself; the telephony worker, the switch it speaks to and Celery leave
a sign of life in the cache (`health:<part>`), because they are other processes and maybe other machines.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

from telephony.cells.queries import SPARES
from telephony.queries.recording_room import recording_disks
from tenants.service import mailbox_sign

# A sign of life older than this is a silence. Beat sends each 10 s; the worker writes each 5 s.
SILENT_AFTER = {"worker": 15.0, "switch": 15.0, "celery": 45.0}
KEEP_SECONDS = 300
STOPPED = "stopped"
"""A part that has stopped by itself for want of room, and without which calls go on."""

_redis: redis.Redis | None = None


def store() -> redis.Redis:
    global _redis
    if _redis is None:
        _redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    return _redis


def remember(part: str, **said: Any) -> None:
    """Leave a sign of life of one part."""
    store().set(f"health:{part}", json.dumps({"at": time.time(), **said}), ex=KEEP_SECONDS)


def healthz(request: HttpRequest) -> JsonResponse:
    parts = measure()
    is_up = all(part["state"] in ("up", STOPPED) for part in parts.values())
    said = {"state": "up" if is_up else "down", **parts, **_beside()}
    answer = JsonResponse(said, status=200 if is_up else 503)
    answer.headers["Cache-Control"] = "no-store"
    # Django would log each 503 as an error of ours; a probe asks every second.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _beside() -> dict[str, dict[str, Any]]:
    """What is told and makes nobody down: mails to support wait where they are."""
    if not settings.MAILBOX:
        return {}
    state, problem = mailbox_sign.state_now()
    return {"mailbox": {"state": state} | ({"problem": problem} if problem else {})}


def measure() -> dict[str, dict[str, Any]]:
    """{"database": {"state": "up", "age_seconds": 0.0}, …, "switch": {…, "kind": "rehearsal"}}."""
    parts = {"database": _asked(_ask_database), "cache": _asked(_ask_cache)}
    for part in SILENT_AFTER:
        parts[part] = _heard(part)
    parts["switch"].setdefault("kind", settings.SWITCH["kind"])
    parts["worker"]["spares"] = _spares()
    parts["recording"] = _recording()
    return parts


def _recording() -> dict[str, Any]:
    """Calls go on without it, so a stop is said here and does not make us down."""
    disks = recording_disks()
    free = min((disk.free for disk in disks), default=0)
    state = STOPPED if any(disk.is_full for disk in disks) else "up"
    return {"state": state, "age_seconds": 0.0, "free_megabytes": free // 10**6}


def _spares() -> int | None:
    """How many workers stand by to take over; None when nobody can say."""
    try:
        return int(store().zcount(SPARES, time.time() - SILENT_AFTER["worker"], "+inf"))
    except redis.RedisError:
        return None


def _ask_database() -> None:
    """On a connection of its own: the pool would wait for the server to come back, and so would the probe."""
    address = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    wanted = {ours: address[theirs] for ours, theirs in names.items() if address[theirs]}
    with psycopg.connect(**wanted, connect_timeout=2) as own:
        own.execute("SELECT 1")


def _ask_cache() -> None:
    store().ping()


def _asked(ask: Callable[[], None]) -> dict[str, Any]:
    started = time.monotonic()
    try:
        ask()
    except (psycopg.Error, redis.RedisError) as problem:
        return {"state": "down", "age_seconds": 0.0, "problem": type(problem).__name__}
    return {"state": "up", "age_seconds": 0.0, "answered_in_seconds": round(time.monotonic() - started, 4)}


def _heard(part: str) -> dict[str, Any]:
    try:
        raw = store().get(f"health:{part}")
    except redis.RedisError:
        return {
            "state": "unknown",
            "age_seconds": None,
            "problem": "The cache that keeps its signs of life is down.",
        }
    if raw is None:
        return {"state": "down", "age_seconds": None, "problem": "It has not been heard of."}
    said = json.loads(raw)
    age = max(0.0, time.time() - said.pop("at"))
    is_up = age <= SILENT_AFTER[part] and said.get("is_connected", True)
    return {"state": "up" if is_up else "down", "age_seconds": round(age, 1), **said}


def figure(name: str) -> float | None:
    """A figure the telephony worker left as `health:<name>`, or None."""
    try:
        raw = store().get(f"health:{name}")
        return None if raw is None else float(raw)
    except (redis.RedisError, ValueError):
        return None
