"""A call's routing told in four steps: what was collected, which rules were analysed, who was matched, where it went.

The rows hold facts only; the words are made here and in `routing_words`, in the reader's language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from telephony.console import routing_words as words
from telephony.console.names import Names, read_names
from telephony.console.offer_words import ToldOffer, told_offer
from telephony.models import Call, Offer, QueueStay, RoutingRule
from tenants.templatetags.shell import duration


@dataclass(frozen=True)
class ToldRule:
    """One rule that was asked. `why` is the condition that failed, or why it could not be asked."""

    name: str
    version: int
    fits: bool
    why: str = ""
    effects: list[str] = field(default_factory=list)

    @property
    def does(self) -> str:
        return words.in_a_row(self.effects)


@dataclass(frozen=True)
class ToldChange:
    at: datetime | None
    by: str
    words: str


@dataclass(frozen=True)
class ToldStay:
    """The four steps of one wait. `planned_at` is the moment of the first two; each offer has its own."""

    stay: QueueStay
    planned_at: datetime | None
    facts: list[tuple[str, str]]
    arrival: list[str]
    rules: list[ToldRule]
    asks: list[tuple[str, str]]
    strategy: str
    priority: str
    expected: str
    changes: list[ToldChange]
    offers: list[ToldOffer]


def told_stays(call: Call) -> list[ToldStay]:
    """Every wait of a call with its offers; `call` has its story fetched."""
    stays = list(call.stays.all())
    if not stays:
        return []
    names, rules = read_names(), _rules_of(stay.routing for stay in stays)
    offers = list(call.offers.all())
    return [
        _told_stay(stay, [offer for offer in offers if offer.stay_id == stay.pk], names, rules)
        for stay in stays
    ]


def _told_stay(
    stay: QueueStay, offers: list[Offer], names: Names, rules: Mapping[tuple[int, int], RoutingRule]
) -> ToldStay:
    routing = stay.routing
    asks = routing.get("asks") or {}
    return ToldStay(
        stay=stay,
        planned_at=_moment(routing.get("at")),
        facts=words.told_facts(routing.get("facts") or {}, names),
        arrival=told_arrival(routing, names),
        rules=told_rules(routing.get("rules") or (), routing.get("facts") or {}, names, rules),
        asks=words.told_steps(asks, names) if asks else [],
        strategy=words.told_strategy(asks),
        priority=words.told_priority(int(stay.priority)) if stay.priority else "",
        expected=_told_expected(stay),
        changes=told_changes(routing),
        offers=[told_offer(offer, names) for offer in offers],
    )


def _told_expected(stay: QueueStay) -> str:
    if stay.expected_wait_seconds is None:
        return ""
    return _("expected at entry: %(time)s") % {"time": duration(stay.expected_wait_seconds)}


def _rules_of(routings: Iterable[Mapping[str, Any]]) -> dict[tuple[int, int], RoutingRule]:
    """By (id, version): what an older version would have done is no longer known."""
    asked = {entry.get("rule") for routing in routings for entry in routing.get("rules") or ()}
    found = RoutingRule.objects.filter(pk__in=[pk for pk in asked if isinstance(pk, int)]) if asked else ()
    return {(rule.pk, rule.version): rule for rule in found}


def told_changes(routing: Mapping[str, Any]) -> list[ToldChange]:
    """What people and triggers changed while it waited, in order."""
    return [
        ToldChange(_moment(change.get("at")), change.get("by") or _("The system"), told_change(change))
        for change in routing.get("changes") or ()
    ]


def told_change(change: Mapping[str, Any]) -> str:
    """One entry of `routing["changes"]`; who did it stands before it."""
    what, seconds = change.get("what"), int(change.get("seconds", 0) or 0)
    if what == "pulled":
        return _("gave the call to %(agent)s") % {"agent": change.get("agent_name", "")}
    if what == "next":
        return _("moved the call to the front (%(effect)s)") % {"effect": words.told_priority(seconds)}
    if what == "reprioritised":
        return _("set the priority: the call %(effect)s") % {"effect": words.told_priority(seconds)}
    if what == "redirected":
        return _("sent the call to the queue %(queue)s") % {"queue": change.get("queue_name", "")}
    if what == "escalated":
        if change.get("of") == "talk":
            said = {"trigger": change.get("trigger", ""), "group": change.get("group_name", "")}
            return (
                _("“%(trigger)s” noticed in the talk: it was ended, and the caller goes to %(group)s first")
                % said
            )
        return _("“%(trigger)s” noticed: to %(group)s first, and it %(effect)s") % {
            "trigger": change.get("trigger", ""),
            "group": change.get("group_name", ""),
            "effect": words.told_priority(seconds),
        }
    return str(what)


# ---- steps one and two: collected, analysed


def told_arrival(routing: Mapping[str, Any], names: Names) -> list[str]:
    """How the call came to this queue, and the agent who was remembered."""
    told = [_told_way(step, routing, names) for step in routing.get("arrival") or ()]
    last = routing.get("last_agent")
    if last:
        told.append(_told_last_agent(last, names))
    return told


def _told_way(step: Mapping[str, Any], routing: Mapping[str, Any], names: Names) -> str:
    queue = {"queue": names.queue(step.get("queue"))}
    if step.get("because") == "rule":
        named = (
            entry["name"] for entry in routing.get("rules") or () if entry.get("rule") == step.get("rule")
        )
        return _("The rule “%(rule)s” sent it to the queue %(queue)s.") % {**queue, "rule": next(named, "?")}
    said = {
        "number": _("The number dialled leads to the queue %(queue)s."),
        "flow": _("The flow sent it to the queue %(queue)s."),
        "overflow": _("It flowed over to the queue %(queue)s."),
        "moved": _("It was moved to the queue %(queue)s."),
        "sent": _("It was sent to the queue %(queue)s."),
        "unplanned": _("The rules could not be asked; the queue %(queue)s decided alone."),
    }
    return said.get(str(step.get("because")), _("It came to the queue %(queue)s.")) % queue


def _told_last_agent(last: Mapping[str, Any], names: Names) -> str:
    who = {"agent": names.agent(last.get("agent"))}
    if last.get("is_theirs"):
        theirs = {
            "": _("The virtual number of %(agent)s was dialled, so they are asked first."),
            "gone": _("The virtual number of %(agent)s was dialled, but they take no calls any more."),
            "offline": _("The virtual number of %(agent)s was dialled, but they were not signed in."),
            "not_in_queue": _("The virtual number of %(agent)s was dialled, but they are not in this queue."),
        }
        return theirs.get(last.get("why_not", ""), theirs[""]) % who
    said = {
        "": _("%(agent)s spoke with this caller last and is asked first."),
        "gone": _("%(agent)s spoke with this caller last, but takes no calls any more."),
        "offline": _("%(agent)s spoke with this caller last, but was not signed in."),
        "not_in_queue": _("%(agent)s spoke with this caller last, but is not in this queue."),
    }
    return said.get(last.get("why_not", ""), said[""]) % who


def told_rules(
    trace: Iterable[Mapping[str, Any]],
    facts: Mapping[str, Any],
    names: Names,
    rules: Mapping[tuple[int, int], Any],
) -> list[ToldRule]:
    """`rules` by (id, version) have `effects`; one that is not there is told without them."""
    told = []
    for entry in trace:
        rule = rules.get((entry.get("rule", 0), entry.get("version", 0)))
        effects = rule.effects if rule is not None and entry.get("fits") else ()
        told.append(
            ToldRule(
                name=str(entry.get("name", "")),
                version=int(entry.get("version", 1)),
                fits=bool(entry.get("fits")),
                why=_why_not(entry, facts, names),
                effects=[words.told_effect(effect, names) for effect in effects],
            )
        )
    return told


def _why_not(entry: Mapping[str, Any], facts: Mapping[str, Any], names: Names) -> str:
    if entry.get("problems"):
        return _("cannot be read and was left out")
    if entry.get("missing"):
        return _("names something that is no longer there; that part was left out")
    failed = entry.get("failed")
    return words.told_failure(failed, facts, names) if failed else ""


def _moment(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None
