"""`${…}` in dialplans: variables, slices and the few functions we offer, expanded as FreeSWITCH does it.

That includes its trap: a variable's value is expanded again. Nothing here starts a program; unknown functions give "".
"""

from __future__ import annotations

from collections.abc import Callable

_MAX_DEPTH = 12
_MAX_LENGTH = 65_536

Lookup = Callable[[str], str]
Call = Callable[[str, str], str]


def expand(text: str, lookup: Lookup, call: Call, depth: int = 0) -> str:
    """`lookup` gives a variable's value, `call` the result of a function by name and argument; both "" when unknown."""
    if depth > _MAX_DEPTH or "$" not in text and "\\" not in text:
        return text
    parts: list[str] = []
    length = at = 0
    while at < len(text) and length < _MAX_LENGTH:
        piece, at = _next(text, at, lookup, call, depth)
        parts.append(piece)
        length += len(piece)
    return "".join(parts)


def _next(text: str, at: int, lookup: Lookup, call: Call, depth: int) -> tuple[str, int]:
    """The next piece of output and where to go on."""
    if text[at] == "\\" and text[at + 1 : at + 2] in {"$", "'"}:
        return ("$" if text[at + 1] == "$" else "", at + 2)
    if text[at] == "$":
        start = at + 2 if text.startswith("$$", at) else at + 1
        if text[start : start + 1] == "{":
            end = _closing(text, start)
            return _value(text[start + 1 : end], lookup, call, depth), end + 1
    stop = min(
        (found for found in (text.find("$", at + 1), text.find("\\", at + 1)) if found > 0), default=len(text)
    )
    return text[at:stop], stop


def _closing(text: str, opening: int) -> int:
    """Where the brace at `opening` is closed; the end of the text when it never is."""
    depth = 0
    for at in range(opening, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return len(text)


def _value(inner: str, lookup: Lookup, call: Call, depth: int) -> str:
    for at, character in enumerate(inner):
        if character in " (":
            return _function(inner, at, lookup, call, depth)
        if character == "$":
            break
    return _variable(expand(inner, lookup, call, depth + 1), lookup, call, depth)


def _function(inner: str, at: int, lookup: Lookup, call: Call, depth: int) -> str:
    argument = inner[at + 1 :]
    if inner[at] == "(":
        argument = argument[: _matching_parenthesis(argument)]
    return call(inner[:at], expand(argument, lookup, call, depth + 1))


def _matching_parenthesis(text: str) -> int:
    depth = 1
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return at
    return len(text)


def _variable(name: str, lookup: Lookup, call: Call, depth: int) -> str:
    """`name`, `name:offset`, `name:offset:length`, `name[index]`."""
    name, _, cut = name.partition(":")
    index = None
    if name.endswith("]") and "[" in name:
        name, _, digits = name[:-1].partition("[")
        index = int(digits) if digits.isdecimal() else 0
    value = lookup(name)
    if index is not None and value.startswith("ARRAY::"):
        items = value.removeprefix("ARRAY::").split("|:")
        value = items[index] if index < len(items) else ""
    value = expand(value, lookup, call, depth + 1)
    return _cut(value, cut) if cut else value


def _cut(value: str, cut: str) -> str:
    offset, _, length = cut.partition(":")
    try:
        start, size = int(offset or 0), int(length or 0)
    except ValueError:
        return value
    value = value[start:] if start >= 0 or -start <= len(value) else value
    return value[:size] if size > 0 else value
