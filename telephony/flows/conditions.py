"""Branches of a condition: the conditions of routing rules, and what only a flow knows beside them.

`queue.<id>.waiting` and `.ready` count, and
`now.time` and `now.weekday` are the tenant's clock. `language` is the one the caller hears.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from telephony.routing.rule_check import RANGE, check_rule
from telephony.routing.rule_check import ops_of as ops_of_rules
from telephony.routing.rules import holds

MOST_BRANCHES = 12
MOST_CONDITIONS = 10
LONGEST_NAME = 80
QUEUE = re.compile(r"queue\.([1-9][0-9]{0,17})\.(waiting|ready)")
ALIASES = {"now.time": "time", "now.weekday": "weekday"}
_ANY_EFFECT = [{"do": "priority", "seconds": 1}]


def ops_of(name: Any) -> tuple[str, ...]:
    """What may be asked of a field; nothing of one that is unknown."""
    if not isinstance(name, str):
        return ()
    if QUEUE.fullmatch(name):
        return RANGE
    return ops_of_rules(ALIASES.get(name, name))


def wrong_branch(branch: Mapping[str, Any]) -> str:
    """`{"exit", "name"?, "when": [conditions]}`; all of them must hold. "" or how it is wrong."""
    if set(branch) - {"exit", "name", "when"}:
        return "unknown_key"
    name, when = branch.get("name", ""), branch.get("when")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        return "wrong_kind"
    if not isinstance(when, list | tuple):
        return "missing" if when is None else "wrong_kind"
    if not 1 <= len(when) <= MOST_CONDITIONS:
        return "out_of_range" if when else "missing"
    return next((how for one in when if (how := wrong_condition(one))), "")


def wrong_condition(condition: Any) -> str:
    if not isinstance(condition, Mapping):
        return "wrong_kind"
    problems = check_rule([_as_rule(condition)], _ANY_EFFECT) if ops_of(condition.get("field")) else None
    if problems is None:
        return "unknown"
    return problems[0].code if problems else ""


def _as_rule(condition: Mapping[str, Any]) -> dict[str, Any]:
    """The same question asked of a field the rules know, of the same sort."""
    name = str(condition.get("field"))
    known = "waiting" if QUEUE.fullmatch(name) else ALIASES.get(name, name)
    return {**condition, "field": known}


def branch_of(branches: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> str:
    """The exit of the first branch whose conditions all hold, else "else". Checked branches only."""
    for branch in branches:
        if all(is_so(condition, facts) for condition in branch["when"]):
            return str(branch["exit"])
    return "else"


def is_so(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """`facts` by the names conditions use."""
    name = ALIASES.get(condition["field"], condition["field"])
    return holds({**condition, "field": name}, facts)


def fields_of(branches: Any) -> set[str]:
    """The facts these branches ask about; what cannot be read asks nothing."""
    return {
        str(condition["field"])
        for condition in conditions_of(branches)
        if isinstance(condition.get("field"), str)
    }


def conditions_of(branches: Any) -> Iterable[Mapping[str, Any]]:
    for branch in branches if isinstance(branches, list | tuple) else ():
        when = branch.get("when") if isinstance(branch, Mapping) else ()
        yield from (one for one in when if isinstance(one, Mapping)) if isinstance(when, list | tuple) else ()
