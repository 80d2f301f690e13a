"""What is true of a scripted call, and how its lengths are taken.

Lengths are as people lived them, names as they were given. What depends on how quickly a machine finds an agent, or
obeys an order, is the switch's own word.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from telephony import facts
from tests.records.stage import Lane

Talks = list[tuple[str, str, float | None, float | None]]


@dataclass
class Truth:
    """Seconds are as lived. `stays`: (queue, exit, agent); `offers`: (agent, outcome, talk, hold); None is not said."""

    call_id: UUID
    exit: str = "answered"
    ended_by: str = "caller"
    type: str = "inbound"
    queue: str = "main"
    dialled: str = "main"
    agent: str | None = "a"
    talk: float = 0
    hold: float = 0
    wrap_up: float = 0
    wait: float | None = None
    stays: list[tuple[str, str, str | None]] = field(default_factory=list)
    offers: list[tuple[str, str, float | None, float | None]] = field(default_factory=list)
    legs: list[str] = field(default_factory=lambda: ["agent", "caller"])
    message: float | None = None
    is_short: bool = False
    disposition: str | None = None
    has_charge: bool = True


@dataclass(frozen=True)
class Caller:
    """`shown` is how a record spells the number."""

    number: str
    shown: str
    name: str = ""


Script = Callable[[Lane, Caller, float], Truth]
"""`more` makes one playing different from the other: seconds from 0 to 3."""


class Watch:
    """Time from one word of the switch to the next: an order takes a moment, and belongs to what it ends."""

    def __init__(self, lane: Lane, kind: type[facts.Fact], *legs: UUID, nth: int = 1) -> None:
        self._lane, self._since = lane, lane.moment(kind, *legs, nth=nth)

    def lap(self, kind: type[facts.Fact], *legs: UUID, nth: int = 1) -> float:
        before, self._since = self._since, self._lane.moment(kind, *legs, nth=nth)
        return (self._since - before).total_seconds()


def live(seconds: float) -> float:
    """So long it lasts; what it took in truth, also on a machine that slept."""
    began = time.monotonic()
    time.sleep(seconds)
    return time.monotonic() - began


def one_talk(
    call_id: UUID,
    talk: float,
    *,
    ended_by: str = "caller",
    queue: str = "main",
    hold: float = 0,
    wrap_up: float = 0,
) -> Truth:
    truth = Truth(
        call_id, queue=queue, dialled=queue, ended_by=ended_by, talk=talk, hold=hold, wrap_up=wrap_up
    )
    truth.stays, truth.offers = [(queue, "answered", "a")], [("a", "bridged", talk, hold)]
    return truth


def two_talks(
    call_id: UUID, first: float, second: float, *, queue: str, stays: list[tuple[str, str, str | None]]
) -> Truth:
    truth = Truth(
        call_id, queue=queue, agent="b", talk=first + second, legs=["agent", "agent", "caller"], stays=stays
    )
    truth.offers = [("a", "bridged", first, 0), ("b", "bridged", second, 0)]
    return truth


def said(lane: Lane, truth: Truth) -> dict[str, Any]:
    """The names as the rows have them."""

    def agent(letter: str | None) -> str | None:
        return lane.agents[letter]["name"] if letter else None

    return {
        "type": truth.type,
        "exit": truth.exit,
        "ended_by": truth.ended_by,
        "queue": f"{truth.queue}{lane.number}",
        "agent": agent(truth.agent),
        "number": lane.queues[truth.dialled]["number"],
        "disposition": truth.disposition,
        "stays": [
            [f"{queue}{lane.number}", way_out, agent(letter)] for queue, way_out, letter in truth.stays
        ],
        "offers": [[agent(letter), outcome] for letter, outcome, _talk, _hold in truth.offers],
        "legs": truth.legs,
        "unsettled": 0,
        "line_gaps": 0,
    }
