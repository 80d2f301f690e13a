"""Hours of the week in which a price holds, where the tenant is. Pure.

A call costs by the price of the moment it was answered, through its whole length: one that crosses into other hours
is not cut. Hours that a change of clocks repeats count twice, those it leaves out not at all.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

DAY, WEEK = 24 * 60, 7 * 24 * 60
"""Minutes."""
_DAYS = re.compile(r"[1-7](-[1-7])?(,[1-7](-[1-7])?)*")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class Window(NamedTuple):
    """On `days` (1 is Monday) from the minute `first` of the day until before `after`. `is_rest`: nothing was named."""

    days: frozenset[int]
    first: int
    after: int
    is_rest: bool

    def spans(self) -> Iterator[tuple[int, int]]:
        """Minutes of the week, the second not included."""
        for day in sorted(self.days):
            yield (day - 1) * DAY + self.first, (day - 1) * DAY + self.after

    def holds(self, minute: int) -> bool:
        """`minute` of the week."""
        day, of_day = divmod(minute, DAY)
        return day + 1 in self.days and self.first <= of_day < self.after


EVERY_DAY = frozenset(range(1, 8))
REST = Window(EVERY_DAY, 0, DAY, is_rest=True)
NEVER = Window(frozenset(), 0, 0, is_rest=False)


def window_of(days: str, hours: str) -> Window:
    """Raises ValidationError for what names no days or no hours."""
    if not (days or hours):
        return REST
    first, after = _minutes_of(hours) if hours else (0, DAY)
    return Window(_days_of(days) if days else EVERY_DAY, first, after, is_rest=False)


def minute_of(local: datetime) -> int:
    """Of the week, by the clock on the wall."""
    return local.weekday() * DAY + local.hour * 60 + local.minute


def _days_of(text: str) -> frozenset[int]:
    if not _DAYS.fullmatch(text):
        raise ValidationError(_("Days are written as 1-5 or 6,7, where 1 is Monday."))
    found: set[int] = set()
    for part in text.split(","):
        first, _sign, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    if not found:
        raise ValidationError(_("Days are written as 1-5 or 6,7, where 1 is Monday."))
    return frozenset(found)


def _minutes_of(text: str) -> tuple[int, int]:
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValidationError(_("Hours are written as 08:00-20:00; the day ends at 24:00."))
    hour, minute, until_hour, until_minute = map(int, found.groups())
    first, after = hour * 60 + minute, until_hour * 60 + until_minute
    if after > DAY or first >= after:
        raise ValidationError(_("These hours end before they begin; a night is two lines."))
    return first, after


def check_days(text: str) -> None:
    _days_of(text)


def check_hours(text: str) -> None:
    _minutes_of(text)


def plain_days(text: str) -> str:
    """One spelling for the same days: `5,1-3,4` is `1-5`. What cannot be read stays as it is."""
    text = re.sub(r"\s", "", text or "")
    if not text or not _DAYS.fullmatch(text):
        return text
    days = sorted(_days_of(text)) if text else []
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


class Span(NamedTuple):
    """Minutes of the week that belong to one of several windows, named by its place among them."""

    first: int
    after: int
    place: int


def shared_out(windows: Sequence[Window]) -> list[Span]:
    """The week among the windows of one destination, no minute twice: what a name claims first is its own, the rest
    goes to the line that names no hours. Without such a line the rest belongs to nobody.
    """
    spans: list[Span] = []
    for place, window in enumerate(windows):
        if not window.is_rest:
            spans += [Span(*free, place) for span in window.spans() for free in _free(span, spans)]
    rest = next((place for place, window in enumerate(windows) if window.is_rest), None)
    if rest is not None:
        spans += [Span(*free, rest) for free in _free((0, WEEK), spans)]
    return sorted(spans)


def gaps(spans: Sequence[Span]) -> list[tuple[int, int]]:
    return list(_free((0, WEEK), spans))


def _free(span: tuple[int, int], taken: Iterable[Span]) -> Iterator[tuple[int, int]]:
    first, after = span
    for other in sorted(taken):
        if other.after <= first or other.first >= after:
            continue
        if other.first > first:
            yield first, other.first
        first = max(first, other.after)
    if first < after:
        yield first, after


def said(minute: int) -> str:
    """Monday 08:00, in the reader's language."""
    day, of_day = divmod(minute % WEEK, DAY)
    return f"{WEEKDAYS[day]} {of_day // 60:02}:{of_day % 60:02}"
