"""Why the router chose an agent, in the reader's words: the router writes down facts, this says them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from telephony.models import Agent, Call, Offer, Skill
from tenants.templatetags.shell import duration


@dataclass(frozen=True)
class ToldOffer:
    """One offer with its reason in a sentence and the others' standing, best first."""

    offer: Offer
    reason: str
    others: list[str]


def told_offers(call: Call) -> list[ToldOffer]:
    offers = list(call.offers.all())
    names = dict(Agent.objects.filter(pk__in=_agent_ids(offers)).values_list("pk", "name"))
    skills = dict(Skill.objects.values_list("pk", "name")) if offers else {}
    return [_told(offer, names, skills) for offer in offers]


def _agent_ids(offers: list[Offer]) -> set[int]:
    return {verdict["agent"] for offer in offers for verdict in offer.explanation.get("verdicts", ())}


def _told(offer: Offer, names: dict[int, str], skills: dict[int, str]) -> ToldOffer:
    facts = offer.explanation
    verdicts = [verdict for verdict in facts.get("verdicts", ()) if verdict["agent"] != offer.agent_id]
    others = [
        f"{names.get(verdict['agent'], verdict['agent'])}: {_verdict(verdict, skills)}"
        for verdict in verdicts
    ]
    return ToldOffer(offer, _reason(facts), others)


def _reason(facts: dict[str, Any]) -> str:
    if not facts:
        return ""
    counts = facts.get("counts", {})
    waited = duration(facts.get("waited_seconds", 0))
    if facts.get("target_agent"):
        return _("The call was meant for this agent; it had waited %(waited)s.") % {"waited": waited}
    free = sum(counts.get(outcome, 0) for outcome in ("on_offer", "first", "behind"))
    if free > 1:
        return _("Of %(free)s agents who were free and suited, this one came first: best skills, then longest idle. "
                 "The caller had waited %(waited)s.") % {"free": free, "waited": waited}  # fmt: skip
    return _("The only agent who was free and suited. The caller had waited %(waited)s.") % {"waited": waited}


def _verdict(verdict: dict[str, Any], skills: dict[int, str]) -> str:
    said = {
        "first": _("would have been next"),
        "not_wanted": _("not the agent the call was meant for"),
        "not_in_queue": _("not in this queue"),
        "excluded": _("had just been rung for this call"),
        "reserved": _("was being rung for another call"),
        "backing_off": _("had just missed a call"),
        "busy": _("on a call"),
        "not_ready": _("not ready"),
        "joining": _("was just signing in"),
    }
    outcome = verdict["outcome"]
    if outcome == "behind":
        return _("free, number %(place)s in order") % {"place": verdict.get("place", "–")}
    if outcome == "lacks_skill":
        skill = skills.get(verdict.get("skill"), verdict.get("skill"))
        return _("skill %(skill)s is %(has)s, %(needs)s is needed") % {**verdict, "skill": skill}
    return said.get(outcome, outcome)
