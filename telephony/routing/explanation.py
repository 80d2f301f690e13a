"""Why a work waits, or why it went where it went, agent by agent: facts only, the words are the page's."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Any, NamedTuple

from telephony.routing.line import Line, Waiting
from telephony.routing.roster import Roster
from telephony.routing.shapes import Availability, RoutableAgent
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


class Verdict(NamedTuple):
    """One agent's. `detail` by outcome: lacks_skill → skill, needs, has; not_in_group → group; no_capacity → holds;
    backing_off → until; reserved → work; first and behind → idle_since, place (1 is asked next) and rank, the
    figures agents are put in order by; behind → because, the first figure in which they come after the first.
    """

    agent_id: Any
    outcome: Outcome
    detail: dict[str, Any]

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
    most: int | None = None,
) -> list[Verdict]:
    """A verdict for each agent `judged`, best first; at most so many. `in_order` are the free agents who suit, first
    asked first, and `on_offer` those whose phones ring with this work.
    """
    places = {agent_id: place for place, agent_id in enumerate(in_order, start=1)}
    ranks = _Ranks(waiting, line, roster[in_order[0]] if in_order else None)
    found, others = [], []
    for rostered in judged:
        agent_id = rostered.agent.id
        if agent_id in on_offer:
            detail = {"rank": ranks.of(rostered)[0]} if agent_id in places else {}
            found.append(Verdict(agent_id, Outcome.ON_OFFER, detail))
        elif agent_id in places:
            found.append(_verdict_of_free(rostered, places[agent_id], *ranks.of(rostered)))
        else:
            outcome = _outcome(waiting, line.signature, rostered)
            others.append((_ORDER[outcome], agent_id, outcome, rostered))
    found.sort(key=lambda v: (_ORDER[v.outcome], v.detail.get("place", 0), v.agent_id))
    # They come after the free ones; the words of those who are left out would cost most of the time.
    others.sort(key=itemgetter(0, 1))
    left = None if most is None else max(0, most - len(found))
    signature = line.signature
    found += [Verdict(who, what, _detail(what, signature, one)) for _, who, what, one in others[:left]]
    return found[:most]


def figures(waiting: Waiting, line: Line, rostered: Rostered) -> Figures:
    """What an agent of this line is put in order by, but for idle time and id, which come last."""
    strategy, found = line.strategy, {}
    if waiting.work.scores:
        found["score"] = waiting.work.scores.get(rostered.agent.id, 0.0)
    found.update(zip(strategy.rank_names, rostered.places[line].rank, strict=True))
    if strategy.measure_name is not None:
        found[strategy.measure_name] = strategy.measure(rostered)
    return found


class _Ranks:
    """What agents of one line are put in order by, and the first figure in which each comes after the best of them."""

    def __init__(self, waiting: Waiting, line: Line, best: Rostered | None) -> None:
        self._waiting, self._line = waiting, line
        self._best = {} if best is None else figures(waiting, line, best)
        self._known: dict[tuple[int, ...], tuple[Figures, str]] = {}
        self._is_rank_alone = not waiting.work.scores and line.strategy.measure_name is None

    def of(self, rostered: Rostered) -> tuple[Figures, str]:
        """The same for all of one shelf where nothing else counts: nobody may change it."""
        rank = rostered.places[self._line].rank
        found = self._known.get(rank) if self._is_rank_alone else None
        if found is None:
            own = figures(self._waiting, self._line, rostered)
            behind = next((name for name in own if own[name] != self._best.get(name)), "idle_since")
            found = self._known[rank] = own, behind
        return found


def _verdict_of_free(rostered: Rostered, place: int, rank: Figures, behind: str) -> Verdict:
    detail = {"place": place, "idle_since": rostered.idle_since, "rank": rank}
    if place == 1:
        return Verdict(rostered.agent.id, Outcome.FIRST, detail)
    detail["because"] = behind
    return Verdict(rostered.agent.id, Outcome.BEHIND, detail)


_COULD = (Availability.FREE, Availability.JOINING)
_OF_STATE: dict[Availability, Outcome] = {
    state: Outcome(state.value) for state in Availability if state is not Availability.FREE
}


def _outcome(waiting: Waiting, signature: Signature, rostered: Rostered) -> Outcome:
    """Of an agent who is not to be asked: whatever of them makes them unfit for this work, else what they are doing."""
    agent, state = rostered.agent, rostered.state
    if (unfit := _unfit(waiting, signature, agent)) is not None:
        return unfit
    if state in _COULD and not agent.has_room_for(signature.kind):
        return Outcome.NO_CAPACITY
    return _OF_STATE[state]


def _unfit(waiting: Waiting, signature: Signature, agent: RoutableAgent) -> Outcome | None:
    """Whatever they are doing; None when they suit it."""
    if signature.target_agent is not None:
        if agent.id != signature.target_agent:
            return Outcome.NOT_WANTED
    elif not signature.has_queue_of(agent):
        return Outcome.NOT_IN_QUEUE
    elif signature.group_id is not None and signature.group_id not in agent.groups:
        return Outcome.NOT_IN_GROUP
    if _lacks(signature, agent) is not None:
        return Outcome.LACKS_SKILL
    return Outcome.EXCLUDED if agent.id in waiting.work.excluded else None


def _lacks(signature: Signature, agent: RoutableAgent) -> tuple[int, int, int] | None:
    """The first skill asked for that is not there: (skill, level needed, level they have)."""
    for skill, needs in signature.requirements:
        has = agent.skills.get(skill, 0)
        if has < needs:
            return skill, needs, has
    return None


def _detail(outcome: Outcome, signature: Signature, rostered: Rostered) -> dict[str, Any]:
    if outcome is Outcome.LACKS_SKILL:
        return dict(zip(("skill", "needs", "has"), _lacks(signature, rostered.agent) or (), strict=False))
    if outcome is Outcome.NOT_IN_GROUP:
        return {"group": signature.group_id}
    if outcome is Outcome.RESERVED:
        return {"work": str(rostered.work_id)}
    if outcome is Outcome.BACKING_OFF:
        return {"until": rostered.until}
    if outcome is Outcome.NO_CAPACITY:
        return {"holds": dict(rostered.agent.in_hand)}
    return {}
