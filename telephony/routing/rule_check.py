"""What a rule may say, field by field, and what is wrong with one that says something else. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST_CONDITIONS = 20
MOST_EFFECTS = 10
MOST_VALUES = 200
LONGEST_TEXT = 80
LONGEST_WAIT = 7200
MOST_PRIORITY = 3600
HIGHEST_LEVEL = 10

SAME = ("is", "is_not", "one_of", "none_of")
RANGE = ("at_least", "at_most", "between")
OPS: dict[str, tuple[str, ...]] = {
    "number": (*SAME, "starts_with"),
    "caller_number": (*SAME, "starts_with"),
    "country": SAME,
    "region": SAME,
    "level": SAME,
    "tags": ("has", "has_not"),
    "language": (*SAME, "starts_with"),
    "weekday": SAME,
    "time": RANGE,
    "queue_id": SAME,
    "waiting": RANGE,
}
"""The fields a condition may ask about, in the order an editor shows them, and what may be asked."""
COLLECTED = re.compile(r"collected\.([a-z][a-z_]{0,31})")
"""Beside them what the caller keyed in or said in a flow, or a look-up answered, by its name there."""
COLLECTED_OPS = (*SAME, "starts_with", *RANGE)


def ops_of(name: Any) -> tuple[str, ...]:
    """What may be asked of a field; nothing of one that is unknown."""
    if not isinstance(name, str):
        return ()
    return COLLECTED_OPS if COLLECTED.fullmatch(name) else OPS.get(name, ())


def asks_what_was_collected(conditions: Any) -> bool:
    """Whether one of these conditions, in whatever shape, is about callers of flows."""
    rows = conditions if isinstance(conditions, list | tuple) else ()
    fields = (one.get("field") for one in rows if isinstance(one, Mapping))
    return any(isinstance(name, str) and COLLECTED.fullmatch(name) for name in fields)


@dataclass(frozen=True, slots=True)
class Problem:
    """`part` is "conditions" or "effects", `place` counts from 0 (None: the list as a whole), `key` is what is wrong
    in it, `code` says how: not_a_list, too_many, none, not_an_object, unknown, missing, wrong_kind, out_of_range,
    unknown_key.
    """

    part: str
    place: int | None
    key: str
    code: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def check_rule(conditions: Any, effects: Any) -> list[Problem]:
    """All that keeps a rule from being asked; no problem, no entry. Whether the ids exist is the caller's to see."""
    return [
        *_check_list("conditions", conditions, MOST_CONDITIONS, _check_condition),
        *_check_list("effects", effects, MOST_EFFECTS, _check_effect),
    ]


Check = Callable[[Mapping[str, Any]], tuple[str, str] | None]


def _check_list(part: str, values: Any, most: int, check: Check) -> list[Problem]:
    if not isinstance(values, list | tuple):
        return [Problem(part, None, "", "not_a_list")]
    if len(values) > most:
        return [Problem(part, None, "", "too_many")]
    if part == "effects" and not values:
        return [Problem(part, None, "", "none")]
    found = []
    for place, value in enumerate(values):
        wrong = check(value) if isinstance(value, Mapping) else ("", "not_an_object")
        if wrong:
            found.append(Problem(part, place, *wrong))
    return found


def _check_condition(condition: Mapping[str, Any]) -> tuple[str, str] | None:
    name, op = condition.get("field"), condition.get("op")
    if not isinstance(name, str) or not ops_of(name):
        return "field", "unknown"
    if op not in ops_of(name):
        return "op", "unknown"
    if set(condition) - {"field", "op", "value"}:
        return "", "unknown_key"
    return _check_value(name, str(op), condition.get("value"))


def _check_value(name: str, op: str, value: Any) -> tuple[str, str] | None:
    is_right = _is_count if op in RANGE and COLLECTED.fullmatch(name) else _KINDS.get(name, _is_text)
    if op not in ("one_of", "none_of", "between"):
        return None if is_right(value) else ("value", _how_wrong(value))
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_VALUES:
        return "value", _how_wrong(value)
    if op == "between" and len(value) != 2:
        return "value", "wrong_kind"
    return None if all(is_right(one) for one in value) else ("value", "wrong_kind")


def _how_wrong(value: Any) -> str:
    return "missing" if value in (None, "", [], ()) else "wrong_kind"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_TEXT


def _is_id(value: Any) -> bool:
    return type(value) is int and value > 0


def _is_digits(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\+?[0-9]{1,32}", value) is not None


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value) is not None


def _is_weekday(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 6


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 1_000_000


_KINDS: dict[str, Callable[[Any], bool]] = {
    "number": _is_digits,
    "caller_number": _is_digits,
    "weekday": _is_weekday,
    "time": _is_time,
    "queue_id": _is_id,
    "waiting": _is_count,
}


# ---- effects: what each must and may hold


def _is_priority(value: Any) -> bool:
    return type(value) is int and -MOST_PRIORITY <= value <= MOST_PRIORITY and value != 0


def _is_wait(value: Any) -> bool:
    return type(value) is int and 1 <= value <= LONGEST_WAIT


def _is_wait_or_none(value: Any) -> bool:
    return value is None or _is_wait(value)


def _is_level(value: Any) -> bool:
    return type(value) is int and 1 <= value <= HIGHEST_LEVEL


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


EFFECTS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "priority": {"seconds": _is_priority},
    "queue": {"queue_id": _is_id},
    "group": {"group_id": _is_id, "for_seconds": _is_wait_or_none},
    "skill": {"skill_id": _is_id, "level": _is_level, "is_preferred": _is_bool},
    "agent": {"agent_id": _is_id, "for_seconds": _is_wait},
}
_OPTIONAL = {("group", "for_seconds"), ("skill", "is_preferred")}


def _check_effect(effect: Mapping[str, Any]) -> tuple[str, str] | None:
    do = effect.get("do")
    if not isinstance(do, str) or do not in EFFECTS:
        return "do", "unknown"
    keys = EFFECTS[do]
    if set(effect) - {"do", *keys}:
        return "", "unknown_key"
    for key, is_right in keys.items():
        if key not in effect:
            if (do, key) not in _OPTIONAL:
                return key, "missing"
        elif not is_right(effect[key]):
            return key, "missing" if effect[key] is None else "out_of_range"
    return None
