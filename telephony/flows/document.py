"""The shape of a flow: read from JSON that anybody may have written, or refused with a code and the place.

A document that can be read may still be unfinished: what a node lacks is found by `check.py`, not here.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from telephony.flows.kinds import KINDS

FORMAT = 1
MOST_NODES = 2_000
MOST_BYTES = 1_000_000
MOST_LANGUAGES = 10
MOST_EXITS = 40
DEEPEST = 12
LONGEST_TITLE = 80
LONGEST_TEXT = 2_000
FARTHEST = 1_000_000
NODE_ID = re.compile(r"[a-z0-9]{1,12}")
EXIT_ID = re.compile(r"[a-z0-9_*#]{1,20}")
LANGUAGE = re.compile(r"[a-z]{2,3}")


class UnreadableFlow(ValueError):
    """This is no flow. `code` says how: not_json, too_big, too_deep, too_many_nodes, not_an_object, wrong_format,
    wrong_kind, bad_node_id, twice, unknown_kind, too_long, unknown_key; `place` is the way to it.
    """

    def __init__(self, code: str, place: str = "") -> None:
        self.code, self.place = code, place[:80]
        super().__init__(f"{code} {self.place}".strip())


@dataclass(frozen=True, slots=True)
class Node:
    """`exits` → the id of the node behind each; "" where the way is drawn and leads nowhere yet."""

    id: str
    kind: str
    title: str = ""
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    exits: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    x: float = 0
    y: float = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "x": self.x,
            "y": self.y,
            "settings": dict(self.settings),
            "exits": dict(self.exits),
        }


@dataclass(frozen=True, slots=True)
class Document:
    """`languages`: the first is spoken until the caller chooses. `nodes` by id, in the order they were written."""

    languages: tuple[str, ...]
    start: str
    nodes: Mapping[str, Node]

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "languages": list(self.languages),
            "start": self.start,
            "nodes": [node.as_dict() for node in self.nodes.values()],
        }


def empty(languages: tuple[str, ...] = ("zh", "en")) -> dict[str, Any]:
    """A flow in which nothing is drawn yet."""
    return Document(languages, "", {}).as_dict()


def load(text: str | bytes, *, most: int = MOST_BYTES) -> Any:
    """JSON from outside → what it says. UnreadableFlow when it is too big, too deep, or no JSON at all."""
    if len(text if isinstance(text, bytes) else text.encode("utf-8", "replace")) > most:
        raise UnreadableFlow("too_big")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise UnreadableFlow("too_deep") from None
    except (ValueError, UnicodeDecodeError):
        raise UnreadableFlow("not_json") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def parse(raw: Any) -> Document:
    """What a JSON column, a browser or a file says → a Document, or UnreadableFlow."""
    if not isinstance(raw, Mapping):
        raise UnreadableFlow("not_an_object")
    refuse_deep(raw)
    if raw.get("format") != FORMAT or isinstance(raw.get("format"), bool):
        raise UnreadableFlow("wrong_format", "format")
    unknown = set(raw) - {"format", "languages", "start", "nodes"}
    if unknown:
        raise UnreadableFlow("unknown_key", str(min(map(str, unknown))))
    start = raw.get("start", "")
    if not isinstance(start, str) or (start and not NODE_ID.fullmatch(start)):
        raise UnreadableFlow("bad_node_id", "start")
    document = Document(_languages(raw.get("languages")), start, _nodes(raw.get("nodes")))
    _refuse_big(raw)
    return document


def _languages(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple) or not 1 <= len(raw) <= MOST_LANGUAGES:
        raise UnreadableFlow("wrong_kind", "languages")
    if not all(isinstance(one, str) and LANGUAGE.fullmatch(one) for one in raw) or len(set(raw)) != len(raw):
        raise UnreadableFlow("wrong_kind", "languages")
    return tuple(raw)


def _nodes(raw: Any) -> dict[str, Node]:
    if not isinstance(raw, list | tuple):
        raise UnreadableFlow("wrong_kind", "nodes")
    if len(raw) > MOST_NODES:
        raise UnreadableFlow("too_many_nodes", "nodes")
    found: dict[str, Node] = {}
    for place, one in enumerate(raw):
        node = _node(one, f"nodes[{place}]")
        if node.id in found:
            raise UnreadableFlow("twice", node.id)
        found[node.id] = node
    return found


def _node(raw: Any, place: str) -> Node:
    if not isinstance(raw, Mapping):
        raise UnreadableFlow("not_an_object", place)
    node_id, kind, title = raw.get("id"), raw.get("kind"), raw.get("title", "")
    if not isinstance(node_id, str) or not NODE_ID.fullmatch(node_id):
        raise UnreadableFlow("bad_node_id", place)
    if not isinstance(kind, str) or kind not in KINDS:
        raise UnreadableFlow("unknown_kind", node_id)
    if not isinstance(title, str) or len(title) > LONGEST_TITLE:
        raise UnreadableFlow("too_long", f"{node_id}.title")
    if set(raw) - {"id", "kind", "title", "settings", "exits", "x", "y"}:
        raise UnreadableFlow("unknown_key", node_id)
    return Node(
        id=node_id,
        kind=kind,
        title=title,
        settings=_settings(raw.get("settings", {}), node_id),
        exits=_exits(raw.get("exits", {}), node_id),
        x=_place(raw.get("x", 0), node_id),
        y=_place(raw.get("y", 0), node_id),
    )


def _settings(raw: Any, node_id: str) -> dict[str, Any]:
    if not isinstance(raw, Mapping) or not all(isinstance(name, str) for name in raw):
        raise UnreadableFlow("wrong_kind", f"{node_id}.settings")
    return dict(raw)


def _exits(raw: Any, node_id: str) -> dict[str, str]:
    if not isinstance(raw, Mapping) or len(raw) > MOST_EXITS:
        raise UnreadableFlow("wrong_kind", f"{node_id}.exits")
    found = {}
    for name, target in raw.items():
        target = "" if target is None else target
        if not isinstance(name, str) or not EXIT_ID.fullmatch(name) or not isinstance(target, str):
            raise UnreadableFlow("wrong_kind", f"{node_id}.exits")
        if target and not NODE_ID.fullmatch(target):
            raise UnreadableFlow("bad_node_id", f"{node_id}.exits")
        found[name] = target
    return found


def _place(value: Any, node_id: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or abs(value) > FARTHEST:
        raise UnreadableFlow("wrong_kind", f"{node_id}.x")
    return value


def refuse_deep(raw: Any) -> None:
    """Step by step, not by recursion: the depth is the writer's. Texts no node could need are refused too."""
    layer: list[Any] = [raw]
    for _depth in range(DEEPEST):
        following: list[Any] = []
        for value in layer:
            if isinstance(value, Mapping):
                following.extend(value)
                following.extend(value.values())
            elif isinstance(value, list | tuple):
                following.extend(value)
            else:
                _refuse_strange(value)
        if not following:
            return
        layer = following
    raise UnreadableFlow("too_deep")


def _refuse_strange(value: Any) -> None:
    """Neither a NUL nor half a surrogate pair can be stored; neither can a number beyond all bounds."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise UnreadableFlow("too_long", "text")
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise UnreadableFlow("wrong_kind", "text")
    elif isinstance(value, int | float) and (
        not math.isfinite(value) if isinstance(value, float) else abs(value) > 2**53
    ):
        raise UnreadableFlow("wrong_kind", "number")


def _refuse_big(raw: Mapping[str, Any]) -> None:
    try:
        size = len(json.dumps(raw, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError):
        raise UnreadableFlow("wrong_kind") from None
    if size > MOST_BYTES:
        raise UnreadableFlow("too_big")
