"""How long a caller who has just come will probably wait, worked out once and kept with the stay."""

from datetime import datetime, timedelta

from django.db.models import Avg, ExpressionWrapper, F, Q, fields

from telephony.models import Agent, Offer, QueueAgent, QueueStay
from telephony.routing.expectation import HANDLE_SECONDS, expected_wait

ANSWER_SECONDS = 5.0
"""How long a phone rings until it is picked up, while nothing is known."""
KEPT_SECONDS = 60.0
"""How long the day's means of a queue are taken for true."""


class Estimates:
    """Call within the tenant, after the caller was offered to whoever was free: nobody waits for this."""

    def __init__(self) -> None:
        self._means: dict[int, tuple[datetime, float, float]] = {}

    def note(self, stay: QueueStay, *, midnight: datetime, at: datetime) -> None:
        """Seconds from entering to the answer: those before a phone rings, and those until it is picked up."""
        is_ringing = Offer.objects.filter(stay_id=stay.pk, ended_at=None).exists()
        handle, answer = self._of_queue(stay.queue_id, midnight, at)
        before = 0.0 if is_ringing else _before_ringing(stay, handle, at)
        if before is not None:
            QueueStay.objects.filter(pk=stay.pk).update(expected_wait_seconds=round(before + answer, 1))

    def _of_queue(self, queue_id: int, midnight: datetime, at: datetime) -> tuple[float, float]:
        """Mean seconds an agent is taken up by one call of today, and until it was picked up."""
        known = self._means.get(queue_id)
        if known is None or at - known[0] > timedelta(seconds=KEPT_SECONDS):
            self._means[queue_id] = known = at, *_means(queue_id, midnight)
        return known[1], known[2]


def _means(queue_id: int, midnight: datetime) -> tuple[float, float]:
    rang = ExpressionWrapper(F("answered_at") - F("offered_at"), fields.DurationField())
    talks = Offer.objects.filter(
        stay__queue_id=queue_id,
        offered_at__gte=midnight,
        outcome=Offer.Outcome.BRIDGED,
        wrap_up_ended_at__isnull=False,
    )
    work = F("talk_seconds") + F("hold_seconds") + F("wrap_up_seconds")
    found = talks.order_by().aggregate(work=Avg(work), rang=Avg(rang))
    answer = found["rang"].total_seconds() if found["rang"] is not None else ANSWER_SECONDS
    return (found["work"] + answer if found["work"] is not None else HANDLE_SECONDS), answer


def _before_ringing(stay: QueueStay, handle: float, at: datetime) -> float | None:
    """None when nobody works who could take it."""
    ringing = Offer.objects.filter(ended_at=None, answered_at=None, stay__isnull=False).values("stay_id")
    waiting = QueueStay.objects.filter(queue_id=stay.queue_id, left_at=None)
    ahead = waiting.filter(entered_at__lt=stay.entered_at).exclude(pk__in=ringing).count()
    places = QueueAgent.objects.filter(Q(until=None) | Q(until__gt=at), queue_id=stay.queue_id)
    working = places.filter(
        agent__is_active=True,
        agent__presence=Agent.Presence.ONLINE,
        agent__routing_status=Agent.RoutingStatus.READY,
    )
    return expected_wait(position=ahead + 1, free=0, working=working.count(), handle_seconds=handle)
