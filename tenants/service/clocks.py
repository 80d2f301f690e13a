"""Clocks of cases: seconds that count between two moments, and the moment when so many will have counted. Pure.

Days are the tenant's: hours open at nine by the clock on the wall, also on the two days a year that have 23 or 25
hours. What counts is real time between opening and closing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tenants.service.spans import Span, common, seconds, without

LONGEST = timedelta(days=3660)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """`weekdays`: 1 is Monday. Round the clock: nothing else is asked."""

    zone: str
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    opens: time = time(9)
    closes: time = time(18)
    closed_on: frozenset[date] = frozenset()
    is_round_the_clock: bool = False

    def of_day(self, day: date) -> Span | None:
        if day.isoweekday() not in self.weekdays or day in self.closed_on:
            return None
        zone = ZoneInfo(self.zone)
        return datetime.combine(day, self.opens, zone), datetime.combine(day, self.closes, zone)

    def days(self, first: date, last: date) -> Iterator[Span]:
        while first <= last:
            found = self.of_day(first)
            if found:
                yield _in_real_time(found)
            first += DAY

    def within(self, start: datetime, end: datetime) -> list[Span]:
        """The open spans between two moments."""
        if end <= start:
            return []
        if self.is_round_the_clock:
            return [(start, end)]
        zone = ZoneInfo(self.zone)
        days = self.days(start.astimezone(zone).date(), end.astimezone(zone).date())
        return common([(start, end)], days)


def counted_seconds(start: datetime, end: datetime, hours: Hours, pauses: list[Span]) -> int:
    return seconds(without(hours.within(start, end), pauses))


def due_at(start: datetime, minutes: int, hours: Hours, pauses: list[Span]) -> datetime:
    """When so many minutes will have counted; where no hour is ever open, ten years on."""
    left, at, end = timedelta(minutes=minutes), start, start + LONGEST
    while at < end:
        until = at + DAY if hours.is_round_the_clock else _next_midnight(at, hours.zone)
        for a, b in without(hours.within(at, until), pauses):
            if b - a >= left:
                return a + left
            left -= b - a
        at = until
    return end


def _next_midnight(at: datetime, zone: str) -> datetime:
    local = at.astimezone(ZoneInfo(zone))
    return _utc(datetime.combine(local.date() + DAY, time.min, ZoneInfo(zone)))


def _in_real_time(span: Span) -> Span:
    """Differences of two local moments of one zone ignore its clock changes; those of UTC do not."""
    return _utc(span[0]), _utc(span[1])


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo("UTC"))
