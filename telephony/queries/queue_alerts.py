"""How each queue stands against its limits at this moment, and what rang."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from telephony import metrics
from telephony.models import AlertTerms, Queue, QueueAlert
from telephony.queries.expected_wait import Pace, pace_of, working_in
from telephony.queries.floor_figures import QueueFigures, figures_by_queue
from telephony.queries.queues import QueueState, queue_states, waiting_stays
from telephony.routing.staffing import Line, agents_to_add, next_callers_wait

Kind = QueueAlert.Kind
PACE_KEPT = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One queue now. `expected_wait_seconds` is that of somebody who came now; None: nobody works."""

    queue: Queue
    waiting: int
    longest_seconds: float
    working: int
    expected_wait_seconds: float | None
    service_level: float | None
    decided: int
    line: Line


@dataclass(frozen=True, kw_only=True)
class Breach:
    kind: str
    value: float
    limit: float


class Paces:
    """The day's means of each queue, taken for true for a minute: whoever looks every few seconds keeps one of these
    for each tenant.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[datetime, Pace]] = {}

    def of(self, queue_id: int, midnight: datetime, at: datetime) -> Pace:
        known = self._known.get(queue_id)
        if known is None or at - known[0] > PACE_KEPT:
            self._known[queue_id] = known = at, pace_of(queue_id, midnight)
        return known[1]


def limits_by_queue() -> dict[int, AlertTerms]:
    """Of open queues; those without any are not in it. One row may stand for all that have none of their own."""
    terms = list(AlertTerms.objects.all())
    own = {one.queue_id: one for one in terms if one.queue_id is not None}
    others = next((one for one in terms if one.queue_id is None), None)
    if not terms:
        return {}
    found = {}
    for queue_id in Queue.objects.filter(state=Queue.State.OPEN).values_list("pk", flat=True):
        limits = own.get(queue_id, others)
        if limits is not None:
            found[queue_id] = limits
    return found


def standings(queue_ids: Collection[int] | None, *, at: datetime, paces: Paces) -> list[Standing]:
    """Of these queues, or of all. Five queries, and three for each queue in which somebody waits, once a minute."""
    midnight = _midnight(at)
    day = figures_by_queue(midnight, midnight + timedelta(days=1))
    return standings_with(day, queue_ids, at=at, paces=paces)


def standings_with(
    day: Mapping[int, QueueFigures], queue_ids: Collection[int] | None, *, at: datetime, paces: Paces
) -> list[Standing]:
    """The same with the day's figures at hand."""
    queues = list(Queue.objects.all() if queue_ids is None else Queue.objects.filter(pk__in=queue_ids))
    if not queues:
        return []
    midnight = _midnight(at)
    working = working_in([queue.pk for queue in queues], at=at)
    waited = _waited([queue.pk for queue in queues], at)
    found = []
    for queue, state in zip(queues, queue_states(queues), strict=True):
        pace = paces.of(queue.pk, midnight, at) if waited.get(queue.pk) else Pace()
        line = Line(
            waited_seconds=waited.get(queue.pk, ()),
            free=min(state.agents_free, working.get(queue.pk, 0)),
            working=working.get(queue.pk, 0),
            handle_seconds=pace.handle,
            patience_seconds=pace.patience,
        )
        found.append(_standing(queue, state, line, day.get(queue.pk)))
    return found


def _midnight(at: datetime) -> datetime:
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _waited(queue_ids: list[int], at: datetime) -> Mapping[int, list[float]]:
    found: dict[int, list[float]] = {}
    for queue_id, entered_at in waiting_stays(queue_ids).values_list("queue_id", "entered_at"):
        found.setdefault(queue_id, []).append(max(0.0, (at - entered_at).total_seconds()))
    return found


def _standing(queue: Queue, state: QueueState, line: Line, day: QueueFigures | None) -> Standing:
    return Standing(
        queue=queue,
        waiting=line.waiting,
        longest_seconds=max(line.waited_seconds, default=0.0),
        working=line.working,
        expected_wait_seconds=next_callers_wait(line),
        service_level=day.service_level if day else None,
        decided=day.answered + day.abandoned if day else 0,
        line=line,
    )


def breaches(standing: Standing, limits: AlertTerms) -> list[Breach]:
    """What of the limits is passed now."""
    wait, level = standing.expected_wait_seconds, standing.service_level
    is_judged = standing.decided >= metrics.ENOUGH_CALLS
    looked_at = (
        (Kind.WAITING, float(standing.waiting), limits.waiting_over, 1),
        (Kind.EXPECTED_WAIT, wait if standing.waiting else None, limits.expected_wait_over, 1),
        (Kind.LONGEST_WAIT, standing.longest_seconds, limits.longest_wait_over, 1),
        (Kind.SERVICE_LEVEL, level if is_judged else None, limits.service_level_under, -1),
    )
    found = [
        Breach(kind=kind, value=value, limit=float(limit))
        for kind, value, limit, sign in looked_at
        if value is not None and limit is not None and (value - limit) * sign > 0
    ]
    if limits.rings_when_nobody and standing.waiting and not standing.working:
        found.append(Breach(kind=Kind.NOBODY, value=float(standing.waiting), limit=0.0))
    return found


def lacking(standing: Standing, limits: AlertTerms) -> int | None:
    """How many agents more would bring the next caller's wait to what was promised; None: more than can be found."""
    target = limits.expected_wait_over or limits.longest_wait_over or standing.queue.sl_seconds
    return agents_to_add(standing.line, target_seconds=float(target))


def alerts() -> QuerySet[QueueAlert]:
    """Newest first."""
    return QueueAlert.objects.select_related("queue", "seen_by")


def open_alerts() -> QuerySet[QueueAlert]:
    return alerts().filter(cleared_at=None)


def limits_of(queue_id: int | None) -> AlertTerms | None:
    """A queue's own limits; None: those of all queues without any."""
    return AlertTerms.objects.filter(queue_id=queue_id).first()


def queue_alert(alert_id: int) -> QueueAlert | None:
    return QueueAlert.objects.select_related("queue").filter(pk=alert_id).first()
