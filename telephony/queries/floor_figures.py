"""The day's figures of every queue at once, made of the same sums as `figures` makes those of one or of all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from telephony import metrics
from telephony.models import Agent, Offer
from telephony.queries.calls import offers, stays
from telephony.queries.figures import Figures, figures_of, service_counts, stay_counts, timed_stays


@dataclass(frozen=True, kw_only=True)
class QueueFigures:
    """Of one queue since midnight. Percent, seconds, counts; None is "nothing to divide by"."""

    queue_id: int
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    service_level: float | None = None
    average_speed_of_answer: float | None = None
    average_handle_time: float | None = None
    average_talk_time: float | None = None
    connect_rate: float | None = None


@dataclass(frozen=True)
class Day:
    """The sums of a period, by queue; what was handled without a stay in a queue stands under None."""

    stays: dict[int, dict[str, Any]]
    handled: dict[int | None, tuple[int, int, int, int]]


def day_by_queue(start: datetime, end: datetime) -> Day:
    """Two queries; a queue in which nobody has been in the period is not in it."""
    counted: Iterable[Any] = (
        timed_stays(stays(start, end)).order_by().values("queue_id").annotate(**stay_counts())
    )
    return Day({row["queue_id"]: dict(row) for row in counted}, _handled_by_queue(start, end))


def figures_of_queues(day: Day) -> dict[int, QueueFigures]:
    return {
        queue_id: _figures(found, day.handled.get(queue_id, (0, 0, 0, 0)))
        for queue_id, found in day.stays.items()
    }


def figures_of_all(day: Day) -> Figures:
    """As `figures` of all queues, without counting the rows once more."""
    total: dict[str, Any] = dict.fromkeys(stay_counts(), 0) | {"answer_wait": timedelta()}
    for found in day.stays.values():
        total = {name: value + (found[name] or type(value)()) for name, value in total.items()}
    talk, hold, wrap_up, handled = (
        sum(place) for place in zip((0, 0, 0, 0), *day.handled.values(), strict=True)
    )
    return figures_of(total, (talk, hold, wrap_up, handled))


def figures_by_queue(start: datetime, end: datetime) -> dict[int, QueueFigures]:
    return figures_of_queues(day_by_queue(start, end))


def _figures(found: dict, sums: tuple[int, int, int, int]) -> QueueFigures:
    talk, hold, wrap_up, handled = sums
    wait = found["answer_wait"].total_seconds() if found["answer_wait"] else 0.0
    return QueueFigures(
        queue_id=found["queue_id"],
        offered=found["offered"],
        answered=found["answered"],
        abandoned=found["abandoned"],
        service_level=metrics.service_level_f3(service_counts(found)),
        average_speed_of_answer=metrics.average_speed_of_answer(wait, found["answered"]),
        average_handle_time=metrics.average_handle_time(talk, hold, wrap_up, handled),
        average_talk_time=metrics.average_talk_time(talk, handled),
        connect_rate=metrics.connect_rate(found["answered"], found["offered"]),
    )


def _handled_by_queue(start: datetime, end: datetime) -> dict[int | None, tuple[int, int, int, int]]:
    bridged = offers(start, end).filter(outcome=Offer.Outcome.BRIDGED, talk_ended_at__isnull=False)
    rows = (
        bridged.order_by()
        .values("stay__queue_id")
        .annotate(
            talk=Coalesce(Sum("talk_seconds"), 0),
            hold=Coalesce(Sum("hold_seconds"), 0),
            wrap=Coalesce(Sum("wrap_up_seconds"), 0),
            n=Count("pk"),
        )
    )
    return {row["stay__queue_id"]: (row["talk"], row["hold"], row["wrap"], row["n"]) for row in rows}


def agents_online(queue_ids: list[int] | None = None) -> int:
    """Signed in at this moment, of these queues."""
    online = Agent.objects.filter(is_active=True, presence=Agent.Presence.ONLINE)
    if queue_ids is not None:
        online = online.filter(Q(queue_agents__queue_id__in=queue_ids)).distinct()
    return online.count()
