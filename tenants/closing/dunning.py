"""Which step is due for an invoice that is not paid. Pure: days in, a step out."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Protocol

FIRST, SECOND, WARNING, SUSPENSION = "first", "second", "warning", "suspension"


class Days(Protocol):
    """Days after an invoice was due."""

    first_days: int
    second_days: int
    warning_days: int
    suspension_days: int
    least_warning_days: int
    is_suspending: bool


def step_due(
    days: Days, *, due_on: date, today: date, taken: Collection[str], suspends_on: date | None
) -> str:
    """The step to take today, or "". `suspends_on` is what the warning said; without a warning nobody is suspended."""
    late = (today - due_on).days
    if WARNING in taken:
        is_time = late >= days.suspension_days and suspends_on is not None and today >= suspends_on
        return SUSPENSION if days.is_suspending and is_time and SUSPENSION not in taken else ""
    if late >= days.warning_days and days.is_suspending:
        return WARNING
    if late >= days.second_days:
        return "" if SECOND in taken else SECOND
    return FIRST if late >= days.first_days and not taken else ""


def suspends_on(days: Days, *, due_on: date, today: date) -> date:
    """What a warning of today says: never sooner than the warning allows, however late it is."""
    return max(
        due_on + timedelta(days=days.suspension_days), today + timedelta(days=max(1, days.least_warning_days))
    )
