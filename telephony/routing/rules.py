"""Rules of routing: what a condition may say, what follows from the rules that fit, and why the others did not.

Pure. A condition is `{"field", "op", "value"}`, an effect `{"do", …}`; both come from a JSON column, so nothing about
them is taken for granted: a rule that cannot be read is skipped and says so in the trace. The facts are those of
`telephony.queries.caller_facts`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from telephony.routing.rule_check import (
    COLLECTED,
    RANGE,
    Problem,
    asks_what_was_collected,
    check_rule,
)

__all__ = ["Decision", "Person", "Rule", "SkillAsked", "check_rule", "decide", "fields_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row as the rules are asked; with a `queue_id` only of callers who are on their way to that queue."""

    id: Any
    name: str = ""
    version: int = 1
    conditions: Sequence[Mapping[str, Any]] = ()
    effects: Sequence[Mapping[str, Any]] = ()
    queue_id: int | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A group or an agent that is asked for; `for_seconds` from the beginning of the wait, None for all of it."""

    id: int
    for_seconds: int | None
    rule: Any


@dataclass(frozen=True, slots=True)
class SkillAsked:
    skill_id: int
    level: int
    is_preferred: bool
    rule: Any = None


@dataclass(slots=True)
class Decision:
    """What the rules ask for. `priority` adds up; of queue, group, agent and each skill the first to speak counts.

    `trace` has one entry for each rule that was asked, ready for JSON: rule, name, version, fits, failed (the
    condition that did not hold, or None), and for a rule that could not be read `problems`.
    """

    priority: int = 0
    queue_id: int | None = None
    queue_rule: Any = None
    group: Person | None = None
    agent: Person | None = None
    skills: dict[int, SkillAsked] = field(default_factory=dict)
    trace: list[dict[str, Any]] = field(default_factory=list)


def decide(rules: Iterable[Rule], facts: Mapping[str, Any], *, may_move: bool = True) -> Decision:
    """Ask the rules in their order.

    A rule that sends the caller to another queue changes `queue_id` for those after it. Without `may_move` somebody
    has already chosen the queue: the effect is left out. A flow has chosen too (`is_from_flow`): there only rules that
    ask what was collected move anybody.
    """
    decision, known = Decision(), dict(facts)
    for rule in rules:
        entry = _judge(rule, known)
        decision.trace.append(entry)
        if not entry["fits"]:
            continue
        for effect in rule.effects:
            _EFFECTS[effect["do"]](decision, effect, rule, may_move and _may_move(rule, known))
        if decision.queue_id is not None:
            known["queue_id"] = decision.queue_id
        if rule.is_last:
            break
    return decision


def _may_move(rule: Rule, facts: Mapping[str, Any]) -> bool:
    return not facts.get("is_from_flow") or asks_what_was_collected(rule.conditions)


def fields_of(rules: Iterable[Rule]) -> set[str]:
    """The facts these rules ask about, so that nobody collects more while a caller hears silence."""
    asked = [condition.get("field") for rule in rules for condition in _mappings(rule.conditions)]
    return {name for name in asked if isinstance(name, str)}


def _mappings(values: Any) -> list[Mapping[str, Any]]:
    return (
        [value for value in values if isinstance(value, Mapping)] if isinstance(values, list | tuple) else []
    )


def _judge(rule: Rule, facts: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "rule": rule.id,
        "name": rule.name,
        "version": rule.version,
        "fits": False,
        "failed": None,
    }
    problems: list[Problem] = check_rule(rule.conditions, rule.effects)
    if problems:
        return entry | {"problems": [problem.as_dict() for problem in problems]}
    if rule.queue_id is not None and rule.queue_id != facts.get("queue_id"):
        return entry | {"failed": {"field": "queue_id", "op": "is", "value": rule.queue_id}}
    failed = next((condition for condition in rule.conditions if not holds(condition, facts)), None)
    return entry | {"fits": failed is None, "failed": dict(failed) if failed else None}


# ---- conditions


def holds(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """One checked condition. What is not known (None or empty) is like nothing and unlike everything."""
    name, op = condition["field"], condition["op"]
    known = _spellings(name, facts)
    if op in RANGE and COLLECTED.fullmatch(name):
        known = [number for text in known if (number := _as_number(text)) is not None]
    return _OPS[op](known, condition["value"])


def _as_number(text: Any) -> float | None:
    """What was keyed in is text; what is no number is neither more nor less than one."""
    return float(str(text)) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", str(text)) else None


def _spellings(name: str, facts: Mapping[str, Any]) -> list[Any]:
    """All a fact goes by: a number as written at home too, a city as its province too, each of the tags."""
    value = facts.get(name)
    if name == "tags":
        return [str(tag).casefold() for tag in value or ()]
    if value in (None, ""):
        return []
    if name in ("number", "caller_number"):
        return [text for text in (value, facts.get(f"{name}_at_home")) if text]
    if name == "region":
        parts = str(value).split("/")
        return ["/".join(parts[: count + 1]).casefold() for count in range(len(parts))]
    return [value.casefold() if isinstance(value, str) else value]


def _same(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _is_one_of(known: list[Any], values: Sequence[Any]) -> bool:
    return any(_same(value) in known for value in values)


def _between(known: list[Any], value: Sequence[Any]) -> bool:
    """Both ends belong to it; from 22:00 to 06:00 goes over midnight."""
    first, last = value
    if first <= last:
        return any(first <= own <= last for own in known)
    return any(own >= first or own <= last for own in known)


_OPS: dict[str, Callable[[list[Any], Any], bool]] = {
    "is": lambda known, value: _same(value) in known,
    "is_not": lambda known, value: _same(value) not in known,
    "one_of": _is_one_of,
    "none_of": lambda known, values: not _is_one_of(known, values),
    "starts_with": lambda known, value: any(str(own).startswith(_same(value)) for own in known),
    "at_least": lambda known, value: any(own >= value for own in known),
    "at_most": lambda known, value: any(own <= value for own in known),
    "between": _between,
    "has": lambda known, value: _same(value) in known,
    "has_not": lambda known, value: _same(value) not in known,
}


# ---- effects


def _add_priority(decision: Decision, effect: Mapping[str, Any], rule: Rule, may_move: bool) -> None:
    decision.priority += effect["seconds"]


def _move(decision: Decision, effect: Mapping[str, Any], rule: Rule, may_move: bool) -> None:
    if may_move and decision.queue_id is None:
        decision.queue_id, decision.queue_rule = effect["queue_id"], rule.id


def _ask_group(decision: Decision, effect: Mapping[str, Any], rule: Rule, may_move: bool) -> None:
    decision.group = decision.group or Person(effect["group_id"], effect.get("for_seconds"), rule.id)


def _ask_agent(decision: Decision, effect: Mapping[str, Any], rule: Rule, may_move: bool) -> None:
    decision.agent = decision.agent or Person(effect["agent_id"], effect["for_seconds"], rule.id)


def _ask_skill(decision: Decision, effect: Mapping[str, Any], rule: Rule, may_move: bool) -> None:
    asked = SkillAsked(effect["skill_id"], effect["level"], bool(effect.get("is_preferred")), rule.id)
    decision.skills.setdefault(asked.skill_id, asked)


_EFFECTS: dict[str, Callable[[Decision, Mapping[str, Any], Rule, bool], None]] = {
    "priority": _add_priority,
    "queue": _move,
    "group": _ask_group,
    "agent": _ask_agent,
    "skill": _ask_skill,
}
