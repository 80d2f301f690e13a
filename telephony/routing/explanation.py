"""Why a work waits, or why it went where it went, agent by agent: facts only, the words are the page's."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from telephony.routing.line import Line, Signature, Waiting
from telephony.routing.shapes import Availability
from telephony.routing.shelf import Rostered


class Outcome(StrEnum):
    """What speaks for or against one agent, for one work."""

    ON_OFFER = "on_offer"
    FIRST = "first"
    BEHIND = "behind"
    NOT_WANTED = "not_wanted"
    NOT_IN_QUEUE = "not_in_queue"
    LACKS_SKILL = "lacks_skill"
    EXCLUDED = "excluded"
    RESERVED = "reserved"
    BACKING_OFF = "backing_off"
    BUSY = "busy"
    NOT_READY = "not_ready"
    JOINING = "joining"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One agent's. `detail` by outcome: lacks_skill → skill, needs, has; backing_off → until; reserved →
    work; behind → place (2 is the second to be asked), rank; first and on_offer → rank.
    """

    agent_id: Any
    outcome: Outcome
    detail: dict[str, Any] = field(default_factory=dict)


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
    agent_id: Any
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
            "agent": self.agent_id,
            "counts": {outcome.value: count for outcome, count in self.counts.items()},
            "verdicts": [
                {"agent": v.agent_id, "outcome": v.outcome.value, **v.detail} for v in self.verdicts
            ],
            "ahead": [str(work_id) for work_id in self.ahead],
            "ahead_count": self.ahead_count,
        }


_ORDER = {outcome: place for place, outcome in enumerate(Outcome)}


def explain(waiting: Waiting, line: Line, roster: Iterable[Rostered], now: float, most: int) -> Explanation:
    """A work's standing in its line, with at most `most` verdicts and works ahead."""
    rostered = list(roster)
    suited = [agent_id for agent_id in line.free_agents() if agent_id not in waiting.work.excluded]
    verdicts = _judge(waiting, line.signature, rostered, suited)
    counted = Counter(verdict.outcome for verdict in verdicts)
    ahead = _ahead_of(waiting, line, rostered)
    return Explanation(
        work_id=waiting.work.id,
        at=now,
        waited_seconds=now - waiting.work.queued_at,
        priority=waiting.work.priority,
        step=waiting.step,
        signature=line.signature,
        agent_id=waiting.agent_id,
        counts={outcome: counted[outcome] for outcome in Outcome if counted[outcome]},
        verdicts=tuple(verdicts[:most]),
        ahead=tuple(other.work.id for other in ahead[:most]),
        ahead_count=len(ahead),
    )


def _ahead_of(waiting: Waiting, line: Line, roster: Iterable[Rostered]) -> list[Waiting]:
    """Works that come first for some agent of this line, in order."""
    shared = {other for rostered in roster if line in rostered.places for other in rostered.places}
    return sorted(other for its in shared for other in its if other.order < waiting.order)


def _judge(
    waiting: Waiting, signature: Signature, roster: Iterable[Rostered], in_order: list[Any]
) -> list[Verdict]:
    """A verdict for each agent, best first. `in_order` are the free agents who suit, first asked first."""
    places = {agent_id: place for place, agent_id in enumerate(in_order, start=1)}
    verdicts = [_verdict(waiting, signature, rostered, places) for rostered in roster]
    return sorted(verdicts, key=lambda v: (_ORDER[v.outcome], v.detail.get("place", 0), v.agent_id))


def _verdict(waiting: Waiting, signature: Signature, rostered: Rostered, places: dict[Any, int]) -> Verdict:
    agent = rostered.agent
    if waiting.agent_id is not None and waiting.agent_id == agent.id:
        return Verdict(agent.id, Outcome.ON_OFFER)
    if signature.target_agent is not None and agent.id != signature.target_agent:
        return Verdict(agent.id, Outcome.NOT_WANTED)
    if signature.target_agent is None and signature.queue_id not in (None, *agent.queues):
        return Verdict(agent.id, Outcome.NOT_IN_QUEUE)
    for skill, needs in signature.requirements:
        has = agent.skills.get(skill, 0)
        if has < needs:
            return Verdict(agent.id, Outcome.LACKS_SKILL, {"skill": skill, "needs": needs, "has": has})
    if agent.id in waiting.work.excluded:
        return Verdict(agent.id, Outcome.EXCLUDED)
    return _verdict_of_suited(rostered, places)


def _verdict_of_suited(rostered: Rostered, places: dict[Any, int]) -> Verdict:
    agent_id = rostered.agent.id
    if rostered.state is Availability.FREE:
        place = places[agent_id]
        detail = {"place": place, "idle_since": rostered.idle_since}
        return Verdict(agent_id, Outcome.FIRST if place == 1 else Outcome.BEHIND, detail)
    if rostered.state is Availability.RESERVED:
        return Verdict(agent_id, Outcome.RESERVED, {"work": str(rostered.work_id)})
    if rostered.state is Availability.BACKING_OFF:
        return Verdict(agent_id, Outcome.BACKING_OFF, {"until": rostered.until})
    return Verdict(agent_id, Outcome(rostered.state.value))
