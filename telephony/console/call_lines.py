"""A call's lines (telephony.timeline) for its page: a bar for each, drawn to one scale, and the same in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from telephony.models import Call, Leg
from telephony.queries.timelines import lines_of
from telephony.timeline import Kind, While
from tenants.masking import mask_number

WIDTH = 1000
"""Of the drawing, in its own units; the page stretches it."""
WORDS = {
    Kind.FLOW: gettext_lazy("Call flow"),
    Kind.WAIT: gettext_lazy("Waited"),
    Kind.RING: gettext_lazy("Rang"),
    Kind.TALK: gettext_lazy("Talked"),
    Kind.HOLD: gettext_lazy("On hold"),
    Kind.CONSULT: pgettext_lazy("while of a call", "Consult"),
    Kind.ASIDE: gettext_lazy("Music while somebody was asked"),
    Kind.PARKED: gettext_lazy("Parked"),
    Kind.ROOM: gettext_lazy("Conference"),
    Kind.AFTER: gettext_lazy("After the talk"),
    Kind.WRAP_UP: gettext_lazy("Wrap-up"),
}


@dataclass(frozen=True)
class Piece:
    """`x` and `width` in the drawing's units."""

    kind: str
    words: str
    start: datetime
    seconds: int
    x: float
    width: float


@dataclass(frozen=True)
class DrawnLine:
    name: str
    pieces: list[Piece]
    seconds: int


def drawn_lines(call: Call) -> list[DrawnLine]:
    """The caller's line first, then one for each time an agent's phone rang."""
    lines = lines_of(call, now=timezone.now())
    everything = [*lines.caller, *(one for _offer, line in lines.agents for one in line)]
    if not everything:
        return []
    begin = min(one.start for one in everything)
    whole = max((max(one.end for one in everything) - begin).total_seconds(), 1.0)
    them = gettext("Customer") if call.direction == Call.Direction.OUTBOUND else gettext("Caller")
    named = [(them, lines.caller), *((offer.agent.name, line) for offer, line in lines.agents)]
    return [
        DrawnLine(
            name=name,
            pieces=[_piece(one, begin, whole, lines.legs, call.pk) for one in line],
            seconds=sum(one.seconds for one in line),
        )
        for name, line in named
        if line
    ]


def drawn_kinds(lines: list[DrawnLine]) -> dict[str, str]:
    """What the colours mean: every kind that is drawn, in the order it first appears → its words."""
    return {piece.kind: str(WORDS[Kind(piece.kind)]) for line in lines for piece in line.pieces}


def _piece(one: While, begin: datetime, whole: float, legs: Mapping[UUID, Leg], caller_id: UUID) -> Piece:
    x = (one.start - begin).total_seconds() / whole * WIDTH
    width = (one.end - one.start).total_seconds() / whole * WIDTH
    words, whom = str(WORDS[one.kind]), _whom(one.with_leg, legs, caller_id)
    return Piece(
        kind=one.kind.value,
        words=f"{words} · {whom}" if whom else words,
        start=one.start,
        seconds=one.seconds,
        x=round(x, 1),
        width=round(max(width, 1.5), 1),
    )


def _whom(leg_id: UUID | None, legs: Mapping[UUID, Leg], caller_id: UUID) -> str:
    leg = legs.get(leg_id) if leg_id else None
    if leg is None or leg.pk == caller_id:
        return ""
    return leg.agent.name if leg.agent else mask_number(leg.number)
