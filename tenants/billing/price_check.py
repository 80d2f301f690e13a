"""What is wrong with a list's prices together: the same hours twice, hours or destinations without a price. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from tenants.billing import windows
from tenants.billing.models import Direction, Price


class Line(NamedTuple):
    """One price as far as it says when it holds. `place`: what the caller knows it by."""

    place: object
    direction: str
    prefix: str
    number_kind: str
    window: windows.Window

    @property
    def destination(self) -> tuple[str, str, str]:
        return self.direction, self.prefix, self.number_kind

    @property
    def name(self) -> str:
        return " · ".join(filter(None, (str(Direction(self.direction).label), self.prefix, self.number_kind)))


class Problem(NamedTuple):
    place: object
    message: str


def line_of(place: object, price: Price) -> Line:
    return Line(place, price.direction, price.prefix, price.number_kind, price.window)


def problems(lines: Sequence[Line]) -> list[Problem]:
    """In the order of the lines. An overlap is told of the later line, a gap of the last line of its destination."""
    by_destination: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        by_destination[line.destination].append(line)
    found = [problem for same in by_destination.values() for problem in (*overlaps(same), *_gaps(same))]
    return [*found, *_unnamed(lines)]


def overlaps(same: Sequence[Line]) -> list[Problem]:
    """Two lines of one destination that claim the same minute of the week."""
    found = []
    for number, line in enumerate(same):
        for earlier in same[:number]:
            if minute := _shared(earlier.window, line.window):
                told = {"name": line.name, "when": windows.said(minute - 1)}
                found.append(Problem(line.place, _("%(name)s has two prices on %(when)s.") % told))
                break
            if line.window.is_rest and earlier.window.is_rest:
                told = {"name": line.name}
                found.append(Problem(line.place, _("%(name)s has two prices for the same time.") % told))
                break
    return found


def _shared(one: windows.Window, other: windows.Window) -> int:
    """The first minute both name, counted from 1; 0 when they share none. What names no hours shares none."""
    if one.is_rest or other.is_rest:
        return 0
    days = one.days & other.days
    first, after = max(one.first, other.first), min(one.after, other.after)
    return (min(days) - 1) * windows.DAY + first + 1 if days and first < after else 0


def _gaps(same: Sequence[Line]) -> list[Problem]:
    spans = windows.shared_out([line.window for line in same])
    empty = windows.gaps(spans)
    if not empty:
        return []
    told = {"name": same[-1].name, "from": windows.said(empty[0][0]), "until": windows.said(empty[0][1])}
    return [Problem(same[-1].place, _("%(name)s has no price from %(from)s until %(until)s.") % told)]


def _unnamed(lines: Sequence[Line]) -> list[Problem]:
    """A direction that has prices needs one for whatever is not named."""
    found = []
    for direction in (Direction.INBOUND, Direction.OUTBOUND):
        own = [line for line in lines if line.direction == direction]
        if direction == Direction.INBOUND:
            is_whole = any(not line.number_kind for line in own)
            words = _("Incoming calls to other kinds of numbers have no price: add a line without a kind.")
        else:
            is_whole = any(line.prefix in ("", "+") for line in own)
            words = _("Calls to all other destinations have no price: add a line with the prefix +.")
        if own and not is_whole:
            found.append(Problem(own[-1].place, words))
    return found
