"""A look-up node and what the caller keyed in → a request; its answer → the exit and what is kept of it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

FOUND, NOT_FOUND, FAILED = "found", "not_found", "failed"
LONGEST_VALUE = 80
_PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,31})\}")


@dataclass(frozen=True, kw_only=True)
class Question:
    method: str
    url: str = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`exit` is found, not_found or failed; `collected` by the names the node gives."""

    exit: str
    collected: Mapping[str, str] = field(default_factory=dict)


def question_of(settings: Mapping[str, Any], known: Mapping[str, str]) -> Question:
    """`{name}` becomes the value: encoded in the address, escaped as JSON in the body. Unknown ones are empty."""
    method = "POST" if settings.get("method") == "POST" else "GET"
    url = _PLACE.sub(lambda place: quote(known.get(place[1], ""), safe=""), str(settings["url"]))
    body = _PLACE.sub(
        lambda place: json.dumps(known.get(place[1], ""))[1:-1], str(settings.get("body") or "")
    )
    seconds = min(10, max(1, int(settings.get("timeout_seconds") or 5)))
    return Question(method=method, url=url, body=body.encode() if method == "POST" else b"", seconds=seconds)


def outcome_of(settings: Mapping[str, Any], status: int, body: bytes) -> Outcome:
    """404 and 410 are answers too; anything else than JSON with a 2xx is none."""
    if status in (404, 410):
        return Outcome(exit=NOT_FOUND)
    if not 200 <= status < 300:
        return Outcome(exit=FAILED)
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return Outcome(exit=FAILED)
    asked = str(settings.get("found_when") or "")
    if asked and not value_at(said, asked):
        return Outcome(exit=NOT_FOUND)
    return Outcome(exit=FOUND, collected=_kept(said, settings.get("keep") or ()))


def _kept(said: Any, keep: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    found = {}
    for one in keep:
        value = as_text(value_at(said, str(one["path"])))
        if value:
            found[str(one["name"])] = value
    return found


def value_at(said: Any, path: str) -> Any:
    """`order.items.0.state`; None where there is nothing."""
    for name in path.removeprefix("$.").split("."):
        if isinstance(said, Mapping):
            said = said.get(name)
        elif isinstance(said, list) and name.isdecimal() and int(name) < len(said):
            said = said[int(name)]
        else:
            return None
    return said


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        return ""
    shown = "".join(character if character.isprintable() else " " for character in str(value))
    return shown[:LONGEST_VALUE].strip()
