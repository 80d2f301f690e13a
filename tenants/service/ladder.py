"""Who is called next for a case nobody has answered, and when. Pure.

Urgent: whoever is first at once; after five minutes without a word the second; after ten everybody; then everybody
every fifteen. What is not urgent: the first when three quarters of its time are gone, the second when it is late,
everybody when it is late by half of its time again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

EVERYBODY = 9
URGENT = (timedelta(0), timedelta(minutes=5), timedelta(minutes=10))
AGAIN = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A case as the ladder sees it; `due_at` is what is owed next."""

    is_urgent: bool
    opened_at: datetime
    due_at: datetime
    owed_from: datetime
    steps: int


def step_due(case: Waiting, at: datetime) -> int | None:
    """The level to call now, or None. `steps` says how many calls went out so far; one is due at a time."""
    moment = moment_of(case, case.steps)
    if moment is None or at < moment:
        return None
    return level_of(case.steps)


def level_of(step: int) -> int:
    return (1, 2)[step] if step < 2 else EVERYBODY


def moment_of(case: Waiting, step: int) -> datetime | None:
    if case.is_urgent:
        if step < len(URGENT):
            return case.opened_at + URGENT[step]
        return case.opened_at + URGENT[-1] + AGAIN * (step - len(URGENT) + 1)
    span = case.due_at - case.owed_from
    return (case.owed_from + span * 0.75, case.due_at, case.due_at + span * 0.5)[step] if step < 3 else None
