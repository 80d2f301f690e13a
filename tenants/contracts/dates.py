"""Days that follow from clauses: pure sums of dates."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tenants.contracts.models import Agreement, Reminder


@dataclass(frozen=True)
class Coming:
    kind: str
    due_on: date
    tell_on: date


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last: 31 January and one month is 28 or 29 February."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def last_day_of_term(starts_on: date, months: int | None) -> date | None:
    """The day before the same day so many months later; None without a term."""
    return add_months(starts_on, months) - timedelta(days=1) if months else None


def coming_dates(agreement: Agreement, today: date) -> list[Coming]:
    """What lies ahead of an agreement, the next of each kind, soonest first."""
    return sorted(_dates(agreement, today), key=lambda one: (one.due_on, one.kind))


def _dates(agreement: Agreement, today: date) -> Iterator[Coming]:
    before = timedelta(days=agreement.remind_days)
    Kind = Reminder.Kind
    if agreement.ends_on is not None and agreement.ends_on >= today:
        notice = agreement.ends_on - timedelta(days=agreement.notice_days)
        if notice >= today:
            yield Coming(Kind.NOTICE, notice, notice - before)
        yield Coming(Kind.RENEWAL, agreement.ends_on, agreement.ends_on - before)
    for kind, first, every in (
        (Kind.PRICE, agreement.price_review_on, agreement.price_review_months),
        (Kind.UPGRADE, agreement.upgrade_on, agreement.upgrade_months),
    ):
        day = _next(first, every, today)
        if day is not None and (agreement.ends_on is None or day <= agreement.ends_on):
            yield Coming(kind, day, day - before)


def _next(first: date | None, every: int | None, today: date) -> date | None:
    """Counted from the first day each time, so that a 31st comes back after a February."""
    if first is None or first >= today:
        return first
    if not every:
        return None
    passed = (today.year - first.year) * 12 + today.month - first.month
    turns = max(passed // every, 1)
    while add_months(first, turns * every) < today:
        turns += 1
    return add_months(first, turns * every)
