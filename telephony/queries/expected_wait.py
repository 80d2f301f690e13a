"""How long somebody in a queue will probably wait yet: who is ahead of them, how fast calls are done, who gives up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum

from telephony.models import Agent, Callback, Offer, QueueAgent, QueueStay
from telephony.routing.expectation import HANDLE_SECONDS, expected_wait, mean_patience
from tenants.prepared import Compiled, given

ANSWER_SECONDS = 5.0
"""How long a phone rings until it is picked up, while nothing is known."""
LEAST_ABANDONED = 5
"""Fewer callers who gave up today say nothing about how patient callers are."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Of a queue today, in seconds: how long one call takes an agent up, until a phone is picked up, and what callers
    bear on average before they hang up (None: not known).
    """

    handle: float = HANDLE_SECONDS
    answer: float = ANSWER_SECONDS
    patience: float | None = None


def pace_of(queue_id: int, midnight: datetime) -> Pace:
    rang = ExpressionWrapper(F("answered_at") - F("offered_at"), DurationField())
    talks = Offer.objects.filter(
        stay__queue_id=queue_id,
        offered_at__gte=midnight,
        outcome=Offer.Outcome.BRIDGED,
        wrap_up_ended_at__isnull=False,
    )
    work = F("talk_seconds") + F("hold_seconds") + F("wrap_up_seconds")
    found = talks.order_by().aggregate(work=Avg(work), rang=Avg(rang))
    answer = found["rang"].total_seconds() if found["rang"] is not None else ANSWER_SECONDS
    handle = found["work"] + answer if found["work"] is not None else HANDLE_SECONDS
    return Pace(handle=handle, answer=answer, patience=_patience(queue_id, midnight))


def _patience(queue_id: int, midnight: datetime) -> float | None:
    waited = ExpressionWrapper(F("left_at") - F("entered_at"), DurationField())
    gave_up = Q(exit=QueueStay.Exit.ABANDONED)
    stays = QueueStay.objects.filter(queue_id=queue_id, entered_at__gte=midnight, left_at__isnull=False)
    found = stays.order_by().aggregate(waited=Sum(waited), abandoned=Count("pk", filter=gave_up))
    if found["abandoned"] < LEAST_ABANDONED:
        return None
    return mean_patience(found["waited"].total_seconds(), found["abandoned"])


def ahead_of(stay: QueueStay) -> int:
    """Callers and callbacks of the queue that the router would offer before this one, and that ring nobody yet."""
    own = _place(stay.waiting_since, stay.priority)
    ringing = Offer.objects.filter(ended_at=None, answered_at=None, stay__isnull=False).values("stay_id")
    others = QueueStay.objects.filter(queue_id=stay.queue_id, left_at=None).exclude(pk=stay.pk)
    waiting = others.exclude(pk__in=ringing).values_list("entered_at", "priority", "routing__waiting_since")
    places = [
        _place(datetime.fromisoformat(kept) if kept else entered_at, priority)
        for entered_at, priority, kept in waiting
    ]
    promised = Callback.objects.filter(
        queue_id=stay.queue_id, ended_at=None, state=Callback.State.WAITING
    ).exclude(origin_id=stay.call_id)
    places += [
        _place(since, priority) for since, priority in promised.values_list("waiting_since", "priority")
    ]
    return sum(place < own for place in places)


def _place(since: datetime, priority: int) -> tuple[float, float]:
    """As routing.line orders works: the time waited plus the priority, then the earlier."""
    return since.timestamp() - priority, since.timestamp()


def working_in(queue_ids: Collection[int], *, at: datetime) -> dict[int, int]:
    """By queue, the agents who are signed in and ready, whether they talk or not; a queue without any is not in it."""
    if not queue_ids:
        return {}
    return dict(_working(queues=list(queue_ids), at=at))


def _places_of_working() -> QuerySet[Any, Any]:
    places = QueueAgent.objects.filter(
        Q(until=None) | Q(until__gt=given("at")),
        queue_id__among=given("queues"),
        agent__is_active=True,
        agent__presence=Agent.Presence.ONLINE,
        agent__routing_status=Agent.RoutingStatus.READY,
    )
    return places.order_by().values_list("queue_id").annotate(agents=Count("pk"))


_working = Compiled(_places_of_working)


def expected_seconds(stay: QueueStay, pace: Pace, *, at: datetime) -> float | None:
    """Until a phone rings for this caller, from now; None when nobody works who could take the call."""
    working = working_in({stay.queue_id}, at=at)
    return expected_wait(
        position=ahead_of(stay) + 1,
        free=0,
        working=working.get(stay.queue_id, 0),
        handle_seconds=pace.handle,
        patience_seconds=pace.patience,
    )
