"""A flow to take elsewhere: the document, and what each row it names is called, with prompts' texts and hours' times.

`{"format": 1, "name": "Front door", "flow": {…}, "names": {"prompt": {"12": {"name": "Welcome", "wordings":
{"zh": "您好", "en": "Hello"}}}, "queue": {"3": {"name": "Sales"}}, "hours": {"1": {"name": "Office", "spans":
[[0, "09:00", "18:00"]], "special_days": [["2026-10-01", "国庆节", null, null]]}}}}`. Templates are such exports.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from telephony.flows.document import (
    FORMAT,
    LANGUAGE,
    LONGEST_TEXT,
    Document,
    UnreadableFlow,
    parse,
    refuse_deep,
)
from telephony.flows.kinds import ROWS
from telephony.flows.references import references

LONGEST_NAME = 80
MOST_NAMES = 4_000
MOST_SPANS = 100
MOST_DAYS = 1_000
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
Span = tuple[int, str, str]
Day = tuple[str, str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Named:
    """One row of elsewhere. `wordings` (of a prompt) by language; `spans` and `days` (of hours) as `exports` says."""

    name: str
    wordings: Mapping[str, str] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    days: tuple[Day, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        said: dict[str, Any] = {"name": self.name}
        if self.wordings:
            said["wordings"] = dict(self.wordings)
        if self.spans or self.days:
            said |= {
                "spans": [list(one) for one in self.spans],
                "special_days": [list(one) for one in self.days],
            }
        return said


@dataclass(frozen=True, slots=True)
class Export:
    name: str
    document: Document
    names: Mapping[str, Mapping[int, Named]]

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "flow": self.document.as_dict(),
            "names": {
                kind: {str(key): named.as_dict() for key, named in sorted(known.items())}
                for kind, known in self.names.items()
                if known
            },
        }


def read_export(raw: Any) -> Export:
    """What a file says → an Export, or UnreadableFlow. A document alone is one that names nothing."""
    if not isinstance(raw, Mapping):
        raise UnreadableFlow("not_an_object")
    if "nodes" in raw:
        return Export("", parse(raw), {})
    refuse_deep(raw)
    if raw.get("format") != FORMAT or isinstance(raw.get("format"), bool):
        raise UnreadableFlow("wrong_format", "format")
    if unknown := set(raw) - {"format", "name", "flow", "names"}:
        raise UnreadableFlow("unknown_key", str(min(map(str, unknown))))
    name = raw.get("name", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise UnreadableFlow("wrong_kind", "name")
    document = parse(raw.get("flow"))
    return Export(name, document, _only_named(document, _names(raw.get("names", {}))))


def _only_named(document: Document, names: Mapping[str, Mapping[int, Named]]) -> dict[str, dict[int, Named]]:
    """What the document does not name is nothing to import."""
    used = references(document)
    return {
        kind: {key: one for key, one in known.items() if key in used[kind]} for kind, known in names.items()
    }


def _names(raw: Any) -> dict[str, dict[int, Named]]:
    if not isinstance(raw, Mapping) or not set(raw) <= set(ROWS):
        raise UnreadableFlow("wrong_kind", "names")
    found: dict[str, dict[int, Named]] = {}
    for kind, known in raw.items():
        if not isinstance(known, Mapping) or len(known) > MOST_NAMES:
            raise UnreadableFlow("wrong_kind", f"names.{kind}")
        found[kind] = {_key(key, kind): _named(one, f"names.{kind}.{key}") for key, one in known.items()}
    return found


def _key(raw: Any, kind: str) -> int:
    if not isinstance(raw, str) or not re.fullmatch(r"[1-9][0-9]{0,17}", raw):
        raise UnreadableFlow("wrong_kind", f"names.{kind}")
    return int(raw)


def _named(raw: Any, place: str) -> Named:
    if not isinstance(raw, Mapping):
        raise UnreadableFlow("not_an_object", place)
    name = raw.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UnreadableFlow("wrong_kind", place)
    return Named(
        name.strip(),
        _wordings(raw.get("wordings", {}), place),
        tuple(_span(one, place) for one in _list(raw.get("spans", []), MOST_SPANS, place)),
        tuple(_day(one, place) for one in _list(raw.get("special_days", []), MOST_DAYS, place)),
    )


def _wordings(raw: Any, place: str) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise UnreadableFlow("wrong_kind", place)
    for language, text in raw.items():
        is_right = isinstance(language, str) and LANGUAGE.fullmatch(language) and isinstance(text, str)
        if not is_right or len(text) > LONGEST_TEXT:
            raise UnreadableFlow("wrong_kind", place)
    return dict(raw)


def _list(raw: Any, most: int, place: str) -> list[Any]:
    if not isinstance(raw, list | tuple) or len(raw) > most:
        raise UnreadableFlow("wrong_kind", place)
    return list(raw)


def _span(raw: Any, place: str) -> Span:
    weekday, opens, closes = _parts(raw, 3, place)
    if type(weekday) is not int or not 0 <= weekday <= 6 or not _are_hours(opens, closes):
        raise UnreadableFlow("wrong_kind", place)
    return weekday, opens, closes


def _day(raw: Any, place: str) -> Day:
    on, name, opens, closes = _parts(raw, 4, place)
    is_named = isinstance(on, str) and isinstance(name, str) and len(name) <= LONGEST_NAME
    is_closed = opens is None and closes is None
    if not is_named or not _is_date(on) or not (is_closed or _are_hours(opens, closes)):
        raise UnreadableFlow("wrong_kind", place)
    return on, name, opens, closes


def _parts(raw: Any, count: int, place: str) -> tuple[Any, ...]:
    if not isinstance(raw, list | tuple) or len(raw) != count:
        raise UnreadableFlow("wrong_kind", place)
    return tuple(raw)


def _are_hours(opens: Any, closes: Any) -> bool:
    """00:00 closes at the end of the day."""
    are_times = all(isinstance(one, str) and one.isascii() and TIME.fullmatch(one) for one in (opens, closes))
    return are_times and (closes == "00:00" or opens < closes)


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
