"""Reads a dialplan context: conditions, regexes, actions and anti-actions, breaks, nesting; gives the actions to run.

As in FreeSWITCH all conditions are looked at first and only `inline="true"` actions run meanwhile; the data of the
others is expanded when they run.
"""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

_DIGIT = re.compile(r"\$(\d)")
_MAX_NESTING = 20


@dataclass
class Extension:
    """What a dialplan answered: a name and applications with their unexpanded data."""

    name: str
    number: str
    applications: list[tuple[str, str]] = field(default_factory=list)
    current: int = -1


class Reader(Protocol):
    """What reading a dialplan needs of a leg."""

    def field(self, name: str) -> str: ...

    def expand(self, text: str) -> str: ...

    def run_inline(self, application: str, data: str) -> None: ...

    def matched(self, groups: list[str]) -> None: ...


@dataclass
class _Verdict:
    passed: bool
    subject: re.Match[str] | None = None


@dataclass
class _Reading:
    reader: Reader
    actions: list[tuple[str, str]] = field(default_factory=list)


def read(context: ET.Element, destination: str, reader: Reader) -> Extension | None:
    """The extension that matches, all those with `continue="true"` before it included; None when there is none."""
    found: Extension | None = None
    for element in context.findall("extension"):
        reading = _Reading(reader)
        passed = _conditions(element, reading, depth=0)
        if reading.actions:
            found = found or Extension(element.get("name", ""), destination)
            found.applications += reading.actions
        if passed and element.get("continue", "").lower() not in {"true", "yes", "on"}:
            break
    return found


def _conditions(parent: ET.Element, reading: _Reading, depth: int) -> bool:
    if depth > _MAX_NESTING:
        return False
    passed = False
    for condition in parent.findall("condition"):
        verdict = _judge(condition, reading.reader)
        passed = verdict.passed
        _act(condition.findall("action" if passed else "anti-action"), verdict, reading)
        if passed and condition.find("condition") is not None:
            nested = _conditions(condition, reading, depth + 1)
            if not nested and condition.get("require-nested", "true").lower() != "false":
                passed = False
        if _breaks(condition, passed):
            break
    return passed


def _breaks(condition: ET.Element, passed: bool) -> bool:
    rule = condition.get("break", "on-false")
    return rule == "always" or rule == ("on-true" if passed else "on-false")


def _act(actions: Iterable[ET.Element], verdict: _Verdict, reading: _Reading) -> None:
    for action in actions:
        name, data = action.get("application", ""), action.get("data", action.text or "")
        if verdict.subject is not None:
            data = _substitute(data, verdict.subject)
        if action.get("inline", "").lower() == "true":
            reading.reader.run_inline(name, data)
        else:
            reading.actions.append((name, data))


def _substitute(data: str, subject: re.Match[str]) -> str:
    def group(digit: re.Match[str]) -> str:
        number = int(digit[1])
        return (subject[number] or "") if number <= subject.re.groups else ""

    return _DIGIT.sub(group, data)


def _judge(condition: ET.Element, reader: Reader) -> _Verdict:
    rule = condition.get("regex")
    if rule is not None:
        verdicts = [_test(regex, reader) for regex in condition.findall("regex")]
        passes = sum(verdict.passed for verdict in verdicts)
        needed: dict[str, Callable[[], bool]] = {
            "all": lambda: passes == len(verdicts),
            "xor": lambda: passes == 1,
        }
        return _Verdict(needed.get(rule.lower(), lambda: passes > 0)())
    verdict = _test(condition, reader)
    groups = verdict.subject.groups() if verdict.subject else ()
    if groups and verdict.subject is not None:
        reader.matched([verdict.subject[0], *(group or "" for group in groups)])
    return verdict


def _test(element: ET.Element, reader: Reader) -> _Verdict:
    """By the clock when it has such attributes, by a field when it has one; a condition with neither holds."""
    by_time = _time_matches(element)
    name = element.get("field")
    if name is None or by_time is False:
        return _Verdict(by_time is not False)
    subject = reader.expand(name) if "$" in name else reader.field(name)
    expression = reader.expand(_expression(element))
    found = _search(expression, subject)
    return _Verdict(found is not None, found)


def _expression(element: ET.Element) -> str:
    child = element.find("expression")
    return (child.text or "") if child is not None else element.get("expression", "")


def _search(expression: str, subject: str) -> re.Match[str] | None:
    flags = re.RegexFlag(0)
    if expression.startswith("/") and "/" in expression[1:]:
        expression, _, letters = expression[1:].rpartition("/")
        flags = re.IGNORECASE if "i" in letters else flags
    # PCRE's $ is Python's \Z here but for a final newline, where both agree.
    try:
        return re.search(expression, subject, flags)
    except re.error:
        return None


def _time_matches(element: ET.Element) -> bool | None:
    """None: it does not ask for a time. Only the fields our dialplans use: wday (1 = Sunday), hour, time-of-day."""
    now = time.localtime()
    asked = [
        _in_ranges(element.get("wday"), (now.tm_wday + 1) % 7 + 1),
        _in_ranges(element.get("hour"), now.tm_hour),
        _in_ranges(element.get("mon"), now.tm_mon),
        _in_ranges(element.get("mday"), now.tm_mday),
    ]
    known = [answer for answer in asked if answer is not None]
    return all(known) if known else None


def _in_ranges(text: str | None, value: int) -> bool | None:
    if text is None:
        return None
    for part in text.split(","):
        low, _, high = part.partition("-")
        if low.isdecimal() and int(low) <= value <= int(high if high.isdecimal() else low):
            return True
    return False
