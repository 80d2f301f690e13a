"""What of the floor a leader of some groups sees: pure, on rows and messages as they are sent."""

from collections.abc import Callable, Set
from typing import Any

import orjson

Led = Set[int]


def part_of_floor(snapshot: dict[str, Any], led: Led | None) -> dict[str, Any]:
    """None: all of it."""
    if led is None:
        return snapshot
    seen: dict[str, Callable[[Any], bool]] = {
        "agents": lambda row: row["id"] in led,
        "calls": lambda row: _sees_call(row, led),
        "listenings": lambda row: _sees_listening(row, led),
        "help": lambda row: row["agent"]["id"] in led,
    }
    parts = {
        name: [row for row in snapshot[name] if sees(row)] for name, sees in seen.items() if name in snapshot
    }
    return snapshot | parts


def part_of_news(body: bytes, led: Led) -> bytes | None:
    """A call that somebody else's agent has taken is gone from the board; the rest of others' news is not told."""
    message = orjson.loads(body)
    row, kind = message.get("row"), message.get("type")
    if kind == "call" and not _sees_call(row, led):
        return orjson.dumps({"type": "call_gone", "id": row["id"]})
    if kind in ("agent", "places") and row["id"] not in led:
        return None
    if kind == "listening" and not _sees_listening(row, led):
        return None
    if kind == "help" and row["agent"]["id"] not in led:
        return None
    return body


def _sees_call(row: dict[str, Any], led: Led) -> bool:
    return row["agent"] is None or row["agent"]["id"] in led


def _sees_listening(row: dict[str, Any], led: Led) -> bool:
    return row["agent"]["id"] in led or row["supervisor"]["id"] in led
