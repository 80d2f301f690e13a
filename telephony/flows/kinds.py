"""The kinds of nodes: what each is set to, the ways out of it, and which it takes when nobody can be asked.

The switch's compiler, the check, the simulator and the editor all read this one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

KEYS = "0123456789*#"


class Drawn(Protocol):
    """A node, as far as its kind looks at it."""

    @property
    def kind(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def exits(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. `type` is a name of `fields.TYPES`; `least` and `most` are bounds of a number or of a length.

    A field that is not required may be left out and then counts as `default`.
    """

    name: str
    type: str
    is_required: bool = True
    default: Any = None
    least: int = 0
    most: int = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """`exits`: the first is taken when we cannot be asked. `spare` ones may be left undrawn: the caller then comes to
    the number's queue (a holiday: to `closed`). `own` exits are named by the settings (branches, shares) or are keys.

    `is_ask`: the switch asks us on the way. `listens`: it waits for a key or for time to pass, so that a loop through
    it is no endless one. `is_end`: no way leads on from success.
    """

    name: str
    fields: tuple[Field, ...] = ()
    exits: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    own: str = ""
    is_ask: bool = False
    listens: bool = False
    is_end: bool = False


def _prompt(name: str = "prompt", *, is_required: bool = True) -> Field:
    return Field(name, "prompt", is_required)


def _count(name: str, least: int, most: int, default: int) -> Field:
    return Field(name, "count", False, default, least, most)


_LOOKUP = (
    Field("method", "choice", False, "GET", choices=("GET", "POST")),
    Field("url", "url"),
    Field("body", "body", False, "", most=2_000),
    _count("timeout_seconds", 1, 10, 5),
    Field("keep", "keep", False, ()),
    Field("found_when", "path", False, ""),
    _prompt("wait_prompt", is_required=False),
)
_MENU = (
    _prompt(),
    _count("seconds", 1, 20, 5),
    _count("timeouts", 0, 5, 2),
    _count("wrongs", 0, 5, 2),
    Field("repeat_key", "key", False, ""),
    _prompt("wrong_prompt", is_required=False),
)
_COLLECT = (
    _prompt(),
    Field("name", "name"),
    _count("min", 1, 32, 1),
    _count("max", 1, 32, 8),
    Field("end_key", "key", False, "#"),
    _count("seconds", 1, 20, 5),
    _count("tries", 1, 5, 3),
    Field("is_secret", "truth", False, False),
)
_SPEECH = (
    _prompt(),
    Field("phrases", "phrases"),
    Field("name", "name", False, ""),
    _count("seconds", 2, 15, 6),
    _count("confidence", 0, 100, 70),
    _count("tries", 1, 5, 2),
    _prompt("again_prompt", is_required=False),
)
_SET = (
    Field("priority", "count", False, 0, -3_600, 3_600),
    Field("skills", "skills", False, ()),
    Field("tag", "text", False, "", most=40),
)

_ALL = (
    Kind("say", (_prompt(),), ("next",)),
    Kind("menu", _MENU, ("timeout", "wrong"), spare=("timeout", "wrong"), own="keys", listens=True),
    Kind("collect", _COLLECT, ("failed", "next"), spare=("failed",), listens=True),
    Kind("speech", _SPEECH, ("unheard",), spare=("unheard",), own="phrases", listens=True),
    Kind(
        "hours",
        (Field("hours", "hours"),),
        ("closed", "open", "holiday"),
        spare=("holiday",),
        is_ask=True,
    ),
    Kind("notice", (_prompt(), Field("from", "moment"), Field("until", "moment")), ("next",), is_ask=True),
    Kind("condition", (Field("branches", "branches"),), ("else",), own="branches", is_ask=True),
    Kind("lookup", _LOOKUP, ("failed", "found", "not_found"), spare=("failed",), is_ask=True),
    Kind("answer", (_prompt(), Field("says", "says", False, ())), ("next",)),
    Kind(
        "language",
        (_prompt(), Field("keys", "language_keys"), _count("seconds", 1, 20, 5)),
        ("next",),
        listens=True,
    ),
    Kind("split", (Field("shares", "shares"),), (), own="shares", is_ask=True),
    Kind("set", _SET, ("next",)),
    Kind("queue", (Field("queue", "queue"),), is_end=True),
    Kind(
        "agent",
        (Field("agent", "agent"), Field("queue", "queue"), _count("seconds", 5, 120, 20)),
        ("unavailable",),
        spare=("unavailable",),
        is_end=True,
    ),
    Kind(
        "external",
        (Field("number", "number"), _count("seconds", 5, 120, 30)),
        ("failed",),
        spare=("failed",),
        is_end=True,
    ),
    Kind("voicemail", (Field("queue", "queue"), _prompt(is_required=False)), is_end=True),
    Kind(
        "callback",
        (Field("queue", "queue"), _prompt(is_required=False)),
        ("refused",),
        spare=("refused",),
        is_ask=True,
        is_end=True,
    ),
    Kind("survey", (Field("survey", "survey"),), ("next",), listens=True),
    Kind("back", is_end=True),
    Kind("hangup", (_prompt(is_required=False),), is_end=True),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
"""In the order an editor offers them."""

ROWS = ("prompt", "queue", "hours", "survey", "agent", "skill")
"""The kinds of rows a document names by primary key."""


def kind_of(node: Drawn) -> Kind:
    return KINDS[node.kind]


def setting(node: Drawn, name: str) -> Any:
    """What a checked node is set to, or the field's default."""
    known = next(field for field in kind_of(node).fields if field.name == name)
    value = node.settings.get(name)
    return known.default if value is None else value


def exits_of(node: Drawn) -> tuple[str, ...]:
    """Every way out this node has as it is set, the fallback first. Keys of a menu are those that are drawn."""
    kind = kind_of(node)
    if kind.own == "keys":
        return (*kind.exits, *(key for key in KEYS if key in node.exits))
    named = tuple(name for name in _named(node) if name not in kind.exits)
    return (*kind.exits, *dict.fromkeys(named))


def fallback_of(node: Drawn) -> str:
    """The exit taken when we cannot be asked; "" where there is none, and the caller comes to the number's queue."""
    return next(iter(exits_of(node)), "")


def needed_exits(node: Drawn) -> tuple[str, ...]:
    """Those that must lead somewhere."""
    spare = kind_of(node).spare
    return tuple(name for name in exits_of(node) if name not in spare)


def _named(node: Drawn) -> list[str]:
    """The exits that branches or shares name; what cannot be read names none."""
    values = node.settings.get(kind_of(node).own) if kind_of(node).own else ()
    found = [one.get("exit") for one in values if isinstance(one, Mapping)] if _is_list(values) else []
    return [name for name in found if isinstance(name, str)]


def _is_list(values: Any) -> bool:
    return isinstance(values, list | tuple)
