"""What billing asks of the floors above: how many calls a tenant's people took, and who used a seat last when."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple


class SeatUse(NamedTuple):
    """One person who holds a seat. `last_at`: None for somebody who was never signed in."""

    name: str
    last_at: datetime | None


class Answers(NamedTuple):
    """`handled(start, end)`: conversations begun within; `seats()`: who holds one. Asked inside the tenant."""

    handled: Callable[[datetime, datetime], int]
    seats: Callable[[], list[SeatUse]]


_answers: list[Answers] = []


def answer_with(answers: Answers) -> None:
    _answers[:] = [answers]


def handled_calls(start: datetime, end: datetime) -> int:
    return _answers[0].handled(start, end) if _answers else 0


def seat_uses() -> list[SeatUse]:
    return _answers[0].seats() if _answers else []
