"""The editor of a rule's conditions and effects: rows of choices over a JSON field, and what is wrong in plain words.

The page's script (`static/js/telephony/rules.js`) builds the rows from the vocabulary; what is sent is the JSON, which
`telephony.routing.rules` checks. Without the script the JSON itself can be typed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import phonenumbers
from django import forms
from django.db.models import F, Func
from django.forms.widgets import Script
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

from telephony.console.names import read_names
from telephony.console.routing_words import fact_label, fact_labels, op_labels, told_level
from telephony.models import CallerProfile
from telephony.models.groups import OpeningTime
from telephony.queries.rules import collected_fields
from telephony.regions import chinese_regions, country_words, region_words
from telephony.routing.rule_check import COLLECTED, Problem, ops_of

Choices = list[tuple[Any, str]]

MOST_SUGGESTIONS = 300
VOCABULARY = "rule-vocabulary"
KNOWN_LEVELS = ("vip", "gold", "silver", "standard")


class RowsWidget(forms.Textarea):
    """A text area with JSON that the script turns into rows; `part` is "conditions" or "effects"."""

    class Media:
        js = (Script("js/telephony/rules.js", type="module"),)
        css = {"all": ("css/rules.css",)}

    def __init__(self, part: str) -> None:
        classes = " ".join(TEXTAREA_CLASSES)
        super().__init__(attrs={"rows": 4, "data-rule-rows": part, "spellcheck": "false", "class": classes})
        self.part = part

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The vocabulary stands once on a page, with the conditions."""
        area = super().render(name, value, attrs, renderer)
        return area + json_script(vocabulary(), VOCABULARY) if self.part == "conditions" else area


# ---- what an editor may choose from


def vocabulary() -> dict[str, Any]:
    """Everything the script shows, in the reader's language; ids and names of this tenant's rows only."""
    names = read_names()
    rows = {
        "queue_id": _choices(names.queues),
        "group_id": _choices(names.groups),
        "skill_id": _choices(names.skills),
        "agent_id": _choices(names.agents),
    }
    return {
        "fields": [
            *(_field(name, label, rows) for name, label in fact_labels().items()),
            *(_field(name, fact_label(name), rows) for name in collected_fields()),
        ],
        "ops": op_labels(),
        "effects": _effects(rows),
        "words": _words(),
        "classes": {
            "input": " ".join(INPUT_CLASSES),
            "select": " ".join(SELECT_CLASSES),
            "button": "rule-rows__button",
        },
    }


def _choices(names: Mapping[int, str]) -> Choices:
    return sorted(names.items(), key=lambda pair: pair[1])


def _field(name: str, label: str, rows: Mapping[str, Choices]) -> dict[str, Any]:
    """`kind`: choice (one of the options), text (options are suggestions), time, count, or collected (text, and counts
    where it is compared).
    """
    kind, options = "text", []
    if name == "queue_id":
        kind, options = "choice", rows["queue_id"]
    elif name == "weekday":
        kind, options = "choice", [(day.value, str(day.label)) for day in OpeningTime.Weekday]
    elif name == "time":
        kind = "time"
    elif name == "waiting":
        kind = "count"
    elif COLLECTED.fullmatch(name):
        kind = "collected"
    else:
        options = _suggestions(name)
    return {"name": name, "label": label, "ops": list(ops_of(name)), "kind": kind, "options": options}


def _suggestions(name: str) -> Choices:
    language = get_language() or "en"
    if name == "level":
        return [(level, told_level(level)) for level in dict.fromkeys((*KNOWN_LEVELS, *_known_levels()))]
    if name == "tags":
        tags = CallerProfile.objects.annotate(tag=Func(F("tags"), function="unnest"))
        return [(tag, tag) for tag in tags.values_list("tag", flat=True).distinct()[:MOST_SUGGESTIONS]]
    if name == "region":
        return [(region, region_words(region, language)) for region in chinese_regions()]
    if name == "country":
        return [(code, country_words(code, language)) for code in sorted(phonenumbers.SUPPORTED_REGIONS)]
    if name == "language":
        return [("zh-hans", _("Chinese")), ("en", _("English"))]
    return []


def _known_levels() -> Iterable[str]:
    levels = CallerProfile.objects.exclude(level="").order_by("level")
    return levels.values_list("level", flat=True).distinct()[:50]


def _effects(rows: Mapping[str, Choices]) -> list[dict[str, Any]]:
    """Each effect with its inputs, in order: key, label, kind (choice, number, check), whether it may stay empty."""
    seconds = {"kind": "number", "least": 1, "most": 7200}
    lasting = seconds | {"key": "for_seconds", "label": _("only for the first seconds")}
    return [
        {
            "do": "priority",
            "label": _("Count as having waited longer"),
            "inputs": [
                {"key": "seconds", "label": _("by seconds"), "kind": "number", "least": -3600, "most": 3600}
            ],
        },
        {
            "do": "group",
            "label": _("Ask only agents of a group"),
            "inputs": [
                _choice("group_id", _("group"), rows),
                lasting | {"label": _("only for the first seconds (empty: always)"), "optional": True},
            ],
        },
        {"do": "queue", "label": _("Send to a queue"), "inputs": [_choice("queue_id", _("queue"), rows)]},
        {
            "do": "skill",
            "label": _("Ask for a skill"),
            "inputs": [
                _choice("skill_id", _("skill"), rows),
                {"key": "level", "label": _("lowest level"), "kind": "number", "least": 1, "most": 10},
                {"key": "is_preferred", "label": _("only preferred"), "kind": "check"},
            ],
        },
        {
            "do": "agent",
            "label": _("Ask one agent first"),
            "inputs": [_choice("agent_id", _("agent"), rows), lasting],
        },
    ]


def _choice(key: str, label: str, rows: Mapping[str, Choices]) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "choice", "options": rows[key]}


def _words() -> dict[str, str]:
    return {
        "condition": _("Condition"),
        "effect": _("Effect"),
        "field": _("what"),
        "op": _("comparison"),
        "value": _("value"),
        "first": pgettext("routing rule", "from"),
        "last": pgettext("routing rule", "to"),
        "add_condition": _("Add a condition"),
        "add_effect": _("Add an effect"),
        "remove": _("Remove"),
        "choose": _("– choose –"),
        "no_conditions": _("Without a condition the rule fits every call."),
        "no_effects": _("Without an effect the rule does nothing. Add one."),
        "removed": _("Removed."),
    }


# ---- what is wrong


def problem_words(problem: Problem) -> str:
    """One sentence: where it is, and what to do."""
    told = {
        "not_a_list": _("This is not a list of rows."),
        "too_many": _("There are too many rows."),
        "none": _("A rule needs at least one effect."),
        "not_an_object": _("This row is not complete."),
        "unknown_key": _("This row has something in it that no rule knows."),
        "missing": _("Something is missing: choose or type a value."),
        "wrong_kind": _("The value does not suit what is asked."),
        "out_of_range": _("The value is out of range."),
        "unknown": _("Choose what is to be looked at or done."),
        "not_there": _("What was chosen is no longer there."),
    }
    words = told.get(problem.code, problem.code)
    return (
        words
        if problem.place is None
        else _("Row %(row)s: %(words)s") % {"row": problem.place + 1, "words": words}
    )
