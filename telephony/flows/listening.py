"""Nodes that wait for keys: menu, digits, language. Keys pressed too early count at the next of them."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from telephony.flows.document import Node
from telephony.flows.kinds import KEYS, setting

HIDDEN = "•••"
"""Stands where a secret was keyed in."""


class NothingPressed(Exception):
    """The caller is listened to, and what they do is not known. `digits`: so many at most; `keys`: what is offered."""

    def __init__(self, keys: list[str], digits: int = 1) -> None:
        self.keys, self.digits = keys, digits
        super().__init__()


class Heard(Protocol):
    heard: list[dict[str, Any]]
    pressed: list[str]


class Listener(Protocol):
    language: str
    collected: dict[str, str]
    secret: set[str]


class Keys:
    """What the caller does, turn by turn. The rest of a turn is typed ahead."""

    def __init__(self, turns: Sequence[str]) -> None:
        self._turns = ["".join(key for key in str(turn) if key in KEYS) for turn in turns]
        self._ahead = ""

    def one(self, offered: list[str]) -> str:
        """A key, or "" for silence."""
        turn = self._turn(offered, 1)
        self._ahead = turn[1:]
        return turn[:1]

    def some(self, most: int, end_key: str) -> tuple[str, bool]:
        """Digits up to the end key or to `most`; whether the end key closed them. What follows is typed ahead."""
        turn = self._turn([end_key] if end_key else [], most)
        at = turn.find(end_key) if end_key else -1
        if 0 <= at <= most:
            self._ahead = turn[at + 1 :]
            return turn[:at], True
        self._ahead = turn[most:]
        return turn[:most], False

    def _turn(self, offered: list[str], digits: int) -> str:
        if self._ahead:
            return self._ahead
        if not self._turns:
            raise NothingPressed(offered, digits)
        return self._turns.pop(0)


def _menu(node: Node, step: Heard, keys: Keys, _caller: Listener) -> str:
    """Silence and wrong keys are counted each for itself; after so many repeats their exit is taken."""
    repeat = setting(node, "repeat_key")
    offered = [key for key in KEYS if key in node.exits]
    left = {"timeout": setting(node, "timeouts"), "wrong": setting(node, "wrongs")}
    while True:
        step.heard.append({"prompt": node.settings["prompt"]})
        key = keys.one([*offered, *([repeat] if repeat else [])])
        step.pressed.append(key)
        if key and key in node.exits:
            return key
        if key and key == repeat:
            continue
        how = "wrong" if key else "timeout"
        if how == "wrong" and setting(node, "wrong_prompt"):
            step.heard.append({"prompt": setting(node, "wrong_prompt")})
        if not left[how]:
            return how
        left[how] -= 1


def _collect(node: Node, step: Heard, keys: Keys, caller: Listener) -> str:
    is_secret = setting(node, "is_secret")
    for _try in range(setting(node, "tries")):
        step.heard.append({"prompt": node.settings["prompt"]})
        digits, _is_closed = keys.some(setting(node, "max"), setting(node, "end_key"))
        step.pressed.append(HIDDEN if is_secret and digits else digits)
        if len(digits) >= setting(node, "min"):
            caller.collected[node.settings["name"]] = digits
            if is_secret:
                caller.secret.add(node.settings["name"])
            return "next"
    return "failed"


def _language(node: Node, step: Heard, keys: Keys, caller: Listener) -> str:
    """Once: who says nothing, or something else, goes on in the language they hear."""
    step.heard.append({"prompt": node.settings["prompt"]})
    choices = node.settings["keys"]
    key = keys.one(sorted(choices))
    step.pressed.append(key)
    caller.language = choices.get(key, caller.language)
    return "next"


def _speech(node: Node, step: Heard, keys: Keys, caller: Listener) -> str:
    """Here a key says what a caller would: nobody is listened to. Anything else is not understood, and asked again."""
    rows = _rows_by_key(node.settings.get("phrases"))
    for turn in range(setting(node, "tries")):
        again = setting(node, "again_prompt") if turn else None
        step.heard.append({"prompt": again or node.settings["prompt"]})
        key = keys.one(sorted(rows))
        step.pressed.append(key)
        if key in rows:
            note_understood(node, caller, rows[key])
            return rows[key]
    return "unheard"


def _rows_by_key(phrases: Any) -> dict[str, str]:
    """{key: exit} of the rows that have both; a draft from elsewhere may have anything there."""
    rows = [one for one in phrases if isinstance(one, dict)] if isinstance(phrases, list) else []
    return {
        one["key"]: one["exit"]
        for one in rows
        if isinstance(one.get("key"), str) and one["key"] and isinstance(one.get("exit"), str)
    }


def note_understood(node: Node, caller: Listener, exit_name: str) -> None:
    name = setting(node, "name")
    if name and exit_name != "unheard":
        caller.collected[name] = exit_name


LISTENING: dict[str, Callable[[Node, Any, Keys, Any], str]] = {
    "menu": _menu,
    "collect": _collect,
    "language": _language,
    "speech": _speech,
}
