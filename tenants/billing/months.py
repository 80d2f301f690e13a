"""A month of a bill begins and ends at midnight where the tenant is."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(moment: datetime, time_zone: str) -> date:
    """The tenant's calendar day of a moment."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def month_of(moment: datetime, time_zone: str) -> date:
    """The first day of the tenant's month a moment falls in."""
    return first_day(day_of(moment, time_zone))


def first_day(day: date) -> date:
    return day.replace(day=1)


def last_day(month: date) -> date:
    return month.replace(day=days_in(month))


def days_in(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def next_month(month: date) -> date:
    return last_day(month) + timedelta(days=1)


def bounds(month: date, time_zone: str) -> tuple[datetime, datetime]:
    """Its first moment, and the first moment of the next."""
    zone = ZoneInfo(time_zone)
    return (
        datetime.combine(month, time.min, zone),
        datetime.combine(next_month(month), time.min, zone),
    )


def moments(first: date, last: date, time_zone: str) -> tuple[datetime, datetime]:
    """From the first moment of a day to the first after another."""
    zone = ZoneInfo(time_zone)
    return (
        datetime.combine(first, time.min, zone),
        datetime.combine(last + timedelta(days=1), time.min, zone),
    )


def month_from(text: str) -> date | None:
    """`2026-11` → 1 November 2026; None for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  (a calendar month has no zone)
    except (TypeError, ValueError):
        return None
