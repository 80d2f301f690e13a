"""The rows a document names by primary key: which they are, and the same document with other keys.

An exported flow carries their names, so that it can be read where the keys are others.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from telephony.flows.conditions import QUEUE, conditions_of
from telephony.flows.document import Document, Node
from telephony.flows.kinds import ROWS, kind_of

References = dict[str, set[int]]
Rename = Callable[[str, int], int | None]


def references(document: Document) -> References:
    """{"prompt": {3, 4}, "queue": {1}, …}: every kind of `kinds.ROWS`; what is no key is left out."""
    found: References = {kind: set() for kind in ROWS}
    for node in document.nodes.values():
        for kind, key in references_of(node):
            found[kind].add(key)
    return found


def references_of(node: Node) -> Iterator[tuple[str, int]]:
    for field in kind_of(node).fields:
        value = node.settings.get(field.name)
        if field.type in ROWS and _is_key(value):
            yield field.type, value
        elif field.type == "skills" and isinstance(value, list | tuple):
            keys = (one.get("skill") for one in value if isinstance(one, Mapping))
            yield from (("skill", key) for key in keys if _is_key(key))
        elif field.type == "branches":
            for condition in conditions_of(value):
                yield from (("queue", key) for key in _queues_of(condition))


def _is_key(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**63


def _queues_of(condition: Mapping[str, Any]) -> list[int]:
    name, value = condition.get("field"), condition.get("value")
    if name == "queue_id":
        values = value if isinstance(value, list | tuple) else [value]
        return [one for one in values if _is_key(one)]
    known = QUEUE.fullmatch(name) if isinstance(name, str) else None
    return [int(known.group(1))] if known else []


def renamed(raw: Mapping[str, Any], rename: Rename) -> dict[str, Any]:
    """The same readable document with other keys; what `rename` has no key for (None) is left out of the settings.

    A condition that names such a row is left out with it, and so is its branch when nothing else is asked there: the
    check then says what is missing.
    """
    nodes = [{**node, "settings": _settings(node, rename)} for node in raw["nodes"]]
    return {**raw, "nodes": nodes}


def _settings(node: Mapping[str, Any], rename: Rename) -> dict[str, Any]:
    settings = dict(node.get("settings") or {})
    for field in kind_of(Node(str(node["id"]), node["kind"])).fields:
        value = settings.get(field.name)
        if field.type in ROWS and _is_key(value):
            _put(settings, field.name, rename(field.type, value))
        elif field.type == "skills" and isinstance(value, list | tuple):
            settings[field.name] = [one for old in value if (one := _skill(old, rename)) is not None]
        elif field.type == "branches" and isinstance(value, list | tuple):
            settings[field.name] = [_branch(old, rename) for old in value]
    return settings


def _put(settings: dict[str, Any], name: str, key: int | None) -> None:
    if key is None:
        del settings[name]
    else:
        settings[name] = key


def _skill(old: Any, rename: Rename) -> Any:
    if not isinstance(old, Mapping) or not _is_key(old.get("skill")):
        return old
    key = rename("skill", old["skill"])
    return None if key is None else {**old, "skill": key}


def _branch(old: Any, rename: Rename) -> Any:
    when = old.get("when") if isinstance(old, Mapping) else None
    if not isinstance(when, list | tuple):
        return old
    return {**old, "when": [new for one in when if (new := _condition(one, rename)) is not None]}


def _condition(old: Any, rename: Rename) -> Any:
    named = _queues_of(old) if isinstance(old, Mapping) else []
    if not named:
        return old
    keys = {key: rename("queue", key) for key in named}
    if any(key is None for key in keys.values()):
        return None
    if old["field"] == "queue_id":
        value = old["value"]
        is_list = isinstance(value, list | tuple)
        return {**old, "value": [keys.get(one, one) for one in value] if is_list else keys[value]}
    return {**old, "field": f"queue.{keys[named[0]]}.{old['field'].rsplit('.', 1)[1]}"}
