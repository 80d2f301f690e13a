"""A house tried with the canary of another: every address, table, cache key and topic, as its owner, now.

It signs in as the owner who asked and only looks (GET); what the requests would change is undone. What is sent (POST),
and every other role, is tried with each change of the code (tests/tenants/test_isolation.py).
"""

import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client

from tenants import realtime
from tenants.context import current_schema, current_tenant, enter
from tenants.people.matrix import known_roads
from tenants.people.models import Member
from tenants.trust import probes
from tenants.trust.canary_house import ID, SCHEMA, UUID, Canary, canary, houses_models

KEPT, LEAKED, BROKEN = "kept", "leaked", "broken"
MOST_BYTES = 2_000_000
LISTENING_SECONDS = 0.3
AUDIENCES = ("everyone", "floor", "queues", f"agent.{ID}", f"member.{ID}")


@dataclass(frozen=True)
class Result:
    """`kind`: address, search, table, cache, topic. `said`: what came back, in short, never the words themselves."""

    kind: str
    what: str
    outcome: str
    said: str = ""
    ms: int = 0


def prove(owner: Member, only: str = "") -> list[dict[str, Any]]:
    """Results as plain values; `only`: addresses that begin so. In the current tenant, outside a transaction."""
    bird = canary()
    found = [*_tables(), *_cache(bird), *_topics(bird), *_addresses(bird, owner, only)]
    return [asdict(result) for result in found]


def leaks_in(text: str, bird: Canary) -> int:
    """How often the canary's words or numbers are in it; what was asked by us has no number behind it."""
    return len(re.findall(rf"{bird.token}-\d|{re.escape(bird.number)}", text))


def _addresses(bird: Canary, owner: Member, only: str) -> Iterator[Result]:
    client = Client(SERVER_NAME=current_tenant().host, raise_request_exception=False)
    with transaction.atomic():
        client.force_login(owner)
        for one in probes.addresses(bird):
            if not one.path.startswith(only):
                continue
            yield _asked(client, bird, "address", one, {})
            if "<" not in one.pattern:
                yield _asked(client, bird, "search", one, probes.search(bird, one.pattern))
        transaction.set_rollback(True)


def _asked(client: Client, bird: Canary, kind: str, one: probes.Address, wanted: dict[str, str]) -> Result:
    began, cookies = time.monotonic(), client.cookies.copy()
    with transaction.atomic():
        answer = client.get(one.path, wanted)
        text = _text_of(answer)
        transaction.set_rollback(True)
    client.cookies = cookies  # type: ignore[assignment]
    leaks = leaks_in(text, bird)
    outcome = LEAKED if leaks else BROKEN if answer.status_code >= 500 else KEPT
    return Result(kind, one.pattern, outcome, str(answer.status_code), int((time.monotonic() - began) * 1000))


def _text_of(answer: Any) -> str:
    body = b"".join(islice(answer.streaming_content, 1000)) if answer.streaming else answer.content
    return body[:MOST_BYTES].decode("utf-8", "replace") + " ".join(f"{k}: {v}" for k, v in answer.items())


def _tables() -> Iterator[Result]:
    """Each table asked from inside this house for the canary's row."""
    for model in houses_models():
        began, name = time.monotonic(), model._meta.label_lower
        key = UUID if model._meta.pk.get_internal_type() == "UUIDField" else ID
        try:
            with transaction.atomic():
                is_there = model._base_manager.filter(pk=key).exists()
        except (DatabaseError, ValueError):
            yield Result("table", name, BROKEN)
            continue
        yield Result("table", name, LEAKED if is_there else KEPT, ms=int((time.monotonic() - began) * 1000))


def _cache(bird: Canary) -> Iterator[Result]:
    try:
        with enter(SCHEMA):
            cache.set("canary", bird.token, 60)
        seen = cache.get("canary")
    except (redis.RedisError, OSError):
        yield Result("cache", "canary", BROKEN)
        return
    yield Result("cache", "canary", LEAKED if seen == bird.token else KEPT)


def _topics(bird: Canary) -> Iterator[Result]:
    """The canary's house speaks on every topic, while all of this house's are listened to."""
    own = current_schema()
    try:
        listener = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2).pubsub(
            ignore_subscribe_messages=True
        )
        listener.psubscribe(f"rt:{own}:*")
        listener.get_message(timeout=1)
        speaker = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2)
        for audience in AUDIENCES:
            speaker.publish(realtime.channel_of(SCHEMA, audience), f"{bird.token}-1")
        heard = _heard(listener, bird)
        listener.close()
    except (redis.RedisError, OSError):
        yield from (Result("topic", where, BROKEN) for where in known_roads())
        return
    for where in known_roads():
        yield Result("topic", where, LEAKED if heard else KEPT, str(len(AUDIENCES)))


def _heard(listener: Any, bird: Canary) -> int:
    until, heard = time.monotonic() + LISTENING_SECONDS, 0
    while (left := until - time.monotonic()) > 0:
        message = listener.get_message(timeout=left)
        if message and bird.token.encode() in bytes(message["data"]):
            heard += 1
    return heard
