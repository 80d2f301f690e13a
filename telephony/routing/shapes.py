"""What the router is told and what it answers: plain values, no Django, no clock.

Moments are seconds of any one clock (the worker uses Unix time). Ids are whatever the caller uses, as long as
agents compare with agents and works with works.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

Requirement = tuple[int, int]  # (skill id, lowest level that will do)


@dataclass(frozen=True, slots=True)
class RoutableAgent:
    """One agent as the router sees them. `queues` maps a queue to the agent's position in it (lower is asked
    first).

    `idle_since` is the moment they became free, or None while they are not.
    """

    id: Any
    skills: Mapping[int, int] = field(default_factory=dict)
    queues: Mapping[int, int] = field(default_factory=dict)
    idle_since: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a work asks for once it has waited `after_seconds`: usually less than before."""

    after_seconds: float
    requirements: tuple[Requirement, ...] = ()
    target_agent: Any = None


@dataclass(frozen=True, slots=True)
class Work:
    """Something that waits for one agent. `priority` is in seconds of waiting given for free.

    With a `target_agent` only that agent will do, whatever their queues and skills: a person chose them.
    `steps` widen the choice with time, in rising order of `after_seconds`. `excluded` agents never get it.
    """

    id: Any
    queue_id: int | None
    queued_at: float
    requirements: tuple[Requirement, ...] = ()
    priority: float = 0.0
    target_agent: Any = None
    excluded: frozenset[Hashable] = frozenset()
    steps: tuple[Step, ...] = ()
    kind: str = "voice"

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

    `rank` is the strategy's (lower is asked first); the runners-up are who and what would have been next, or
    None.
    """

    trigger: Trigger
    at: float
    waited_seconds: float
    priority: float
    step: int
    rank: tuple[int, ...]
    rank_names: tuple[str, ...]
    idle_seconds: float
    runner_up_work: Any
    runner_up_agent: Any

    def as_dict(self) -> dict[str, Any]:
        """The same, ready for JSON but for the two ids, which are given as text."""
        return {
            "trigger": self.trigger.value,
            "at": self.at,
            "waited_seconds": self.waited_seconds,
            "priority": self.priority,
            "step": self.step,
            "rank": dict(zip(self.rank_names, self.rank, strict=True)),
            "idle_seconds": self.idle_seconds,
            "runner_up_work": _text(self.runner_up_work),
            "runner_up_agent": _text(self.runner_up_agent),
        }


class Assignment(NamedTuple):
    """Offer this work to this agent; both are reserved until it is bridged, has failed, or the work has
    left.
    """

    work_id: Any
    agent_id: Any
    explanation: Reason


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
