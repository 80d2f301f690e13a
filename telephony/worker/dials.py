"""Calls agents make: when their own part is over, so is the call, also where nobody was dialled.

Nothing is remembered that the rows do not say, but how often we looked.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from telephony.actions.dialling import end_dial
from telephony.models import Offer

ASK_AGAIN_AFTER = 1.0
"""Seconds until another look at a dialled leg that has not ended yet."""
MOST_LOOKS = 30
"""So often; then the watchdog finds what became of that leg."""


class Dials:
    """`inside` enters the tenant."""

    def __init__(
        self,
        *,
        wake_at: Callable[[float, str, Any], None],
        now: Callable[[], datetime],
        inside: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._wake_at, self._now, self._inside = wake_at, now, inside
        self._looks: dict[UUID, int] = {}

    def read(self) -> None:
        """Within the tenant: those whose end was not seen."""
        ended = Offer.objects.filter(kind=Offer.Kind.DIAL, ended_at__isnull=False, call__ended_at=None)
        for call_id in ended.exclude(outcome=Offer.Outcome.BRIDGED).values_list("call_id", flat=True):
            self._look(call_id)

    def ended(self, call_ids: Iterable[UUID]) -> None:
        """The agents' own parts of these calls are over."""
        with self._inside():
            for call_id in call_ids:
                self._look(call_id)

    def woke(self, call_id: UUID) -> None:
        with self._inside():
            self._look(call_id)

    def _look(self, call_id: UUID) -> None:
        looks = self._looks.pop(call_id, 0)
        if not end_dial(call_id=call_id, at=self._now()) and looks < MOST_LOOKS:
            self._looks[call_id] = looks + 1
            self._wake_at(self._now().timestamp() + ASK_AGAIN_AFTER, "dial", call_id)
