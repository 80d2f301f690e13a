"""An agent's own day against its targets: the same rows and formulas as the reports, of one agent, since midnight."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum
from django.utils import timezone

from telephony import metrics
from telephony.models import FigureTarget, Offer, Queue, QueueAgent
from telephony.queries.calls import offers
from telephony.queries.surveys import satisfaction, survey_answers
from telephony.queries.worktime import WorkTime, work_time_by_agent

Figure = FigureTarget.Figure
LESS_IS_BETTER = frozenset({Figure.AHT, Figure.ATT, Figure.MISSED})
UNITS = {Figure.AHT: "seconds", Figure.ATT: "seconds", Figure.OCC: "percent", Figure.CSAT: "percent"}
GLOSSARY_IDS = {
    Figure.HANDLED: "HANDLED",
    Figure.AHT: "AHT",
    Figure.ATT: "ATT",
    Figure.MISSED: "RONA",
    Figure.OCC: "OCC",
    Figure.CSAT: "CSAT",
}
_BRIDGED = Q(outcome=Offer.Outcome.BRIDGED, talk_ended_at__isnull=False)


@dataclass(frozen=True, kw_only=True)
class OwnFigure:
    """`value` None: nothing to divide by. `unit` is seconds, percent or "". `queue` None: of all queues."""

    id: str
    name: str
    unit: str
    value: float | None
    target: float | None
    queue: Queue | None = None

    @property
    def is_met(self) -> bool | None:
        """None: there is no target, or nothing to compare."""
        if self.target is None or self.value is None:
            return None
        return self.value <= self.target if self.id in LESS_IS_BETTER else self.value >= self.target

    @property
    def definition(self) -> str:
        """Its id in the glossary and the reports."""
        return GLOSSARY_IDS[Figure(self.id)]


def own_figures(agent_id: int, now: datetime) -> list[OwnFigure]:
    """All figures of all queues, then those a queue of this agent has a target of its own for."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=1)
    zone = timezone.get_current_timezone_name()
    work = work_time_by_agent(start, min(end, now), zone).get(agent_id, WorkTime())
    served = QueueAgent.objects.filter(agent_id=agent_id).values("queue_id")
    targets = list(
        FigureTarget.objects.filter(Q(queue=None) | Q(queue__in=served))
        .select_related("queue")
        .order_by("queue__name", "pk")
    )
    house = {target.figure: target.value for target in targets if target.queue_id is None}
    values = _values(agent_id, start, end, work)
    found = [_figure(figure, values, house.get(figure)) for figure in Figure]
    by_queue: dict[int, dict[str, float | None]] = {}
    for target in targets:
        if target.queue_id is None:
            continue
        if target.queue_id not in by_queue:
            by_queue[target.queue_id] = _values(agent_id, start, end, work, target.queue_id)
        # Agents serve several queues, so a queue has no occupancy.
        if target.figure != Figure.OCC:
            found.append(
                _figure(Figure(target.figure), by_queue[target.queue_id], target.value, target.queue)
            )
    return found


def _figure(
    figure: FigureTarget.Figure,
    values: dict[str, float | None],
    target: float | None,
    queue: Queue | None = None,
) -> OwnFigure:
    return OwnFigure(
        id=str(figure),
        name=str(figure.label),
        unit=UNITS.get(figure, ""),
        value=values[figure],
        target=target,
        queue=queue,
    )


def _values(
    agent_id: int, start: datetime, end: datetime, work: WorkTime, queue_id: int | None = None
) -> dict[str, float | None]:
    own = offers(start, end).filter(agent_id=agent_id)
    rated = survey_answers(start, end).filter(agent_id=agent_id)
    if queue_id is not None:
        own, rated = own.filter(stay__queue_id=queue_id), rated.filter(queue_id=queue_id)
    sums = own.order_by().aggregate(
        handled=Count("pk", filter=_BRIDGED),
        missed=Count("pk", filter=Q(outcome=Offer.Outcome.MISSED) & ~Q(kind=Offer.Kind.DIAL)),
        talk=Sum("talk_seconds", filter=_BRIDGED, default=0),
        hold=Sum("hold_seconds", filter=_BRIDGED, default=0),
        wrap_up=Sum("wrap_up_seconds", filter=_BRIDGED, default=0),
    )
    handled = sums["handled"]
    asked = satisfaction(rated)
    return {
        Figure.HANDLED: handled,
        Figure.AHT: metrics.average_handle_time(sums["talk"], sums["hold"], sums["wrap_up"], handled),
        Figure.ATT: metrics.average_talk_time(sums["talk"], handled),
        Figure.MISSED: sums["missed"],
        Figure.OCC: metrics.occupancy(work.contact, work.idle) if queue_id is None else None,
        Figure.CSAT: metrics.customer_satisfaction(asked.csat_satisfied, asked.csat_answers),
    }
