"""Where something of a tenant may be outside the database: archives on our shelf, the cache, tasks that wait."""

import json
from collections.abc import Iterator
from typing import Any

import redis
from django.conf import settings

from tenants.leaving import shelf
from tenants.leaving.registry import Place
from tenants.tasks import HEADER

QUEUES = ("celery",)
PIECE = 500


def _archives(schema: str) -> list[str]:
    folder = shelf.shelf()
    return [str(path) for path in folder.glob(f"{schema}-*.box")] if folder.is_dir() else []


def _clear_archives(schema: str) -> dict[str, int]:
    found = _archives(schema)
    for path in found:
        shelf.removed(path.rsplit("/", 1)[1])
    return {"files": len(found)}


def _store() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=2)


def _keys(store: Any, schema: str) -> Iterator[bytes]:
    """Keys are `<schema>:…`, or have the schema as one of their words. A schema's name has nothing to escape but _."""
    for pattern in (f"{schema}:*", f"*:{schema}", f"*:{schema}:*"):
        yield from store.scan_iter(match=pattern, count=PIECE)


def _clear_cache(schema: str) -> dict[str, int]:
    store, gone, fields = _store(), 0, 0
    for key in set(_keys(store, schema)):
        gone += store.delete(key)
    for key in store.scan_iter(count=PIECE, _type="hash"):
        fields += store.hdel(key, schema)
    return {"keys": gone + fields}


def _cache_left(schema: str) -> list[str]:
    store = _store()
    found = [key.decode(errors="replace") for key in set(_keys(store, schema))]
    return found + [
        f"{key.decode(errors='replace')}[{schema}]"
        for key in store.scan_iter(count=PIECE, _type="hash")
        if store.hexists(key, schema)
    ]


def _tasks(store: Any, schema: str) -> Iterator[tuple[str, bytes]]:
    for queue in QUEUES:
        for message in store.lrange(queue, 0, -1):
            try:
                headers = json.loads(message).get("headers") or {}
            except ValueError:
                continue
            if headers.get(HEADER) == schema:
                yield queue, message


def _clear_tasks(schema: str) -> dict[str, int]:
    store = _store()
    return {"tasks": sum(store.lrem(queue, 0, message) for queue, message in list(_tasks(store, schema)))}


def _tasks_left(schema: str) -> list[str]:
    return [queue for queue, _message in _tasks(_store(), schema)]


PLACES = (
    Place("archives", _clear_archives, _archives),
    Place("cache", _clear_cache, _cache_left),
    Place("tasks", _clear_tasks, _tasks_left),
)
