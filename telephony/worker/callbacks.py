"""Promised callbacks at a tenant's desk: they stand in line like callers, and an agent who is free is rung for them.

Nothing is remembered that the rows do not say. The desk hands over what is about a callback and offers what comes back.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from telephony.actions import callback_attempts as attempts
from telephony.actions.callbacks import close_callbacks_of
from telephony.models import Callback, Offer
from telephony.queries.callbacks import callback_id_of, callback_work, waiting_callbacks, work_id
from telephony.queries.emergency import has_outside_line
from telephony.routing import Assignment, Work
from telephony.switch import OfferCommand

ASK_AGAIN_AFTER = 1.0
"""Seconds until another look at a try whose customer's leg has not ended yet."""
MOST_LOOKS = 30
"""So often; then whatever became of that leg is no longer waited for."""
WakeAt = Callable[[float, str, Any], None]


class Callbacks:
    """Call within the tenant."""

    def __init__(self, wake_at: WakeAt, now: Callable[[], datetime]) -> None:
        self._wake_at = wake_at
        self._now = now
        self._looks: dict[UUID, int] = {}

    def read(self) -> list[Work]:
        """All that wait for an agent now; those that wait for a moment set a timer. Tries that have ended meanwhile
        are closed first.
        """
        for call_id in attempts.open_attempts():
            self._end(call_id)
        return list(self._due(waiting_callbacks()))

    def one(self, callback_id: UUID) -> Work | None:
        """It as it stands in line now; None when it does not."""
        return next(self._due(waiting_callbacks().filter(pk=callback_id)), None)

    def _due(self, found: Any) -> Iterator[Work]:
        if not has_outside_line():
            return
        at = self._now()
        for callback in found:
            if callback.not_before is None or callback.not_before <= at:
                yield callback_work(callback)
            else:
                self._wake_at(callback.not_before.timestamp(), "callback", callback.pk)

    def start(
        self, assignment: Assignment, cell: str, epoch: int, explanation: dict[str, Any]
    ) -> OfferCommand:
        callback_id = callback_id_of(assignment.work_id)
        assert callback_id is not None, "Asked only for the work of a callback."
        return attempts.start_attempt(
            callback_id=callback_id,
            agent_id=assignment.agent_id,
            cell=cell,
            epoch=epoch,
            explanation=explanation,
            at=self._now(),
        )

    def offer_ended(self, offer: Offer) -> int | None:
        """Its work, when the offer was a callback's; an answered caller is owed nothing any more."""
        if offer.stay_id is not None:
            if offer.outcome == Offer.Outcome.BRIDGED:
                close_callbacks_of(call_id=offer.call_id, at=self._now())
            return None
        found = Callback.objects.filter(tries__call=offer.call_id).values_list("pk", flat=True).first()
        if found is None:
            return None
        self._end(offer.call_id)
        return work_id(found)

    def look_at_try(self, call_id: UUID) -> None:
        self._end(call_id)

    def _end(self, call_id: UUID) -> None:
        looks = self._looks.pop(call_id, 0)
        if not attempts.end_attempt(call_id=call_id, at=self._now(), is_final=looks >= MOST_LOOKS):
            self._looks[call_id] = looks + 1
            self._wake_at(self._now().timestamp() + ASK_AGAIN_AFTER, "callback_try", call_id)
