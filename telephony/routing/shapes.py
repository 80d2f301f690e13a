"""What the router is told and what it answers: plain values, no Django, no clock.

Moments are seconds of any one clock (the worker uses Unix time). Ids are whatever the caller uses, as long as
agents compare with agents and works with works.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

Requirement = tuple[int, int]  # (skill id, lowest level that will do)


VOICE = "voice"
ONE_CALL: Mapping[str, int] = MappingProxyType({VOICE: 1})
NOTHING: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RoutableAgent:
    """One agent as the router sees them. `queues` maps a queue to the agent's position in it (lower is asked
    first).

    `idle_since` is the moment they became free, or None while they are not. `busy_seconds` are those worked
    today, `turn` is the moment they were last offered something. `capacity` says how many works of each kind
    they may hold at once, `in_hand` how many they do.
    """

    id: Any
    skills: Mapping[int, int] = field(default_factory=dict)
    queues: Mapping[int, int] = field(default_factory=dict)
    idle_since: float | None = None
    groups: frozenset[int] = frozenset()
    busy_seconds: float = 0.0
    turn: float = 0.0
    capacity: Mapping[str, int] = field(default_factory=lambda: ONE_CALL)
    in_hand: Mapping[str, int] = field(default_factory=lambda: NOTHING)

    def has_room_for(self, kind: str) -> bool:
        """Below capacity; and a call is alone: who is on one gets nothing else, who has anything else no call."""
        in_hand = self.in_hand
        if self.capacity.get(kind, 0) <= in_hand.get(kind, 0):
            return False
        if not in_hand:
            return True
        others = [held for held, count in in_hand.items() if count and held != kind]
        return not others or VOICE not in (kind, *others)


@dataclass(frozen=True, slots=True)
class Step:
    """What a work asks for once it has waited `after_seconds`, instead of what it asked before: usually less.
    The fields mean what those of `Work` do.
    """

    after_seconds: float
    requirements: tuple[Requirement, ...] = ()
    target_agent: Any = None
    preferred: tuple[Requirement, ...] = ()
    group_id: int | None = None
    queue_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """Something that waits for one agent. `priority` is in seconds of waiting given for free.

    With a `target_agent` only that agent will do, whatever their queues and skills: a person chose them.
    `steps` widen the choice with time, in rising order of `after_seconds`. `excluded` agents never get it.
    Skills that are `preferred` rank agents and exclude nobody; a `group_id` restricts to the agents of that group;
    agents of `queue_ids` may take it as those of its own queue may. `strategy` is a name of `strategies.STRATEGIES`;
    with "ring_group" up to `together` agents are asked at once. With `scores` the higher score is asked first
    (none counts as 0), then the strategy decides; `features` say what a score is made of, for the explanation.
    """

    id: Any
    queue_id: int | None
    queued_at: float
    requirements: tuple[Requirement, ...] = ()
    priority: float = 0.0
    target_agent: Any = None
    excluded: frozenset[Hashable] = frozenset()
    steps: tuple[Step, ...] = ()
    kind: str = VOICE
    preferred: tuple[Requirement, ...] = ()
    group_id: int | None = None
    queue_ids: tuple[int, ...] = ()
    strategy: str = "most_skilled"
    together: int = 1
    scores: Mapping[Any, float] = field(default_factory=lambda: NOTHING)
    features: Mapping[Any, Mapping[str, Any]] = field(default_factory=lambda: NOTHING)

    def step_at(self, now: float) -> int:
        """Which step it has reached: 0 is the work as it came in, n is steps[n - 1]."""
        if not self.steps:
            return 0
        return sum(1 for step in self.steps if self.queued_at + step.after_seconds <= now)


class Availability(StrEnum):
    """Why an agent can or cannot be given work right now."""

    FREE = "free"
    JOINING = "joining"  # free, and considered at the next tick
    RESERVED = "reserved"
    BACKING_OFF = "backing_off"
    BUSY = "busy"
    NOT_READY = "not_ready"


class Trigger(StrEnum):
    """What made the router decide."""

    AGENT_BECAME_FREE = "agent_became_free"
    WORK_ARRIVED = "work_arrived"
    OFFER_FAILED = "offer_failed"
    TICK = "tick"


class Reason(NamedTuple):
    """Why this agent and this work, cheap enough to keep for every decision.

    `rank` is what agents were put in order by (lower is asked first, but a score: higher); the runners-up are who and
    what would have been next, or None. Of a ring group it speaks of the agent who comes first.
    """

    trigger: Trigger
    at: float
    waited_seconds: float
    priority: float
    step: int
    rank: tuple[float, ...]
    rank_names: tuple[str, ...]
    idle_seconds: float
    runner_up_work: Any
    runner_up_agent: Any
    strategy: str

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON but for the two ids, which are given as text."""
        return {
            "trigger": self.trigger.value,
            "at": self.at,
            "waited_seconds": self.waited_seconds,
            "priority": self.priority,
            "step": self.step,
            "strategy": self.strategy,
            "rank": dict(zip(self.rank_names, self.rank, strict=True)),
            "idle_seconds": self.idle_seconds,
            "runner_up_work": _text(self.runner_up_work),
            "runner_up_agent": _text(self.runner_up_agent),
        }


class Assignment(NamedTuple):
    """Offer this work to this agent, and at the same moment to those of `together` (a ring group); all are reserved
    until it is bridged, has failed with each of them, or the work has left.

    `inputs` is what was decided on (`replay.record`), of a router that keeps it.
    """

    work_id: Any
    agent_id: Any
    explanation: Reason
    together: tuple[Any, ...] = ()
    inputs: dict[str, Any] | None = None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
