"""How long callers who have just come will probably wait, worked out once and kept with the stay."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from telephony import actions
from telephony.models import Offer, QueueStay
from telephony.queries.expected_wait import Pace, pace_of, working_in
from telephony.routing.expectation import expected_wait
from tenants.prepared import Compiled, given

KEPT = timedelta(seconds=60)
"""How long the day's means of a queue are taken for true."""

_ringing = Compiled(
    lambda: Offer.objects.filter(stay_id__among=given("stays"), ended_at=None).values_list(
        "stay_id", flat=True
    )
)


class Estimates:
    """Call within the tenant, after callers were offered to whoever was free: nobody waits for this."""

    def __init__(self) -> None:
        self._paces: dict[int, tuple[datetime, Pace]] = {}

    def note(
        self, stays: Sequence[QueueStay], ahead: Mapping[int, int], *, midnight: datetime, at: datetime
    ) -> None:
        """Seconds from entering to the answer: those before a phone rings, and those until it is picked up.

        `ahead` has, by stay, how many the router will ask for before it: it knows priorities and time kept.
        """
        ids = [stay.pk for stay in stays]
        ringing = set(_ringing(stays=ids))
        working = working_in({stay.queue_id for stay in stays if stay.pk not in ringing}, at=at)
        known = []
        for stay in stays:
            pace = self._pace(stay.queue_id, midnight, at)
            before: float | None = 0.0
            if stay.pk not in ringing:
                before = expected_wait(
                    position=ahead.get(stay.pk, 0) + 1,
                    free=0,
                    working=working.get(stay.queue_id, 0),
                    handle_seconds=pace.handle,
                    patience_seconds=pace.patience,
                )
            if before is not None:
                stay.expected_wait_seconds = round(before + pace.answer, 1)
                known.append(stay)
        actions.keep_expected_waits(known)

    def _pace(self, queue_id: int, midnight: datetime, at: datetime) -> Pace:
        known = self._paces.get(queue_id)
        if known is None or at - known[0] > KEPT:
            self._paces[queue_id] = known = at, pace_of(queue_id, midnight)
        return known[1]
