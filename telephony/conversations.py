"""Who was on the line with a leg, and when. Pure: worked out from the marks that facts leave on it, in any order.

A mark is [moment (ISO), what, whom]: "bridged" and "unbridged" with the other leg, "held" with the agent's leg for
which a caller stands aside ("" when parked), "flow" the same when they go through a flow meanwhile, "room" and "left"
with the call. Marks are a set ordered by time, so that a second or late telling changes nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

Mark = list[str]
Span = tuple[datetime, datetime]

BRIDGED, UNBRIDGED, HELD, ROOM, LEFT, FLOW = "bridged", "unbridged", "held", "room", "left", "flow"
_BEGINS = frozenset({BRIDGED, HELD, ROOM, FLOW})
_IN_ONE_MOMENT = (UNBRIDGED, LEFT, HELD, FLOW, ROOM, BRIDGED)
"""What comes before what when the switch's clock shows the same."""


class MarkedLeg(Protocol):
    """What a stretch is worked out from (telephony.models.Leg)."""

    pk: UUID
    hold_marks: list[Any]
    line_marks: list[Mark]
    bridged_to: UUID | None
    bridged_at: datetime | None
    unbridged_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """One while of a leg with one other (`kind` "bridged"), aside ("held", `in_flow` or not) or in a room ("room").

    `other` is the other leg, the leg one stands aside for (None when parked), or the call. `end` is None while it
    lasts.
    """

    kind: str
    other: UUID | None
    start: datetime
    end: datetime | None
    in_flow: bool = False

    def until(self, now: datetime) -> Span:
        return self.start, max(self.start, min(self.end or now, now))


def with_mark(marks: Sequence[Mark], at: datetime, what: str, whom: UUID | None) -> list[Mark]:
    """The marks with this one among them, in the order of time."""
    mark = [at.isoformat(), what, str(whom) if whom else ""]
    return list(marks) if mark in marks else sorted([*marks, mark], key=_place)


def _place(mark: Mark) -> tuple[str, int, str]:
    at, what, whom = mark
    return at, _IN_ONE_MOMENT.index(what), whom


def stretches(leg: MarkedLeg) -> list[Stretch]:
    """In the order of time, none overlapping another. A leg known by its record alone has one, as far as it says."""
    if not leg.line_marks:
        return _by_record(leg)
    found: list[Stretch] = []
    for raw, what, whom in leg.line_marks:
        at, other = datetime.fromisoformat(raw), UUID(whom) if whom else None
        last = found[-1] if found and found[-1].end is None else None
        kind = HELD if what == FLOW else what
        if last is not None and what in _BEGINS and (last.kind, last.other) == (kind, other):
            continue
        if last is not None and _ends(last, what, other):
            found[-1] = replace(last, end=at)
        if what in _BEGINS:
            found.append(Stretch(kind, other, at, None, in_flow=what == FLOW))
    return [_ended(one, leg.ended_at) for one in found]


def current(leg: MarkedLeg | None) -> Stretch | None:
    """The one that lasts; None when nobody is on the line with this leg, or it has ended."""
    if leg is None or leg.ended_at is not None:
        return None
    found = stretches(leg)
    return found[-1] if found and found[-1].end is None else None


class Talk:
    """An agent's leg seen from its call: when with the caller, when with somebody else, when the caller stood aside."""

    def __init__(
        self,
        leg: MarkedLeg,
        caller_leg: MarkedLeg | None,
        *,
        caller_id: UUID,
        caller_left_at: datetime | None,
    ) -> None:
        self._leg = leg
        self._caller_leg = caller_leg
        self._caller_id = caller_id
        self._caller_left_at = caller_left_at
        self.own = stretches(leg)
        of_caller = stretches(caller_leg) if caller_leg is not None else []
        self.aside = [one for one in of_caller if one.kind == HELD and one.other == leg.pk]

    def is_with_caller(self, stretch: Stretch) -> bool:
        return stretch.kind == ROOM or stretch.other in (None, self._caller_id)

    @property
    def joined_at(self) -> datetime | None:
        """The first moment with the caller."""
        return min((one.start for one in self.own if self.is_with_caller(one)), default=None)

    @property
    def ended_at(self) -> datetime | None:
        """The caller's leg or this one ended, or it was let go: neither on the line with anybody nor awaited."""
        whiles = [*self.own, *self.aside]
        ends = [one.end for one in whiles if one.end is not None]
        let_go = max(ends, default=None) if len(ends) == len(whiles) else None
        moments = (let_go, self._leg.ended_at, self._caller_left_at)
        return min((moment for moment in moments if moment is not None), default=None)

    @property
    def is_consulting(self) -> bool:
        """Asks somebody else, is asked, or dials for it, at this moment."""
        now = current(self._leg)
        if now is None:
            return self._leg.ended_at is None and any(one.end is None for one in self.aside)
        return not self.is_with_caller(now)

    @property
    def is_held_by_key(self) -> bool:
        marks = self._hold_marks()
        return bool(marks) and marks[-1][1]

    def consults(self) -> list[Span]:
        """With somebody who is not the caller, as far as it has ended."""
        return [(one.start, one.end) for one in self.own if one.end and not self.is_with_caller(one)]

    def held_by_key(self, until: datetime | None) -> list[Span]:
        """The agent, or the caller, pressed the key for music."""
        return toggled(self._hold_marks(), until)

    def held(self, until: datetime | None) -> list[Span]:
        """The caller heard music: by a key, or because the agent asked somebody first."""
        ends = ((one.start, one.end or until) for one in self.aside)
        return merged([*self.held_by_key(until), *((start, end) for start, end in ends if end is not None)])

    def _hold_marks(self) -> list[tuple[datetime, bool]]:
        """(moment, was put on hold) of this conversation, in order."""
        raw = [*self._leg.hold_marks, *(self._caller_leg.hold_marks if self._caller_leg is not None else [])]
        marks = sorted((datetime.fromisoformat(at), bool(held)) for at, held in raw)
        begin = self._leg.bridged_at
        ends = [moment for moment in (self._leg.unbridged_at, self._leg.ended_at) if moment is not None]
        end = min(ends, default=None)
        return [mark for mark in marks if begin and begin <= mark[0] and (end is None or mark[0] <= end)]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time, no moment of it twice."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        elif end > start:
            whole.append((start, end))
    return whole


def within(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """The parts that lie between two moments."""
    clipped = ((max(begin, start), min(stop, end)) for begin, stop in spans)
    return [(begin, stop) for begin, stop in clipped if stop > begin]


def seconds(spans: Iterable[Span]) -> float:
    return sum((end - start).total_seconds() for start, end in spans)


def toggled(marks: Iterable[tuple[datetime, bool]], end: datetime | None) -> list[Span]:
    """Spans between an "on" and the next "off"; one that is still on lasts until `end`."""
    spans: list[Span] = []
    since: datetime | None = None
    for at, is_on in sorted(marks):
        if is_on and since is None:
            since = at
        elif not is_on and since is not None:
            spans.append((since, at))
            since = None
    if since is not None and end is not None and end > since:
        spans.append((since, end))
    return spans


def _ends(last: Stretch, what: str, other: UUID | None) -> bool:
    """Whatever begins ends what was; an end its own kind, with its own other. Who leaves no room leaves the music."""
    if what in _BEGINS:
        return True
    if what == UNBRIDGED:
        return last.kind == BRIDGED and other in (None, last.other)
    return last.kind == (HELD if other is None else ROOM)


def _ended(one: Stretch, leg_ended_at: datetime | None) -> Stretch:
    if leg_ended_at is None or (one.end is not None and one.end <= leg_ended_at):
        return one
    return replace(one, end=max(one.start, leg_ended_at))


def _by_record(leg: MarkedLeg) -> list[Stretch]:
    if leg.bridged_at is None:
        return []
    ends = [moment for moment in (leg.unbridged_at, leg.ended_at) if moment is not None]
    return [Stretch(BRIDGED, leg.bridged_to, leg.bridged_at, min(ends, default=None))]
