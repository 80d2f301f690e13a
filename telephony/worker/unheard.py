"""Legs of which the switch told something a moment ago, while nobody acted.

Its list of calls may be a second behind what it tells, and rows that nobody wrote agree with a list that is late. So
these legs are asked about one by one, whatever the list shows.
"""

import time
from collections.abc import Callable
from uuid import UUID

from telephony import facts

A_MOMENT = 5.0
"""Seconds; longer than any list was seen to be behind."""


class Unheard:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._told_at: dict[UUID, float] = {}

    def note(self, fact: facts.Fact) -> None:
        """It will not be acted on."""
        if not isinstance(fact, facts.LegFact):
            return
        other = getattr(fact, "other_leg_id", None)
        for leg_id in (fact.leg_id, *([other] if other else [])):
            self._told_at.pop(leg_id, None)
            self._told_at[leg_id] = self._monotonic()
        self._forget()

    def legs(self) -> set[UUID]:
        self._forget()
        return set(self._told_at)

    def _forget(self) -> None:
        over = self._monotonic() - A_MOMENT
        while self._told_at and self._told_at[oldest := next(iter(self._told_at))] <= over:
            del self._told_at[oldest]
