"""What the check says of a flow, one sentence each: what is wrong, and what to do."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from telephony.console.flow_words import exit_label, field_label, language_label
from telephony.flows.check import Problem
from telephony.flows.document import Document


def told_problems(problems: Iterable[Problem], document: Document) -> list[dict[str, Any]]:
    """[{node, field, code, text, isError, isPending}] for editor and pages; errors first, in the order of the flow."""
    told = [
        {
            "node": one.node,
            "field": one.field,
            "code": one.code,
            "text": told_problem(one, document),
            "isError": one.is_error,
            "isPending": one.code == "not_yet_spoken",
        }
        for one in problems
    ]
    return sorted(told, key=lambda one: not one["isError"])


def told_problem(problem: Problem, document: Document) -> str:
    node = document.nodes.get(problem.node)
    kind = node.kind if node else ""
    words = _whole() | _ways() | _names() | _rows() | _settings()
    sentence = words.get(problem.code, problem.code)
    return sentence % {
        "field": field_label(kind, problem.field),
        "way": _way(kind, problem.field, node.settings if node else {}),
        "value": problem.value,
        "language": language_label(problem.value),
        "steps": _steps(problem.value, document),
    }


def _way(kind: str, name: str, settings: Mapping[str, Any]) -> str:
    """A branch or a phrase is called as its author called it, a share by its letter."""
    rows = settings.get({"condition": "branches", "speech": "phrases"}.get(kind, ""))
    named = {row.get("exit"): row.get("name") for row in rows or () if isinstance(row, Mapping)}
    return str(named.get(name) or exit_label(kind, name))


def _steps(value: str, document: Document) -> str:
    names = [document.nodes[one] for one in value.split() if one in document.nodes]
    return " → ".join(node.title or node.id for node in names)


def _whole() -> dict[str, str]:
    return {
        "nothing_drawn": _("Nothing is drawn yet. Add the first step."),
        "no_start": _("No step is the first. Choose where callers begin."),
        "orphan": _("No way leads here. Connect it, or delete it."),
        "endless_loop": _("Callers would go round here for ever: %(steps)s. Add a menu or an end."),
        "silent_loop": _("Who presses nothing goes round here: %(steps)s. Give the silence a way out."),
    }


def _ways() -> dict[str, str]:
    return {
        "dead_end": _("The way “%(way)s” leads nowhere. Connect it to a step."),
        "to_the_queue": _("The way “%(way)s” is open: these callers come to the number's own queue."),
        "unknown_target": _("The way “%(way)s” leads to a step that is no more. Connect it again."),
        "unknown_exit": _("The way “%(way)s” no longer belongs to this step. Disconnect it."),
        "nothing_offered": _("This menu offers no key. Connect key 1 to a step."),
        "key_is_repeat": _(
            "Key %(value)s says the menu again and leads somewhere too. Choose one of the two."
        ),
        "not_permitted": _(
            "The terms of your number do not permit calls there. Choose another number, or another one to be shown."
        ),
        "leads_back": _("This number is your own: callers would come back here. Choose another."),
    }


def _names() -> dict[str, str]:
    return {
        "not_collected": _(
            "Nothing in this flow is kept under the name “%(value)s”. Ask for it, or use another name."
        ),
        "secret_said": _("“%(value)s” is secret and must not be said aloud. Choose another value."),
        "language_not_spoken": _("The flow is not spoken in %(language)s. Add the language to the flow."),
    }


def _rows() -> dict[str, str]:
    return {
        "not_there": _("What was chosen here is no longer there. Choose again."),
        "no_wording": _("“%(field)s” has no text in %(language)s. Write it, or leave the language out."),
        "no_voice": _("“%(field)s”: no voice speaks %(language)s. Add a voice or upload a recording."),
        "not_spoken": _("“%(field)s” could not be spoken in %(language)s. Look at the prompt."),
        "not_yet_spoken": _("“%(field)s” is still being spoken in %(language)s. It takes a moment."),
        "sound_missing": _("“%(field)s”: the recording in %(language)s is missing. Make it again."),
        "queue_closed": _("This queue is closed. Open it, or lead callers elsewhere."),
        "no_agents": _("Nobody answers this queue. Give it agents."),
        "nobody_listens": _(
            "Nobody here understands %(language)s: only keys count. Set up a speech service under Voices."
        ),
        "over": _("This notice is over. Callers no longer hear it."),
    }


def _settings() -> dict[str, str]:
    return {
        "missing": _("“%(field)s” is missing."),
        "wrong_kind": _("“%(field)s” cannot be used like this. Write it again."),
        "out_of_range": _("“%(field)s” is outside what is possible."),
        "unknown": _("“%(field)s” says something nobody knows. Choose again."),
        "unknown_key": _("There is a setting here that no step of this kind has: %(field)s."),
        "twice": _("“%(field)s” names the same thing twice."),
        "not_hundred": _("The shares must be 100 percent together."),
        "min_over_max": _("The fewest digits are more than the most."),
        "ends_before_it_begins": _("The notice ends before it begins."),
        "insecure": _("This address is not encrypted (http). What callers key in could be read on the way."),
    }


def unreadable_words(code: str) -> str:
    """Why a document is no flow at all, for imports and the JSON view."""
    told: Mapping[str, Callable[[], str]] = {
        "not_json": lambda: _("This is not JSON: check brackets, quotes and commas."),
        "too_big": lambda: _("This flow is too big: at most 1 MB."),
        "too_many_nodes": lambda: _("This flow has too many steps: at most 2,000."),
        "too_deep": lambda: _("This is nested too deeply for a flow."),
        "wrong_format": lambda: _("This is not a call flow of this product, or of a newer one."),
        "unknown_kind": lambda: _("There is a step of a kind nobody knows."),
        "twice": lambda: _("Two steps have the same id."),
    }
    return told.get(code, lambda: _("This is not a call flow that can be read."))()
