"""What this installation was measured to bear, and how near the present is to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony.cells.models import CapacityMeasurement, Lease
from tenants.context import enter_public

LIVE = {
    "calls": "calls_live",
    "agents": "agents_online",
    "offers": "offers_per_second",
    "decisions": "offers_per_second",
    "events": "facts_per_second",
    "sockets": "sockets",
}
"""By measurement the present figure it is the limit of."""
NEAR, FULL = 0.7, 0.9


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """One limit and the present. `share` is now ÷ limit; `state` is calm, near or full, or unknown without a limit."""

    id: str
    limit: float | None
    unit: str
    how: str
    now: float | None
    why_not_run: str = ""

    @property
    def share(self) -> float | None:
        return self.now / self.limit if self.limit and self.now is not None else None

    @property
    def state(self) -> str:
        if self.share is None:
            return "unknown"
        return "full" if self.share >= FULL else "near" if self.share >= NEAR else "calm"


def keep_measurement(
    *, at: datetime, hardware: dict[str, Any], figures: dict[str, Any], not_run: dict[str, str]
) -> CapacityMeasurement:
    """`figures` by id: {"limit", "unit", "how"}; `not_run` by id: why."""
    with enter_public():
        return CapacityMeasurement.objects.create(
            measured_at=at, hardware=hardware, figures=figures, not_run=not_run
        )


def latest_measurement() -> CapacityMeasurement | None:
    with enter_public():
        return CapacityMeasurement.objects.order_by("-measured_at").first()


def reported_load() -> dict[str, float]:
    """What the acting workers of all cells last said, summed."""
    with enter_public():
        reports = [lease.report for lease in Lease.objects.all()]
    names = ("facts_per_second", "offers_per_second", "legs_live")
    return {name: sum(float(report.get(name) or 0) for report in reports) for name in names}


def gauges(measured: CapacityMeasurement | None, now: dict[str, float]) -> list[Gauge]:
    """One for each figure that has a meaning for operators, measured or not."""
    figures = measured.figures if measured else {}
    not_run = measured.not_run if measured else {}
    return [
        Gauge(
            id=name,
            limit=figures.get(name, {}).get("limit"),
            unit=figures.get(name, {}).get("unit", ""),
            how=figures.get(name, {}).get("how", ""),
            now=now.get(live),
            why_not_run="" if name in figures else str(not_run.get(name, "")),
        )
        for name, live in LIVE.items()
    ]


__all__ = ["LIVE", "Gauge", "gauges", "keep_measurement", "latest_measurement", "reported_load"]
