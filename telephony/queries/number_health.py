"""How each number that comes in has been doing: its calls, its rounds of the canary, its lines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from telephony import metrics
from telephony.models import Call, FlowCheck, Leg, LineQuality
from telephony.queries.calls import stays
from telephony.queries.figures import stay_counts, timed_stays
from telephony.queries.line_quality import LINE_COUNTS

LOOKED_BACK = timedelta(days=7)
LEAST_GREEN = 99.0
"""Percent of the canary's rounds; below it the number is told as unsteady."""


@dataclass(frozen=True, kw_only=True)
class NumberHealth:
    """Of one number and LOOKED_BACK. Rates are percent; None is "nothing to divide by".

    `calls` came in on it; `lost` of them ended with the switch; `green_rate` is the canary's rounds that went well;
    `connect_rate` (CONN) is of the stays in queues of these calls; `poor_lines` of `lines` are callers below the MOS.
    """

    calls: int = 0
    lost: int = 0
    rounds: int = 0
    green_rate: float | None = None
    connect_rate: float | None = None
    lines: int = 0
    poor_lines: int = 0
    last_call_at: datetime | None = None

    @property
    def is_unsteady(self) -> bool:
        """Something a caller would have noticed, though the last round may have been green."""
        is_red = self.green_rate is not None and self.green_rate < LEAST_GREEN
        seldom = self.connect_rate is not None and self.connect_rate < metrics.LEAST_CONNECT_RATE
        return bool(is_red or self.lost or (seldom and self.calls >= metrics.ENOUGH_CALLS))


def number_health(at: datetime) -> dict[str, NumberHealth]:
    """By number, of every number that was called or looked at within LOOKED_BACK before `at`."""
    start = at - LOOKED_BACK
    came, rounds, waited, heard = _calls(start, at), _rounds(start, at), _stays(start, at), _lines(start, at)
    return {
        number: NumberHealth(**came.get(number, {}), **rounds.get(number, {}), **waited.get(number, {}),
                             **heard.get(number, {}))
        for number in {*came, *rounds}
    }  # fmt: skip


def _calls(start: datetime, end: datetime) -> dict[str, dict]:
    found = Call.objects.filter(
        direction=Call.Direction.INBOUND, arrived_at__gte=start, arrived_at__lt=end
    ).exclude(number="")
    lost = Count("pk", filter=Q(exit=Call.Exit.LOST))
    rows = found.order_by().values("number").annotate(calls=Count("pk"), lost=lost)
    newest = dict(
        found.order_by("number", "-arrived_at").distinct("number").values_list("number", "arrived_at")
    )
    return {
        row["number"]: {"calls": row["calls"], "lost": row["lost"], "last_call_at": newest[row["number"]]}
        for row in rows
    }


def _rounds(start: datetime, end: datetime) -> dict[str, dict]:
    found = FlowCheck.objects.filter(started_at__gte=start, started_at__lt=end)
    ended = found.exclude(outcome=FlowCheck.Outcome.RUNNING)
    green = Count("pk", filter=Q(outcome=FlowCheck.Outcome.PASSED))
    rows = ended.order_by().values("number").annotate(all=Count("pk"), green=green)
    return {
        row["number"]: {"rounds": row["all"], "green_rate": metrics.ratio(row["green"], row["all"])}
        for row in rows
    }


def _stays(start: datetime, end: datetime) -> dict[str, dict]:
    counts = {name: stay_counts()[name] for name in ("offered", "answered")}
    rows: Any = timed_stays(stays(start, end)).values("call__number").annotate(**counts)
    return {
        row["call__number"]: {"connect_rate": metrics.connect_rate(row["answered"], row["offered"])}
        for row in rows
    }


def _lines(start: datetime, end: datetime) -> dict[str, dict]:
    callers = LineQuality.objects.filter(ended_at__gte=start, ended_at__lt=end, leg__kind=Leg.Kind.CALLER)
    counts = {name: LINE_COUNTS[name] for name in ("lines", "poor_lines")}
    rows: Any = callers.order_by().values("leg__call__number").annotate(**counts)
    return {
        row["leg__call__number"]: {"lines": row["lines"], "poor_lines": row["poor_lines"]} for row in rows
    }
