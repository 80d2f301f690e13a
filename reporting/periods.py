"""Which days a report is about, on the tenant's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_DAYS = 366


@dataclass(frozen=True)
class Period:
    """Whole local days, both ends included. A day has 23, 24 or 25 hours, as the clock says."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time.min, tzinfo=self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.last + timedelta(days=1), time.min, tzinfo=self.zone)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def period_of(first: date | None, last: date | None, *, zone: ZoneInfo, today: date) -> Period:
    """What was asked for, made sensible: swapped ends are put right, none means the last seven days."""
    last = last or first or today
    first = first or last - timedelta(days=6)
    if first > last:
        first, last = last, first
    return Period(max(first, last - timedelta(days=LONGEST_DAYS - 1)), last, zone)
