"""What a setting may say, type by type. Each answers with "" or how it is wrong: missing, wrong_kind, out_of_range,
unknown, unknown_key, twice, not_hundred.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from telephony.flows.conditions import MOST_BRANCHES, wrong_branch
from telephony.flows.kinds import KEYS, Field

NAME = re.compile(r"[a-z][a-z_]{0,31}")
EXIT = re.compile(r"[a-z][a-z0-9_]{0,19}")
NUMBER = re.compile(r"\+?[0-9]{3,20}")
PATH = re.compile(r"[A-Za-z0-9_\-]{1,40}(\.[A-Za-z0-9_\-]{1,40}){0,7}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
SAID_AS = ("digits", "number", "money", "date")
MOST_ITEMS = 20
LONGEST_URL = 500
LONGEST_NAME, LONGEST_SAYS = 80, 300
LARGEST_ID = 2**63 - 1
BUILT_IN = ("caller_number", "number", "language")
"""Names a look-up may send beside those the caller gave."""

Verdict = str


def wrong_setting(field: Field, value: Any) -> Verdict:
    """How this value is wrong for the field; "" when it is right. None and "" mean that nothing was said."""
    if value is None or value == "":
        return "missing" if field.is_required else ""
    return TYPES[field.type](field, value)


def placeholders(text: Any) -> list[str]:
    """The names in braces, in order: `https://shop.example/o/{order}` → ["order"]."""
    return PLACEHOLDER.findall(text) if isinstance(text, str) else []


def is_whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _row(_field: Field, value: Any) -> Verdict:
    return "" if is_whole(value, 1, LARGEST_ID) else "wrong_kind"


def _count(field: Field, value: Any) -> Verdict:
    if type(value) is not int:
        return "wrong_kind"
    return "" if field.least <= value <= field.most else "out_of_range"


def _truth(_field: Field, value: Any) -> Verdict:
    return "" if isinstance(value, bool) else "wrong_kind"


def _choice(field: Field, value: Any) -> Verdict:
    return "" if isinstance(value, str) and value in field.choices else "unknown"


def _key(_field: Field, value: Any) -> Verdict:
    return "" if isinstance(value, str) and len(value) == 1 and value in KEYS else "wrong_kind"


def _text(field: Field, value: Any) -> Verdict:
    if not isinstance(value, str) or not value.isprintable():
        return "wrong_kind"
    return "" if len(value) <= field.most else "out_of_range"


def _body(field: Field, value: Any) -> Verdict:
    return (
        _text(field, value.replace("\n", " ").replace("\t", " ")) if isinstance(value, str) else "wrong_kind"
    )


def _matches(pattern: re.Pattern[str]) -> Callable[[Field, Any], Verdict]:
    def judge(_field: Field, value: Any) -> Verdict:
        return "" if isinstance(value, str) and pattern.fullmatch(value) and value.isascii() else "wrong_kind"

    return judge


def _moment(_field: Field, value: Any) -> Verdict:
    if not isinstance(value, str) or not value.isascii() or not MOMENT.fullmatch(value):
        return "wrong_kind"
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return "out_of_range"
    return ""


def _url(_field: Field, value: Any) -> Verdict:
    """http or https to a named host; no user, no gap, and nothing of the caller's before the path."""
    if not isinstance(value, str) or len(value) > LONGEST_URL or not re.fullmatch(r"[!-~]+", value):
        return "wrong_kind"
    if any(sign in value for sign in "\"'<>\\^`|"):
        return "wrong_kind"
    try:
        parts = urlsplit(value)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return "wrong_kind"
    host = parts.hostname or ""
    is_host = re.fullmatch(r"[a-z0-9.\-]{1,253}|[0-9a-f:.]{2,45}", host) is not None
    is_right = parts.scheme in ("https", "http") and is_host and has_port and "@" not in parts.netloc
    return "" if is_right and not set("{}") & set(parts.netloc) else "wrong_kind"


def _items(
    value: Any, judge: Callable[[Mapping[str, Any]], Verdict], least: int = 0, most: int = MOST_ITEMS
) -> Verdict:
    if not isinstance(value, list | tuple):
        return "wrong_kind"
    if not least <= len(value) <= most:
        return "out_of_range" if value else "missing"
    return next((how for one in value if (how := _judged(one, judge))), "")


def _judged(one: Any, judge: Callable[[Mapping[str, Any]], Verdict]) -> Verdict:
    return judge(one) if isinstance(one, Mapping) else "wrong_kind"


def _has_keys(one: Mapping[str, Any], *names: str) -> Verdict:
    if any(one.get(name) in (None, "") for name in names):
        return "missing"
    return "unknown_key" if set(one) - set(names) else ""


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def _keep(_field: Field, value: Any) -> Verdict:
    def judge(one: Mapping[str, Any]) -> Verdict:
        path = one.get("path")
        is_right = _is_name(one.get("name")) and isinstance(path, str) and bool(PATH.fullmatch(path))
        return _has_keys(one, "name", "path") or ("" if is_right else "wrong_kind")

    return _items(value, judge) or _twice(value, "name")


def _says(_field: Field, value: Any) -> Verdict:
    def judge(one: Mapping[str, Any]) -> Verdict:
        if not _is_name(one.get("name")):
            return "wrong_kind"
        return _has_keys(one, "name", "as") or ("" if one["as"] in SAID_AS else "unknown")

    return _items(value, judge)


def _skills(_field: Field, value: Any) -> Verdict:
    def judge(one: Mapping[str, Any]) -> Verdict:
        if (how := _has_keys(one, "skill", "level")) or not is_whole(one["skill"], 1, LARGEST_ID):
            return how or "wrong_kind"
        return "" if is_whole(one["level"], 1, 10) else "out_of_range"

    return _items(value, judge, most=10) or _twice(value, "skill")


def _phrases(_field: Field, value: Any) -> Verdict:
    """What may be said for each way out, with a key beside it for those who would rather press."""

    def judge(one: Mapping[str, Any]) -> Verdict:
        if set(one) - {"exit", "name", "says", "key"}:
            return "unknown_key"
        name, says, key = one.get("name"), one.get("says", ""), one.get("key", "")
        if (
            not isinstance(one.get("exit"), str)
            or not EXIT.fullmatch(one["exit"])
            or one["exit"] == "unheard"
        ):
            return "wrong_kind"
        if not isinstance(name, str) or not isinstance(says, str) or not isinstance(key, str):
            return "wrong_kind"
        if not (name + says).strip():
            return "missing"
        if not (name + says).isprintable() or (key and (len(key) != 1 or key not in KEYS)):
            return "wrong_kind"
        return "" if len(name) <= LONGEST_NAME and len(says) <= LONGEST_SAYS else "out_of_range"

    wrong = _items(value, judge, least=1, most=MOST_ITEMS) or _twice(value, "exit")
    keys = [one["key"] for one in value if one.get("key")] if not wrong else []
    return wrong or ("twice" if len(set(keys)) < len(keys) else "")


def _shares(_field: Field, value: Any) -> Verdict:
    def judge(one: Mapping[str, Any]) -> Verdict:
        if how := _has_keys(one, "exit", "percent"):
            return how
        if not isinstance(one["exit"], str) or not EXIT.fullmatch(one["exit"]):
            return "wrong_kind"
        return "" if is_whole(one["percent"], 0, 100) else "out_of_range"

    wrong = _items(value, judge, least=2, most=10) or _twice(value, "exit")
    return wrong or ("" if sum(one["percent"] for one in value) == 100 else "not_hundred")


def _branches(_field: Field, value: Any) -> Verdict:
    def judge(one: Mapping[str, Any]) -> Verdict:
        if not isinstance(one.get("exit"), str) or not EXIT.fullmatch(one["exit"]) or one["exit"] == "else":
            return "wrong_kind"
        return wrong_branch(one)

    return _items(value, judge, least=1, most=MOST_BRANCHES) or _twice(value, "exit")


def _language_keys(_field: Field, value: Any) -> Verdict:
    if not isinstance(value, Mapping):
        return "wrong_kind"
    are_right = all(
        isinstance(key, str) and len(key) == 1 and key in KEYS and isinstance(language, str)
        for key, language in value.items()
    )
    if not are_right or not all(LANGUAGE.fullmatch(language) for language in value.values()):
        return "wrong_kind"
    return "" if value else "missing"


def _twice(value: Any, name: str) -> Verdict:
    known = [one[name] for one in value]
    return "twice" if len(set(known)) < len(known) else ""


TYPES: dict[str, Callable[[Field, Any], Verdict]] = {
    "prompt": _row,
    "queue": _row,
    "hours": _row,
    "survey": _row,
    "agent": _row,
    "count": _count,
    "truth": _truth,
    "choice": _choice,
    "key": _key,
    "text": _text,
    "body": _body,
    "name": _matches(NAME),
    "number": _matches(NUMBER),
    "path": _matches(PATH),
    "moment": _moment,
    "url": _url,
    "keep": _keep,
    "says": _says,
    "skills": _skills,
    "phrases": _phrases,
    "shares": _shares,
    "branches": _branches,
    "language_keys": _language_keys,
}
