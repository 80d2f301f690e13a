"""Routing rules: do the rows they name exist, and which rules name a row."""

from collections.abc import Mapping
from typing import Any

from telephony.flows.check import collected_names
from telephony.flows.document import UnreadableFlow, parse
from telephony.models import Agent, AgentGroup, Flow, Queue, RoutingRule, Skill
from telephony.queries.plans import rule_of
from telephony.regions import is_region
from telephony.routing.rule_check import COLLECTED, Problem, check_rule
from telephony.routing.rules import fields_of

MOST_FLOWS = 200

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


def collected_fields() -> list[str]:
    """What the tenant's flows collect, as drawn or as published, but secrets; and what rules ask for already."""
    flows = Flow.objects.filter(is_archived=False).select_related("published")[:MOST_FLOWS]
    found: dict[str, bool] = {}
    for flow in flows:
        for raw in (flow.draft, flow.published.document if flow.published else None):
            for name, is_secret in _collected_in(raw).items():
                found[name] = found.get(name, False) or is_secret
    known = {f"collected.{name}" for name, is_secret in found.items() if not is_secret}
    asked = fields_of(rule_of(row) for row in RoutingRule.objects.all())
    return sorted(name for name in known | asked if COLLECTED.fullmatch(name))


def _collected_in(raw: Any) -> Mapping[str, bool]:
    try:
        return collected_names(parse(raw)) if raw else {}
    except UnreadableFlow:
        return {}
