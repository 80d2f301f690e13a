"""A call's routing told in four steps: what was collected, which rules were analysed, who was matched, where it went.

The rows hold facts only; the words are made here and in `routing_words`, in the reader's language.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from telephony.console import routing_words as words
from telephony.console.routing_words import Names
from telephony.console.verdict_words import (
    FREE,
    ToldVerdict,
    told_counts,
    told_features,
    told_figure,
    told_order,
    told_verdicts,
)
from telephony.models import Call, Offer, QueueStay, RoutingRule
from telephony.routing.replay import replay
from tenants.templatetags.shell import duration

SAME, DIFFERENT, UNKNOWN = "same", "different", ""


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
class ToldOffer:
    """One offer: why this agent, how all the others stood, and whether the stored inputs still give the same answer."""

    offer: Offer
    reason: str
    others: list[ToldVerdict]
    counted: str = ""
    left_out: int = 0
    details: list[tuple[str, str]] = field(default_factory=list)
    replayed: str = UNKNOWN
    replayed_words: str = ""


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
    names, rules = words.read_names(), _rules_of(stay.routing for stay in stays)
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
        ToldChange(_moment(change.get("at")), change.get("by") or _("The system"), words.told_change(change))
        for change in routing.get("changes") or ()
    ]


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
        "overflow": _("It flowed over to the queue %(queue)s."),
        "moved": _("It was moved to the queue %(queue)s."),
        "sent": _("It was sent to the queue %(queue)s."),
        "unplanned": _("The rules could not be asked; the queue %(queue)s decided alone."),
    }
    return said.get(str(step.get("because")), _("It came to the queue %(queue)s.")) % queue


def _told_last_agent(last: Mapping[str, Any], names: Names) -> str:
    who = {"agent": names.agent(last.get("agent"))}
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


# ---- steps three and four: matched, routed


def told_offer(offer: Offer, names: Names) -> ToldOffer:
    kept = offer.explanation
    verdicts = _verdicts(kept)
    own = next((verdict for verdict in verdicts if verdict["agent"] == offer.agent_id), {})
    replayed, said = told_replay(offer, names)
    return ToldOffer(
        offer=offer,
        reason=told_reason(kept, verdicts),
        others=told_verdicts((one for one in verdicts if one is not own), names),
        counted=_(", ").join(told_counts(Counter(str(verdict["outcome"]) for verdict in verdicts))),
        left_out=int(_part(kept, "match").get("left_out", 0)),
        details=_details(kept, own, names),
        replayed=replayed,
        replayed_words=said,
    )


def _part(kept: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """One of the four parts of the stored inputs."""
    return (kept.get("inputs") or {}).get(name) or {}


def _verdicts(kept: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(_part(kept, "match").get("candidates") or kept.get("verdicts") or ())


def told_reason(kept: Mapping[str, Any], verdicts: Iterable[Mapping[str, Any]]) -> str:
    """Why this agent, in a sentence or two; "" when nothing was kept."""
    if not kept:
        return ""
    waited = {"waited": duration(kept.get("waited_seconds", 0))}
    analysed = _part(kept, "analyse") or kept
    if analysed.get("target_agent"):
        return _("The call was meant for this agent; it had waited %(waited)s.") % waited
    free = sum(1 for verdict in verdicts if verdict["outcome"] in FREE)
    if free == 0:
        return _("This agent was free and suited. The caller had waited %(waited)s.") % waited
    if free == 1:
        return _("The only agent who was free and suited. The caller had waited %(waited)s.") % waited
    strategy = "scored" if analysed.get("is_scored") else str(analysed.get("strategy", ""))
    first = _("Of %(free)s agents who were free and suited, this one came first: %(how)s.")
    told = first % {"free": free, "how": told_order(strategy)}
    return f"{told} {_('The caller had waited %(waited)s.') % waited}"


def _details(kept: Mapping[str, Any], own: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    """The figures behind the choice: (label, value)."""
    step, priority = kept.get("step") or 0, int(kept.get("priority") or 0)
    told = []
    if kept.get("idle_seconds") is not None:
        told.append((_("Idle for"), duration(kept["idle_seconds"])))
    if step:
        told.append((_("Step reached"), str(step + 1)))
    if priority:
        told.append((_("Priority"), words.told_priority(priority)))
    if kept.get("runner_up_agent"):
        told.append((_("Next would have been"), names.agent(_number(kept["runner_up_agent"]))))
    if "score" in own:
        told.append((_("Score"), told_figure(own["score"])))
    return told + told_features(own.get("features") or {})


def _number(text: Any) -> Any:
    return int(text) if str(text).isdigit() else text


# ---- the same answer again


def told_replay(offer: Offer, names: Names) -> tuple[str, str]:
    """(same, different or unknown; in words): are the stored inputs decided again as they were?"""
    inputs = offer.explanation.get("inputs")
    if not inputs:
        return UNKNOWN, ""
    try:
        chosen = tuple(replay(inputs))
    except (KeyError, TypeError, ValueError, AttributeError):
        return DIFFERENT, _("What was stored can no longer be read.")
    if offer.agent_id in chosen:
        return SAME, _("Decided again from what was stored: the same answer.")
    others = ", ".join(names.agent(agent) for agent in chosen) or _("nobody")
    return DIFFERENT, _("Decided again from what was stored: %(names)s instead.") % {"names": others}


def _moment(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None
