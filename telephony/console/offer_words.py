"""Why an agent was rung: who was matched, who came first and by what, and whether it would be decided so again."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from telephony.console import routing_words as words
from telephony.console.names import Names
from telephony.console.verdict_words import (
    FREE,
    ToldVerdict,
    told_counts,
    told_features,
    told_figure,
    told_order,
    told_verdicts,
)
from telephony.models import Offer
from telephony.routing.replay import replay
from tenants.templatetags.shell import duration

SAME, DIFFERENT, UNKNOWN = "same", "different", ""


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


def reason_of(offer: Offer) -> str:
    """The same, told to the agent whose phone rings or rang; "" when nothing was kept."""
    return told_reason(offer.explanation, _verdicts(offer.explanation))


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
