"""Counts and sums of a period from stays and offers, and the figures metrics.py makes of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Extract
from django.utils import timezone

from telephony import metrics
from telephony.models import Offer, QueueStay
from telephony.queries.calls import offers, stays
from telephony.queries.queues import waiting_stays

_WAIT = ExpressionWrapper(F("left_at") - F("entered_at"), output_field=DurationField())
_ANSWERED = Q(exit=QueueStay.Exit.ANSWERED)
_ABANDONED = Q(exit=QueueStay.Exit.ABANDONED)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a period adds up to. Rates are percent, times are seconds, None is "nothing to divide by".

    `abandoned` counts short abandons too; the service level leaves them out.
    """

    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    flowed_out: int
    waiting: int
    longest_wait_seconds: float | None
    service_level: float | None
    average_speed_of_answer: float | None
    average_handle_time: float | None
    average_talk_time: float | None
    abandon_rate: float | None
    connect_rate: float | None
    service_counts: metrics.ServiceCounts


def figures_today(queue_ids: list[int] | None = None) -> Figures:
    """Since midnight in the active time zone (the tenant's, set at the edge)."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return figures(start, start + timedelta(days=1), queue_ids)


def figures(start: datetime, end: datetime, queue_ids: list[int] | None = None) -> Figures:
    """Of the stays that began within [start, end)."""
    found = dict(timed_stays(stays(start, end, queue_ids)).aggregate(**stay_counts()))
    return figures_of(found, handle_sums(start, end, queue_ids), queue_ids)


def figures_of(
    found: dict[str, Any], sums: tuple[int, int, int, int], queue_ids: list[int] | None = None
) -> Figures:
    """Of what `stay_counts` and `handle_sums` found; who waits is asked now."""
    counts = service_counts(found)
    talk, hold, wrap_up, handled = sums
    wait = (found["answer_wait"] or timedelta()).total_seconds()
    waiting = waiting_stays(queue_ids)
    first = waiting.values_list("entered_at", flat=True).first()
    return Figures(
        offered=found["offered"],
        answered=found["answered"],
        abandoned=found["abandoned"],
        short_abandoned=found["short"],
        flowed_out=found["flowed_out"],
        waiting=waiting.count(),
        longest_wait_seconds=(timezone.now() - first).total_seconds() if first else None,
        service_level=metrics.service_level_f3(counts),
        average_speed_of_answer=metrics.average_speed_of_answer(wait, found["answered"]),
        average_handle_time=metrics.average_handle_time(talk, hold, wrap_up, handled),
        average_talk_time=metrics.average_talk_time(talk, handled),
        abandon_rate=metrics.abandon_rate(found["abandoned"], found["offered"]),
        connect_rate=metrics.connect_rate(found["answered"], found["offered"]),
        service_counts=counts,
    )


def service_counts(found: dict) -> metrics.ServiceCounts:
    return metrics.ServiceCounts(
        answered_within=found["answered_within"],
        answered_later=found["answered"] - found["answered_within"],
        abandoned_within=found["abandoned_within"] - found["short"],
        abandoned_later=found["abandoned"] - found["abandoned_within"],
    )


def handle_sums(
    start: datetime, end: datetime, queue_ids: list[int] | None = None
) -> tuple[int, int, int, int]:
    """Talk, hold and wrap-up seconds and how many conversations, of the offers made within [start, end).

    Conversations that still go on have no length yet: counted, they would make every call look shorter.
    """
    bridged = offers(start, end).filter(outcome=Offer.Outcome.BRIDGED, talk_ended_at__isnull=False)
    if queue_ids is not None:
        bridged = bridged.filter(stay__queue_id__in=queue_ids)
    sums = bridged.order_by().aggregate(
        talk=Coalesce(Sum("talk_seconds"), 0),
        hold=Coalesce(Sum("hold_seconds"), 0),
        wrap_up=Coalesce(Sum("wrap_up_seconds"), 0),
        handled=Count("pk"),
    )
    return sums["talk"], sums["hold"], sums["wrap_up"], sums["handled"]


def timed_stays(rows: QuerySet[QueueStay]) -> QuerySet[QueueStay]:
    """With what `stay_counts` asks for: `wait`, and the same in seconds, `waited`."""
    return rows.order_by().annotate(wait=_WAIT, waited=Extract(_WAIT, "epoch"))


def stay_counts() -> dict[str, Any]:
    """What is counted of `timed_stays`, by name: for all of them, or for each group of them."""
    within = Q(waited__lte=F("sl_seconds"))
    short = _ABANDONED & Q(waited__lt=F("short_abandon_seconds"))
    return {
        "offered": Count("pk"),
        "answered": Count("pk", filter=_ANSWERED),
        "answered_within": Count("pk", filter=_ANSWERED & within),
        "abandoned": Count("pk", filter=_ABANDONED),
        "abandoned_within": Count("pk", filter=_ABANDONED & (within | short)),
        "short": Count("pk", filter=short),
        "flowed_out": Count("pk", filter=Q(exit__in=("flow_out", "voicemail", "lost"))),
        "answer_wait": Sum("wait", filter=_ANSWERED),
    }
