"""What spoke for or against an agent, in the reader's words: outcomes of the router, counted and one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from telephony.console.names import Names
from telephony.models import Agent
from telephony.queries.devices import has_phone
from tenants.templatetags.shell import duration

FREE = ("on_offer", "first", "behind", "joining")


@dataclass(frozen=True)
class ToldVerdict:
    agent: str
    outcome: str
    words: str


def told_order(strategy: str) -> str:
    """By what the first of several is chosen."""
    return {
        "most_skilled": _("best skills, then longest idle"),
        "longest_idle": _("longest idle"),
        "least_busy": _("least busy today"),
        "round_robin": _("next in turn"),
        "ring_group": _("rung together with others, the first to answer takes it"),
        "scored": _("highest score"),
    }.get(strategy, _("best skills, then longest idle"))


def told_figure(value: Any) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def told_features(features: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a score is made of: (label, value from 0 to 1)."""
    said = {
        "spoke_before": _("Spoke with this caller before"),
        "same_language": _("Speaks the caller's language"),
        "skill": _("Level of the skills asked for"),
        "handled_today": _("Calls taken today, of the busiest agent's"),
    }
    return [(said.get(name, name), told_figure(value)) for name, value in features.items()]


def told_counts(counts: Mapping[Any, int]) -> list[str]:
    """ "3 not ready", by outcome, those first who could take it soonest."""
    found = {str(outcome): n for outcome, n in counts.items()}
    return [_count_words(outcome) % {"n": found[outcome]} for outcome in SOONEST_FIRST if found.get(outcome)]


SOONEST_FIRST = (
    "on_offer", "first", "behind", "joining", "reserved", "backing_off", "busy", "no_capacity", "not_ready",
    "lacks_skill", "not_in_group", "excluded", "not_wanted", "not_in_queue",
)  # fmt: skip


def _count_words(outcome: str) -> str:
    return {
        "on_offer": _("%(n)s being rung"),
        "first": _("%(n)s free and first"),
        "behind": _("%(n)s free, behind another"),
        "joining": _("%(n)s free, being asked now"),
        "reserved": _("%(n)s being rung for another call"),
        "backing_off": _("%(n)s just missed a call"),
        "busy": _("%(n)s on a call or in wrap-up"),
        "no_capacity": _("%(n)s with no room for more"),
        "not_ready": _("%(n)s not ready"),
        "lacks_skill": _("%(n)s without the skill"),
        "not_in_group": _("%(n)s not in the group"),
        "excluded": _("%(n)s excluded"),
        "not_wanted": _("%(n)s not the one it is meant for"),
        "not_in_queue": _("%(n)s not in the queue"),
    }[outcome]


def told_verdicts(verdicts: Iterable[Mapping[str, Any]], names: Names) -> list[ToldVerdict]:
    """`{"agent", "outcome", …detail}` → who, and what spoke for or against them."""
    return [
        ToldVerdict(names.agent(verdict["agent"]), str(verdict["outcome"]), told_outcome(verdict, names))
        for verdict in verdicts
    ]


def told_outcome(verdict: Mapping[str, Any], names: Names) -> str:
    """One agent's verdict in words that fit then and now."""
    outcome = str(verdict["outcome"])
    if outcome in _WITH_DETAIL:
        return _WITH_DETAIL[outcome](verdict, names)
    said = {
        "on_offer": _("being rung for this call"),
        "first": _("free, and the first to be asked"),
        "not_wanted": _("not the agent the call is meant for"),
        "not_in_queue": _("not in this queue"),
        "excluded": _("has been rung for this call and did not take it"),
        "reserved": _("being rung for another call"),
        "busy": _("on a call or in wrap-up"),
        "not_ready": _("not ready"),
        "joining": _("free, being asked at this moment"),
        "no_capacity": _("has no room for more work"),
    }
    return said.get(outcome, outcome)


def _told_behind(verdict: Mapping[str, Any], names: Names) -> str:
    because = {
        "score": _("a lower score"),
        "position": _("a later position in the queue"),
        "lacks_preferred": _("without the preferred skill"),
        "missing_levels": _("lower skill levels"),
        "busy_seconds": _("busier today"),
        "turn": _("asked more recently"),
        "idle_since": _("idle for less long"),
    }.get(str(verdict.get("because")))
    place = {"place": verdict.get("place", "–"), "because": because}
    if because is None:
        return _("free, number %(place)s in order") % place
    return _("free, number %(place)s in order: %(because)s") % place


def _told_lacks_skill(verdict: Mapping[str, Any], names: Names) -> str:
    told = {
        "skill": names.skill(verdict.get("skill")),
        "has": verdict.get("has"),
        "needs": verdict.get("needs"),
    }
    if not verdict.get("has"):
        return _("does not have %(skill)s, level %(needs)s is needed") % told
    return _("skill %(skill)s is %(has)s, %(needs)s is needed") % told


def _told_not_in_group(verdict: Mapping[str, Any], names: Names) -> str:
    return _("not in the group %(group)s") % {"group": names.group(verdict.get("group"))}


def _told_backing_off(verdict: Mapping[str, Any], names: Names) -> str:
    until = verdict.get("until")
    if not isinstance(until, (int, float)):
        return _("has just missed a call")
    moment = timezone.localtime(datetime.fromtimestamp(until, UTC))
    return _("has just missed a call; asked again at %(time)s") % {"time": f"{moment:%H:%M:%S}"}


_WITH_DETAIL = {
    "behind": _told_behind,
    "lacks_skill": _told_lacks_skill,
    "not_in_group": _told_not_in_group,
    "backing_off": _told_backing_off,
}


def told_now(agent: Agent, verdict: dict[str, Any], now: datetime) -> str:
    """What the rows know beyond the verdict: how long on the call, why not ready; "" when nothing."""
    if verdict["outcome"] == "not_ready":
        return _told_absence(agent)
    if verdict["outcome"] != "busy":
        return ""
    since = {"time": duration(now - agent.state_since)}
    if agent.activity == Agent.Activity.WRAP_UP and agent.wrap_up_until:
        left = max(timedelta(0), agent.wrap_up_until - now)
        return _("in wrap-up, ready in %(time)s") % {"time": duration(left)}
    said = {
        Agent.Activity.IDLE: _("has just missed a call"),
        Agent.Activity.RINGING: _("being rung for %(time)s"),
        Agent.Activity.HOLD: _("on a call, caller on hold for %(time)s"),
        Agent.Activity.WRAP_UP: _("in wrap-up for %(time)s"),
        Agent.Activity.LISTENING: _("listening in for %(time)s"),
    }
    return said.get(Agent.Activity(agent.activity), _("on a call for %(time)s")) % since


def _told_absence(agent: Agent) -> str:
    if agent.presence == Agent.Presence.OFFLINE:
        return _("not signed in")
    if agent.routing_status == Agent.RoutingStatus.NOT_READY:
        reason = agent.not_ready_reason
        return _("not ready: %(reason)s") % {"reason": reason.name} if reason else _("not ready")
    return _("phone not registered") if not has_phone(agent) else ""
