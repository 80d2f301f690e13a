"""How long a caller who has just come will probably wait, worked out once and kept with the stay."""

from datetime import datetime, timedelta

from telephony.models import Offer, QueueStay
from telephony.queries.expected_wait import Pace, expected_seconds, pace_of

KEPT = timedelta(seconds=60)
"""How long the day's means of a queue are taken for true."""


class Estimates:
    """Call within the tenant, after the caller was offered to whoever was free: nobody waits for this."""

    def __init__(self) -> None:
        self._paces: dict[int, tuple[datetime, Pace]] = {}

    def note(self, stay: QueueStay, *, midnight: datetime, at: datetime) -> None:
        """Seconds from entering to the answer: those before a phone rings, and those until it is picked up."""
        pace = self._pace(stay.queue_id, midnight, at)
        is_ringing = Offer.objects.filter(stay_id=stay.pk, ended_at=None).exists()
        before = 0.0 if is_ringing else expected_seconds(stay, pace, at=at)
        if before is not None:
            QueueStay.objects.filter(pk=stay.pk).update(expected_wait_seconds=round(before + pace.answer, 1))

    def _pace(self, queue_id: int, midnight: datetime, at: datetime) -> Pace:
        known = self._paces.get(queue_id)
        if known is None or at - known[0] > KEPT:
            self._paces[queue_id] = known = at, pace_of(queue_id, midnight)
        return known[1]
