"""A draft of the routing rules: switched off or on or changed on the what-if page, never saved."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from telephony.console import routing_words as words
from telephony.console.names import Names
from telephony.models import RoutingRule
from telephony.queries.what_if import all_rules
from telephony.routing.rules import Rule, check_rule


@dataclass
class Draft:
    """One rule as it is and as it might be. `problems` in words keep the whole draft from being tried."""

    rule: RoutingRule
    is_active: bool
    conditions: str
    effects: str
    conditions_words: str = ""
    effects_words: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        same = _pretty(self.rule.conditions), _pretty(self.rule.effects), self.rule.is_active
        return (self.conditions, self.effects, self.is_active) != same

    def as_rule(self) -> Rule:
        return Rule(
            id=self.rule.pk,
            name=self.rule.name,
            version=self.rule.version,
            conditions=json.loads(self.conditions),
            effects=json.loads(self.effects),
            queue_id=self.rule.queue_id,
            is_last=self.rule.is_last,
        )


def drafts_of(given: QueryDict, names: Names) -> list[Draft]:
    """Each rule with what the form says of it (without a form as it is), in words, with what is wrong."""
    drafts = [_draft(rule, given) for rule in all_rules()]
    _tell(drafts, names)
    return drafts


def _draft(rule: RoutingRule, given: QueryDict) -> Draft:
    conditions, effects, is_active = _pretty(rule.conditions), _pretty(rule.effects), rule.is_active
    if given.get("drafts") == "1":
        is_active = f"use_{rule.pk}" in given
        conditions = _tidy(given.get(f"conditions_{rule.pk}", conditions))
        effects = _tidy(given.get(f"effects_{rule.pk}", effects))
    return Draft(rule, is_active, conditions, effects)


def _pretty(value: Any) -> str:
    """One condition or effect a line."""
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if not value:
        return "[]"
    return "[\n" + ",\n".join("  " + json.dumps(one, ensure_ascii=False) for one in value) + "\n]"


def _tidy(text: str) -> str:
    """As we would have written it, so that only a true change is one; what cannot be read stays as typed."""
    try:
        return _pretty(json.loads(text[:20_000]))
    except ValueError:
        return text[:20_000]


def _tell(drafts: list[Draft], names: Names) -> None:
    """Fill in the words, and what is wrong."""
    for draft in drafts:
        try:
            conditions, effects = json.loads(draft.conditions), json.loads(draft.effects)
        except ValueError:
            draft.problems.append(_("This is not JSON: check brackets, quotes and commas."))
            continue
        draft.problems += [told_problem(one.as_dict()) for one in check_rule(conditions, effects)]
        if not draft.problems:
            draft.conditions_words = words.in_a_row(words.told_condition(one, names) for one in conditions)
            draft.effects_words = words.in_a_row(words.told_effect(one, names) for one in effects)


def told_problem(problem: dict[str, Any]) -> str:
    """Where it is and how it is wrong."""
    part = _("Conditions") if problem["part"] == "conditions" else _("Effects")
    how = {
        "not_a_list": _("must be a list"),
        "too_many": _("has too many entries"),
        "none": _("must have at least one entry"),
        "not_an_object": _("must be an object in braces"),
        "unknown": _("is not known"),
        "missing": _("is missing"),
        "wrong_kind": _("is of the wrong kind"),
        "out_of_range": _("is out of range"),
        "unknown_key": _("has a key that is not known"),
    }.get(problem["code"], problem["code"])
    if problem["place"] is None:
        return f"{part} {how}."
    where = {"part": part, "place": problem["place"] + 1, "key": problem["key"], "how": how}
    return _("%(part)s, entry %(place)s: %(key)s %(how)s.") % where
