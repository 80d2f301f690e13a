"""Promises to call back: as work for the router, as a list for people, and how well they were kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from telephony.models import Callback, Queue
from telephony.queries.routables import asks_of_queue, work_from
from telephony.routing import Work

State = Callback.State
WAITS = (State.WAITING, State.RETRY)
MOST_MEASURED = 5000


def work_id(callback_id: UUID) -> int:
    """Stays are counted up from 1 and callbacks down from 0: the two never meet, and still compare."""
    return -callback_id.int


def callback_id_of(work: Any) -> UUID | None:
    """None for the work of a caller who waits."""
    return UUID(int=-work) if isinstance(work, int) and work < 0 else None


def waiting_callbacks() -> QuerySet[Callback]:
    """Those that wait for an agent or for a later moment, the longest waiting first."""
    return (
        Callback.objects.filter(state__in=WAITS, ended_at=None, queue__state=Queue.State.OPEN)
        .select_related("queue")
        .prefetch_related("queue__queue_skills")
        .order_by(F("waiting_since"), "pk")
    )


def callback_work(callback: Callback) -> Work:
    """In line since the caller began to wait, asking for what the caller asked for; one phone at a time is rung."""
    asks = callback.routing.get("asks") or _asks_of_queue(callback)
    kept = float(callback.routing.get("kept") or 0.0)
    return work_from(
        asks | {"together": 1},
        work_id(callback.pk),
        callback.queue_id,
        callback.waiting_since,
        float(callback.priority),
        kept=kept,
    )


def _asks_of_queue(callback: Callback) -> dict[str, Any]:
    like_a_stay: Any = SimpleNamespace(
        queue=callback.queue,
        queue_id=callback.queue_id,
        priority=callback.priority,
        target_agent_id=None,
    )
    return asks_of_queue(like_a_stay)


def open_callback(number: str, queue_id: int) -> Callback | None:
    return Callback.objects.filter(number=number, queue_id=queue_id, ended_at=None).first()


def callback_by_key(key: str) -> Callback | None:
    """By the link the customer has; anything else finds nothing."""
    return Callback.objects.select_related("queue").filter(cancel_key=key).first() if key else None


def callback(callback_id: UUID) -> Callback | None:
    return callbacks(shown="all").filter(pk=callback_id).first()


def callbacks(*, queue_id: int | None = None, shown: str = "open") -> QuerySet[Callback]:
    """`shown` is open, done, missed, cancelled or all; open ones in the order they are kept, others newest first."""
    which = {
        "open": Q(ended_at=None),
        "done": Q(state=State.DONE),
        "missed": Q(state=State.MISSED),
        "cancelled": Q(state=State.CANCELLED),
    }
    found = Callback.objects.filter(which.get(shown, Q())).select_related("queue", "agent", "origin")
    found = found if queue_id is None else found.filter(queue_id=queue_id)
    order = ("waiting_since", "pk") if shown == "open" else ("-asked_at", "pk")
    return found.prefetch_related("tries__agent").order_by(*order)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of `tried` callbacks so many were first tried within their window, `late` after it; `median_minutes` from asking
    to the first try, `reached` of the `ended` ones. None where there is nothing to divide by.
    """

    tried: int
    in_time: int
    late: int
    ended: int
    reached: int
    median_minutes: float | None

    @property
    def share(self) -> float | None:
        return self.in_time / self.tried if self.tried else None


def promises_kept(since: datetime, until: datetime, queue_id: int | None = None) -> Kept:
    """Of callbacks asked for in the period; cancelled ones are nobody's broken promise.

    First tried before the window is in time: nobody minds being called earlier than they were told.
    """
    found = Callback.objects.filter(asked_at__gte=since, asked_at__lt=until).exclude(state=State.CANCELLED)
    found = found if queue_id is None else found.filter(queue_id=queue_id)
    rows = list(
        found.values_list("asked_at", "first_tried_at", "promised_until", "state", "ended_at")[:MOST_MEASURED]
    )
    tried = [(asked, first, end) for asked, first, end, _state, _ended in rows if first]
    in_time = sum(1 for _asked, first, end in tried if end is None or first <= end)
    waits = [(first - asked) / timedelta(minutes=1) for asked, first, _end in tried]
    return Kept(
        tried=len(tried),
        in_time=in_time,
        late=len(tried) - in_time,
        ended=sum(1 for row in rows if row[4]),
        reached=sum(1 for row in rows if row[3] == State.DONE),
        median_minutes=median(waits) if waits else None,
    )
