"""Why a work waits, or why it went where it went, agent by agent: facts only, the words are the page's."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from telephony.routing.line import Line, Waiting
from telephony.routing.roster import Roster
from telephony.routing.shapes import Availability
from telephony.routing.shelf import Rostered
from telephony.routing.signature import Signature


class Outcome(StrEnum):
    """What speaks for or against one agent, for one work."""

    ON_OFFER = "on_offer"
    FIRST = "first"
    BEHIND = "behind"
    NOT_WANTED = "not_wanted"
    NOT_IN_QUEUE = "not_in_queue"
    NOT_IN_GROUP = "not_in_group"
    LACKS_SKILL = "lacks_skill"
    EXCLUDED = "excluded"
    NO_CAPACITY = "no_capacity"
    RESERVED = "reserved"
    BACKING_OFF = "backing_off"
    BUSY = "busy"
    NOT_READY = "not_ready"
    JOINING = "joining"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One agent's. `detail` by outcome: lacks_skill → skill, needs, has; not_in_group → group; no_capacity → holds;
    backing_off → until; reserved → work; first and behind → idle_since, place (1 is asked next) and rank, the
    figures agents are put in order by; behind → because, the first figure in which they come after the first.
    """

    agent_id: Any
    outcome: Outcome
    detail: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {"agent": self.agent_id, "outcome": self.outcome.value, **self.detail}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A work's standing. `verdicts` are cut to the number asked for, best first; `counts` are of all agents.

    `ahead` are the works that come first for at least one agent who suits this one too; `ahead_count` counts
    them all.
    """

    work_id: Any
    at: float
    waited_seconds: float
    priority: float
    step: int
    signature: Signature
    agents: tuple[Any, ...]
    counts: dict[Outcome, int]
    verdicts: tuple[Verdict, ...]
    ahead: tuple[Any, ...]
    ahead_count: int

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON; works are given as text."""
        return {
            "work": str(self.work_id),
            "at": self.at,
            "waited_seconds": self.waited_seconds,
            "priority": self.priority,
            "step": self.step,
            "queue": self.signature.queue_id,
            "requirements": [list(requirement) for requirement in self.signature.requirements],
            "target_agent": self.signature.target_agent,
            "preferred": [list(preference) for preference in self.signature.preferred],
            "group": self.signature.group_id,
            "queues": list(self.signature.queue_ids),
            "strategy": self.signature.strategy,
            "agents": list(self.agents),
            "counts": {outcome.value: count for outcome, count in self.counts.items()},
            "verdicts": [verdict.as_dict() for verdict in self.verdicts],
            "ahead": [str(work_id) for work_id in self.ahead],
            "ahead_count": self.ahead_count,
        }


_ORDER = {outcome: place for place, outcome in enumerate(Outcome)}
Figures = dict[str, Any]  # what agents are put in order by, most important first, lower asked first


def explain(waiting: Waiting, line: Line, roster: Roster, now: float, most: int) -> Explanation:
    """A work's standing in its line, with at most `most` verdicts and works ahead."""
    rostered = list(roster)
    suited = list(line.in_order(waiting.work, len(rostered)))
    verdicts = judge(waiting, line, roster, rostered, suited, waiting.agents)
    counted = Counter(verdict.outcome for verdict in verdicts)
    ahead = _ahead_of(waiting, line, rostered)
    return Explanation(
        work_id=waiting.work.id,
        at=now,
        waited_seconds=now - waiting.work.queued_at,
        priority=waiting.work.priority,
        step=waiting.step,
        signature=line.signature,
        agents=waiting.agents,
        counts={outcome: counted[outcome] for outcome in Outcome if counted[outcome]},
        verdicts=tuple(verdicts[:most]),
        ahead=tuple(other.work.id for other in ahead[:most]),
        ahead_count=len(ahead),
    )


def _ahead_of(waiting: Waiting, line: Line, roster: Iterable[Rostered]) -> list[Waiting]:
    """Works that come first for some agent of this line, in order."""
    shared = {other for rostered in roster if line in rostered.places for other in rostered.places}
    return sorted(other for its in shared for other in its if other.order < waiting.order)


def judge(
    waiting: Waiting,
    line: Line,
    roster: Roster,
    judged: Iterable[Rostered],
    in_order: list[Any],
    on_offer: tuple[Any, ...],
) -> list[Verdict]:
    """A verdict for each agent `judged`, best first. `in_order` are the free agents who suit, first asked first, and
    `on_offer` those whose phones ring with this work.
    """
    places = {agent_id: place for place, agent_id in enumerate(in_order, start=1)}
    best = figures(waiting, line, roster[in_order[0]]) if in_order else {}
    verdicts = [_verdict(waiting, line, rostered, places, best, on_offer) for rostered in judged]
    return sorted(verdicts, key=lambda v: (_ORDER[v.outcome], v.detail.get("place", 0), v.agent_id))


def figures(waiting: Waiting, line: Line, rostered: Rostered) -> Figures:
    """What an agent of this line is put in order by, but for idle time and id, which come last."""
    strategy, found = line.strategy, {}
    if waiting.work.scores:
        found["score"] = waiting.work.scores.get(rostered.agent.id, 0.0)
    found.update(zip(strategy.rank_names, rostered.places[line].rank, strict=True))
    if strategy.measure_name is not None:
        found[strategy.measure_name] = strategy.measure(rostered)
    return found


def _verdict(
    waiting: Waiting,
    line: Line,
    rostered: Rostered,
    places: dict[Any, int],
    best: Figures,
    on_offer: tuple[Any, ...],
) -> Verdict:
    agent_id = rostered.agent.id
    if agent_id in on_offer:
        is_deciding = agent_id in places
        return Verdict(
            agent_id, Outcome.ON_OFFER, {"rank": figures(waiting, line, rostered)} if is_deciding else {}
        )
    if agent_id in places:
        return _verdict_of_free(waiting, line, rostered, places[agent_id], best)
    if (unsuited := _what_excludes(waiting, line.signature, rostered)) is not None:
        return unsuited
    if rostered.state is Availability.RESERVED:
        return Verdict(agent_id, Outcome.RESERVED, {"work": str(rostered.work_id)})
    if rostered.state is Availability.BACKING_OFF:
        return Verdict(agent_id, Outcome.BACKING_OFF, {"until": rostered.until})
    if not rostered.agent.has_room_for(line.signature.kind) and rostered.state in _COULD:
        return Verdict(agent_id, Outcome.NO_CAPACITY, {"holds": dict(rostered.agent.in_hand)})
    return Verdict(agent_id, Outcome(rostered.state.value))


_COULD = (Availability.FREE, Availability.JOINING)


def _verdict_of_free(waiting: Waiting, line: Line, rostered: Rostered, place: int, best: Figures) -> Verdict:
    agent_id, own = rostered.agent.id, figures(waiting, line, rostered)
    detail = {"place": place, "idle_since": rostered.idle_since, "rank": own}
    if place == 1:
        return Verdict(agent_id, Outcome.FIRST, detail)
    detail["because"] = next((name for name in own if own[name] != best[name]), "idle_since")
    return Verdict(agent_id, Outcome.BEHIND, detail)


def _what_excludes(waiting: Waiting, signature: Signature, rostered: Rostered) -> Verdict | None:
    """What of the agent makes them unfit for this work, whatever they are doing; None when they suit it."""
    agent = rostered.agent
    if signature.target_agent is not None:
        if agent.id != signature.target_agent:
            return Verdict(agent.id, Outcome.NOT_WANTED)
    elif not signature.has_queue_of(agent):
        return Verdict(agent.id, Outcome.NOT_IN_QUEUE)
    elif signature.group_id is not None and signature.group_id not in agent.groups:
        return Verdict(agent.id, Outcome.NOT_IN_GROUP, {"group": signature.group_id})
    for skill, needs in signature.requirements:
        has = agent.skills.get(skill, 0)
        if has < needs:
            return Verdict(agent.id, Outcome.LACKS_SKILL, {"skill": skill, "needs": needs, "has": has})
    return Verdict(agent.id, Outcome.EXCLUDED) if agent.id in waiting.work.excluded else None
