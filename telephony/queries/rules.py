"""Routing rules: do the rows they name exist, and which rules name a row."""

from collections.abc import Mapping
from typing import Any

from telephony.models import Agent, AgentGroup, Queue, RoutingRule, Skill
from telephony.regions import is_region
from telephony.routing.rule_check import Problem, check_rule

_ROWS: dict[str, Any] = {"queue_id": Queue, "group_id": AgentGroup, "skill_id": Skill, "agent_id": Agent}


def problems_of_rule(conditions: Any, effects: Any) -> list[Problem]:
    """What keeps a rule from being asked as it is written: its shape first, then what it names and is not there."""
    return check_rule(conditions, effects) or [
        *(
            Problem("conditions", place, "value", "not_there")
            for place, condition in enumerate(conditions)
            if not _is_there(condition)
        ),
        *(
            Problem("effects", place, key, "not_there")
            for place, effect in enumerate(effects)
            for key, kind in _ROWS.items()
            if key in effect and not kind.objects.filter(pk=effect[key]).exists()
        ),
    ]


def _is_there(condition: Mapping[str, Any]) -> bool:
    value = condition["value"]
    values = value if isinstance(value, list) else [value]
    if condition["field"] == "queue_id":
        return Queue.objects.filter(pk__in=values).count() == len(set(values))
    return condition["field"] != "region" or all(is_region(one) for one in values)


def rules_naming(key: str, pk: int) -> list[RoutingRule]:
    """Rules with an effect that names this row; `key` is group_id, skill_id, agent_id or queue_id."""
    return [
        rule
        for rule in RoutingRule.objects.all()
        if isinstance(rule.effects, list)
        and any(isinstance(effect, dict) and effect.get(key) == pk for effect in rule.effects)
    ]
