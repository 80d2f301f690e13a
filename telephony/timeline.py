"""A call as one line for its caller and one for each agent: whiles that follow each other without a gap. Pure.

Talk and hold seconds of an offer (actions.outcomes) are read from the same marks (telephony.conversations), so the
whiles of a line add up to what the call's record says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

from telephony import conversations
from telephony.conversations import HELD, ROOM, Span, Stretch, Talk

OUTBOUND = "outbound"
"""Direction of a call we made: whoever is called goes through nothing of ours before the answer."""


class Kind(StrEnum):
    """What the one whose line it is goes through."""

    FLOW = "flow"
    WAIT = "wait"
    RING = "ring"
    TALK = "talk"
    HOLD = "hold"
    CONSULT = "consult"
    ASIDE = "aside"
    PARKED = "parked"
    ROOM = "room"
    AFTER = "after"
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True)
class While:
    """`with_leg` is the other leg of a talk or consult; `seconds` are whole, and those of a line sum up to its own."""

    kind: Kind
    start: datetime
    end: datetime
    with_leg: UUID | None = None
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """Painted over what lies below: of two whiles at one moment the later layer shows."""

    kind: Kind
    span: Span
    with_leg: UUID | None = None


def caller_line(
    call: Any, leg: Any, stays: Sequence[Any], talks: Iterable[Talk], now: datetime
) -> list[While]:
    """`call`, its first leg and its stays: rows of telephony.models or their like; `talks`: one of each agent's leg."""
    end = max(call.ended_at or now, call.arrived_at)
    whiles = conversations.stretches(leg) if leg is not None else []
    first = Kind.RING if call.direction == OUTBOUND else Kind.FLOW
    layers = [Layer(first, (call.arrived_at, end))]
    if whiles:
        layers.append(Layer(Kind.AFTER, (whiles[0].start, end)))
    layers += [Layer(Kind.WAIT, (stay.entered_at, stay.left_at or end)) for stay in stays]
    layers += [Layer(_of_caller(one), one.until(end), one.other) for one in whiles]
    layers += [Layer(Kind.HOLD, span) for talk in talks for span in talk.held_by_key(end)]
    return _line(layers, call.arrived_at, end)


def agent_line(offer: Any, talk: Talk | None, now: datetime) -> list[While]:
    """From the first ring of this agent's phone to the end of the wrap-up."""
    end = offer.wrap_up_ended_at or (now if offer.wrap_up_started_at else offer.ended_at or now)
    end = max(end, offer.offered_at)
    layers = [Layer(Kind.RING, (offer.offered_at, offer.answered_at or offer.ended_at or end))]
    if offer.answered_at and talk is not None:
        until = offer.talk_ended_at or offer.ended_at or end
        layers.append(Layer(Kind.TALK, (offer.answered_at, max(until, offer.answered_at))))
        layers += [Layer(Kind.CONSULT, one.until(end)) for one in talk.aside]
        layers += [Layer(_of_agent(talk, one), one.until(end), one.other) for one in talk.own]
        layers += [Layer(Kind.HOLD, span) for span in talk.held_by_key(until)]
    if offer.wrap_up_started_at:
        layers.append(Layer(Kind.WRAP_UP, (offer.wrap_up_started_at, offer.wrap_up_ended_at or end)))
    return _line(layers, offer.offered_at, end)


def seconds_of(line: Iterable[While], *kinds: Kind) -> int:
    return sum(one.seconds for one in line if one.kind in kinds)


def _of_caller(one: Stretch) -> Kind:
    if one.kind == HELD:
        return Kind.ASIDE if one.other else Kind.PARKED
    return Kind.ROOM if one.kind == ROOM else Kind.TALK


def _of_agent(talk: Talk, one: Stretch) -> Kind:
    if one.kind == ROOM:
        return Kind.ROOM
    return Kind.TALK if talk.is_with_caller(one) else Kind.CONSULT


def _line(layers: Sequence[Layer], begin: datetime, end: datetime) -> list[While]:
    """The topmost layer of each moment; neighbours alike are one."""
    edges = sorted(
        {begin, end, *(moment for layer in layers for moment in layer.span if begin < moment < end)}
    )
    found: list[While] = []
    for start, stop in pairwise(edges):
        top = next(
            (layer for layer in reversed(layers) if layer.span[0] <= start and stop <= layer.span[1]), None
        )
        if top is None:
            top = Layer(
                found[-1].kind if found else Kind.FLOW, (start, stop), found[-1].with_leg if found else None
            )
        if found and (found[-1].kind, found[-1].with_leg) == (top.kind, top.with_leg):
            found[-1] = While(top.kind, found[-1].start, stop, top.with_leg)
        else:
            found.append(While(top.kind, start, stop, top.with_leg))
    return [_in_whole_seconds(one, begin) for one in found]


def _in_whole_seconds(one: While, begin: datetime) -> While:
    """Counted from the line's beginning, so that nothing is lost by rounding each while for itself."""
    first, last = (round((moment - begin).total_seconds()) for moment in (one.start, one.end))
    return While(one.kind, one.start, one.end, one.with_leg, last - first)
