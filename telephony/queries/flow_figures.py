"""What becomes of callers who enter a flow, variant by variant, and how long they wait after a key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Aggregate, Case, Count, Exists, FloatField, OuterRef, Q, QuerySet, Value, When

from telephony import metrics
from telephony.models import Call, FlowStep, QueueStay, SurveyAnswer
from telephony.queries.surveys import COUNTS, Satisfaction

HUMAN, MESSAGE, SERVED, LEFT = "human", "message", "served", "left"
PEOPLE = ("agent", "external")
MESSAGES = ("voicemail", "callback")


class Percentile(Aggregate):
    """`Percentile("column", 0.95)`: the smallest value seen that so large a share does not exceed."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: str, share: float, **extra: Any) -> None:
        super().__init__(expression, share=float(share), **extra)


@dataclass(frozen=True, kw_only=True)
class FlowOutcome:
    """Ended calls that entered a flow, each counted once: `entered` = human + message + served + left.

    human: waited in a queue, or was put through. message: left one, or asked to be called back. served: the flow
    answered them. left: hung up on the way, or was hung up on.
    """

    entered: int = 0
    human: int = 0
    message: int = 0
    served: int = 0
    satisfaction: Satisfaction = Satisfaction()

    @property
    def left(self) -> int:
        return self.entered - self.human - self.message - self.served

    @property
    def containment(self) -> float | None:
        return metrics.containment(self.served, self.entered)

    @property
    def containment_interval(self) -> tuple[float, float] | None:
        return metrics.wilson_interval(self.served, self.entered)

    @property
    def transfer_rate(self) -> float | None:
        return metrics.human_transfer_rate(self.human, self.entered)

    @property
    def transfer_interval(self) -> tuple[float, float] | None:
        return metrics.wilson_interval(self.human, self.entered)

    @property
    def csat_interval(self) -> tuple[float, float] | None:
        return metrics.wilson_interval(self.satisfaction.csat_satisfied, self.satisfaction.csat_answers)


@dataclass(frozen=True, kw_only=True)
class Variant:
    node: str
    exit: str
    outcome: FlowOutcome


@dataclass(frozen=True, kw_only=True)
class KeyWaits:
    """From a key to the first sound after it, in milliseconds; None where no key was pressed."""

    keys: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


def flow_calls(start: datetime, end: datetime) -> QuerySet[Call]:
    """Ended calls that arrived within [start, end) and entered a flow, with `way`: how they left it."""
    steps = FlowStep.objects.filter(call_id=OuterRef("pk"))
    asked_for_people = Exists(QueueStay.objects.filter(call_id=OuterRef("pk"))) | Exists(
        steps.filter(kind__in=PEOPLE)
    )
    way = Case(
        When(asked_for_people, then=Value(HUMAN)),
        When(Exists(steps.filter(kind__in=MESSAGES)), then=Value(MESSAGE)),
        When(is_self_served=True, then=Value(SERVED)),
        default=Value(LEFT),
    )
    found = Call.objects.filter(arrived_at__gte=start, arrived_at__lt=end, ended_at__isnull=False)
    return found.filter(flow_version__isnull=False).annotate(way=way)


_WAYS: dict[str, Any] = {
    "entered": Count("pk"),
    HUMAN: Count("pk", filter=Q(way=HUMAN)),
    MESSAGE: Count("pk", filter=Q(way=MESSAGE)),
    SERVED: Count("pk", filter=Q(way=SERVED)),
}


def outcome_by_flow(start: datetime, end: datetime) -> dict[int, FlowOutcome]:
    """By the flow's id, all its versions together."""
    calls = flow_calls(start, end).order_by()
    rated = _ratings(start, end, "call__flow_version__flow_id")
    found = {}
    for row in calls.values("flow_version__flow_id").annotate(**_WAYS):
        counted: dict[str, Any] = dict(row)
        flow_id = counted.pop("flow_version__flow_id")
        found[flow_id] = FlowOutcome(**counted, satisfaction=rated.get(flow_id, Satisfaction()))
    return found


def _ratings(start: datetime, end: datetime, column: str) -> dict[Any, Satisfaction]:
    answers = SurveyAnswer.objects.filter(call__arrived_at__gte=start, call__arrived_at__lt=end)
    grouped = answers.order_by().values(column).annotate(**COUNTS)
    return {row.pop(column): Satisfaction(**row) for row in grouped}


def variants_of(flow_id: int, start: datetime, end: datetime) -> list[Variant]:
    """Each way out of each split of the flow, as those who took it fared; a caller counts once in a split."""
    splits = FlowStep.objects.filter(
        kind="split",
        version__flow_id=flow_id,
        call__arrived_at__gte=start,
        call__arrived_at__lt=end,
        call__ended_at__isnull=False,
    ).exclude(exit="")
    pairs = sorted(set(splits.values_list("node", "exit")))
    return [
        Variant(node=node, exit=exit, outcome=_of_variant(splits, node, exit, start, end))
        for node, exit in pairs
    ]


def _of_variant(
    splits: QuerySet[FlowStep], node: str, exit: str, start: datetime, end: datetime
) -> FlowOutcome:
    took = splits.filter(node=node, exit=exit).values("call_id")
    ways = flow_calls(start, end).filter(pk__in=took).aggregate(**_WAYS)
    rated = SurveyAnswer.objects.filter(call_id__in=took).aggregate(**COUNTS)
    return FlowOutcome(**ways, satisfaction=Satisfaction(**rated))


def key_waits(start: datetime, end: datetime) -> dict[int, KeyWaits]:
    """By flow: of the steps a caller left by a key, how soon the next sound began."""
    steps = FlowStep.objects.filter(
        entered_at__gte=start, entered_at__lt=end, answer_milliseconds__isnull=False
    )
    grouped = (
        steps.order_by()
        .values("version__flow_id")
        .annotate(
            keys=Count("pk"),
            p50=Percentile("answer_milliseconds", 0.5),
            p95=Percentile("answer_milliseconds", 0.95),
            p99=Percentile("answer_milliseconds", 0.99),
        )
        .values("version__flow_id", "keys", "p50", "p95", "p99")
    )
    counted: list[dict[str, Any]] = [dict(row) for row in grouped]
    return {row.pop("version__flow_id"): KeyWaits(**row) for row in counted}


def way_of_call(call: Call) -> list[FlowStep]:
    """The nodes a caller went through, in order, each with the title the version gave it."""
    steps = list(FlowStep.objects.filter(call=call).select_related("version__flow"))
    titles = _titles(step.version.document for step in steps[:1])
    for step in steps:
        step.title = titles.get(step.node, "") or step.node  # type: ignore[attr-defined]
    return steps


def _titles(documents: Iterable[dict[str, Any]]) -> dict[str, str]:
    return {
        str(node.get("id")): str(node.get("title") or "")
        for document in documents
        for node in document.get("nodes", ())
    }
