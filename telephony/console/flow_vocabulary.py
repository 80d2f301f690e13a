"""All the editor may choose from, in the reader's language: kinds of steps, this tenant's rows, what conditions ask."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from telephony.console.flow_words import (
    EXIT_WORDS,
    KIND_WORDS,
    LANGUAGES,
    SAID_AS,
    FieldWords,
    groups,
)
from telephony.console.routing_words import fact_labels, op_labels, told_level
from telephony.flows.conditions import ops_of
from telephony.flows.kinds import KINDS, Field, Kind
from telephony.models import Agent, Flow, OpeningTime, Prompt, Queue, Skill, Survey, WorkingHours
from telephony.regions import chinese_regions, region_words

Pairs = list[tuple[Any, str]]

LEVELS = ("vip", "gold", "silver", "standard")
ASKED = ("level", "tags", "region", "country", "caller_number", "number", "language", "waiting")


def vocabulary(flow: Flow, *, may_edit: bool, may_write: bool) -> dict[str, Any]:
    rows = tenant_rows()
    return {
        "kinds": {name: _kind(kind) for name, kind in KINDS.items()},
        "groups": [(key, str(label)) for key, label in groups()],
        "rows": rows,
        "prompts": told_prompts(Prompt.objects.prefetch_related("wordings")),
        "languages": [(code, str(label)) for code, label in LANGUAGES.items()],
        "said_as": [(code, str(label)) for code, label in SAID_AS.items()],
        "conditions": _conditions(rows["queue"]),
        "collected_ops": list(ops_of("collected.x")),
        "ops": op_labels(),
        "reader": (get_language() or "en")[:2],
        "may_edit": may_edit,
        "may_write": may_write,
        "urls": {
            "draft": reverse("telephony:flow_draft", args=[flow.pk]),
            "check": reverse("telephony:flow_check", args=[flow.pk]),
            "walk": reverse("telephony:flow_walk", args=[flow.pk]),
            "prompts": reverse("telephony:flow_prompt", args=[flow.pk]),
        },
    }


def tenant_rows() -> dict[str, Pairs]:
    """Ids and names of what a step may lead to, by name."""
    queues = Queue.objects.filter(state=Queue.State.OPEN)
    return {
        "queue": _named(queues),
        "hours": _named(WorkingHours.objects.all()),
        "survey": _named(Survey.objects.filter(is_active=True, asked_by=Survey.AskedBy.KEYS)),
        "agent": _named(Agent.objects.filter(is_active=True)),
        "skill": _named(Skill.objects.all()),
    }


def _named(rows: Any) -> Pairs:
    return list(rows.order_by("name").values_list("pk", "name"))


def told_prompts(prompts: Iterable[Prompt]) -> list[dict[str, Any]]:
    """[{id, name, wordings: {language: {text, state}}}], by name."""
    return [told_prompt(prompt) for prompt in prompts]


def told_prompt(prompt: Prompt) -> dict[str, Any]:
    wordings = {
        wording.language: {"text": wording.text, "state": wording.state} for wording in prompt.wordings.all()
    }
    return {"id": prompt.pk, "name": prompt.name, "wordings": wordings}


# ---- kinds


def _kind(kind: Kind) -> dict[str, Any]:
    words = KIND_WORDS[kind.name]
    return {
        "name": kind.name,
        "label": str(words.label),
        "help": str(words.help),
        "group": words.group,
        "ways": kind.own,
        "exits": [_exit(name, kind) for name in _in_reading_order(kind)],
        "fields": [
            _field(field, words.fields.get(field.name, FieldWords(field.name))) for field in kind.fields
        ],
        "fresh": words.fresh,
    }


def _in_reading_order(kind: Kind) -> list[str]:
    """As one would tell them: the good way first. What is taken when nobody can be asked comes last."""
    first = ("open", "next", "found", "not_found")
    return sorted(kind.exits, key=lambda name: first.index(name) if name in first else len(first))


def _exit(name: str, kind: Kind) -> dict[str, Any]:
    return {"name": name, "label": str(EXIT_WORDS.get(name, name)), "spare": name in kind.spare}


def _field(field: Field, words: FieldWords) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type,
        "required": field.is_required,
        "default": list(field.default) if isinstance(field.default, tuple) else field.default,
        "least": field.least,
        "most": field.most,
        "choices": [(choice, choice) for choice in field.choices],
        "label": str(words.label),
        "help": str(words.help),
        "unit": str(words.unit),
        "rare": words.is_rare,
        "row": str(words.row),
        "add": str(words.add),
        "example": words.example or None,
    }


# ---- conditions


def _conditions(queues: Pairs) -> list[dict[str, Any]]:
    """`kind`: choice (one of the options), text (options are suggestions), time or count."""
    labels = fact_labels()
    asked = [_asked(name, labels[name]) for name in ASKED if name != "waiting"]
    times = [
        _asked("now.time", labels["time"], kind="time"),
        _asked("now.weekday", labels["weekday"], kind="choice", options=_weekdays()),
    ]
    lines = [line for queue, name in queues for line in _lines(queue, name)]
    return [*asked, *times, *lines]


def _asked(name: str, label: str, kind: str = "text", options: Pairs | None = None) -> dict[str, Any]:
    given = _suggestions(name) if options is None else options
    if name == "language":
        kind = "choice"
    return {"name": name, "label": label, "kind": kind, "ops": list(ops_of(name)), "options": given}


def _lines(queue: int, name: str) -> list[dict[str, Any]]:
    return [
        _asked(f"queue.{queue}.waiting", _("%(queue)s: callers waiting") % {"queue": name}, "count", []),
        _asked(f"queue.{queue}.ready", _("%(queue)s: agents ready") % {"queue": name}, "count", []),
    ]


def _weekdays() -> Pairs:
    return [(day.value, str(day.label)) for day in OpeningTime.Weekday]


def _suggestions(name: str) -> Pairs:
    language = get_language() or "en"
    if name == "level":
        return [(level, told_level(level)) for level in LEVELS]
    if name == "region":
        return [(region, region_words(region, language)) for region in chinese_regions()]
    if name == "language":
        return [(code, str(label)) for code, label in LANGUAGES.items()]
    return []
