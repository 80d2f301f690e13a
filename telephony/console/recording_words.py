"""Why a talk was recorded or not, and what is marked in a recording, in the reader's words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from telephony.models import Agent, Offer, Queue, Recording
from telephony.recording.rules import QUEUES_OWN, Decision, Mode, Scope

MODES = {
    Mode.ALL: pgettext_lazy("recording mode", "Always"),
    Mode.ON_DEMAND: pgettext_lazy("recording mode", "On demand"),
    Mode.NEVER: pgettext_lazy("recording mode", "Never"),
    Mode.PERCENTAGE: pgettext_lazy("recording mode", "A share of the talks"),
}
SCOPES = {
    Scope.AGENT: gettext_lazy("the rule for the agent %(name)s"),
    Scope.NUMBER: gettext_lazy("the rule for the number %(name)s"),
    Scope.QUEUE: gettext_lazy("the rule for the queue %(name)s"),
    Scope.TENANT: gettext_lazy("the rule for everybody"),
}
MARKS = {
    "masked": pgettext_lazy("in a recording", "Masked"),
    "hold": pgettext_lazy("in a recording", "On hold"),
}


def decided_words(offer: Offer | None) -> str:
    """What decided about this talk then; "" of a talk from before there were policies."""
    if offer is None or not offer.recording_mode:
        return ""
    scope, _sep, subject = offer.recording_by.partition(":")
    words = {
        "mode": str(MODES[Mode(offer.recording_mode)]),
        "by": who_decided(scope, subject),
        "version": offer.recording_version,
    }
    if not offer.recording_version:
        return _("%(mode)s, by %(by)s.") % words
    return _("%(mode)s, by %(by)s; version %(version)s of the policy.") % words


def who_decided(scope: str, subject: str) -> str:
    if scope == QUEUES_OWN:
        return _("the own setting of the queue %(name)s") % {"name": _name(Scope.QUEUE, subject)}
    return str(SCOPES[Scope(scope)]) % {"name": _name(Scope(scope), subject)}


def _name(scope: Scope, subject: str) -> str:
    if scope == Scope.QUEUE and subject.isdigit():
        return Queue.objects.filter(pk=subject).values_list("name", flat=True).first() or f"#{subject}"
    if scope == Scope.AGENT and subject.isdigit():
        return Agent.objects.filter(pk=subject).values_list("name", flat=True).first() or f"#{subject}"
    return subject


def preview_words(decision: Decision) -> str:
    """Of a call to come: a share falls by lot, so it says how often."""
    values = {"by": who_decided(decision.by, decision.subject), "percent": decision.percent}
    if decision.mode == Mode.PERCENTAGE:
        return _("Recorded in %(percent)s of 100 talks, because %(by)s says so.") % values
    if decision.mode == Mode.ON_DEMAND:
        return _("Recorded when the agent begins it, because %(by)s says so.") % values
    if decision.is_recorded:
        return _("Recorded, because %(by)s says so.") % values
    return _("Not recorded, because %(by)s says so.") % values


def mask_rows(recording: Recording, marks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**mark, "word": str(MARKS[mark["kind"]])} for mark in marks]
