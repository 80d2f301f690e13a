"""Measured capacity in words: what each figure means, how near the present is, and what was not measured."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from telephony.cells.capacity import LIVE, Gauge
from telephony.cells.models import CapacityMeasurement

NAMES = {
    "calls": gettext_noop("Calls at once"),
    "agents": gettext_noop("Agents at work"),
    "offers": gettext_noop("Offers per second, from the event to the ringing"),
    "decisions": gettext_noop("Routing decisions per second, one core"),
    "events": gettext_noop("Switch events per second, through state and journal"),
    "sockets": gettext_noop("Open pages (sockets)"),
    "parsing": gettext_noop("Switch events read per second, one core"),
    "pop_p99": gettext_noop("Screen pop, p99"),
    "offer_p99": gettext_noop("Event to ringing, p99"),
    "charging": gettext_noop("Call records charged per second"),
}
STATES = {
    "calm": ("good", "●", gettext_noop("far from the limit")),
    "near": ("warning", "◐", gettext_noop("near the limit")),
    "full": ("danger", "▲", gettext_noop("at the limit")),
    "unknown": ("neutral", "○", gettext_noop("not measured")),
}
PARTS = {
    "database": gettext_noop("database"),
    "worker": gettext_noop("telephony worker"),
    "switch": gettext_noop("switch"),
    "probe": gettext_noop("no probe was made"),
}
HARDWARE = {
    "cpu": gettext_noop("processor"),
    "cores": gettext_noop("cores"),
    "memory_gb": gettext_noop("memory, GB"),
    "system": gettext_noop("system"),
    "switch": gettext_noop("switch"),
    "load": gettext_noop("load when it began"),
    "seconds": gettext_noop("seconds it took"),
}


@dataclass(frozen=True)
class ToldGauge:
    """A gauge as the page shows it; `percent` is a whole number from 0 up, or None."""

    name: str
    now: str
    limit: str
    percent: int | None
    meaning: str
    shape: str
    state: str
    how: str
    why_not: str


def told(gauge: Gauge) -> ToldGauge:
    meaning, shape, state = STATES[gauge.state]
    return ToldGauge(
        name=name_of(gauge.id),
        now=_figure(gauge.now),
        limit=_figure(gauge.limit),
        percent=None if gauge.share is None else round(gauge.share * 100),
        meaning=meaning,
        shape=shape,
        state=_(state),
        how=gauge.how,
        why_not=gauge.why_not_run,
    )


def name_of(what: str) -> str:
    return _(NAMES[what]) if what in NAMES else what


def other_figures(measured: CapacityMeasurement | None) -> list[tuple[str, str, str]]:
    """What was measured and is no limit of something counted: (name, figure with unit, how)."""
    found = measured.figures if measured else {}
    return [
        (name_of(what), f"{_figure(said.get('limit'))} {said.get('unit', '')}".strip(), said.get("how", ""))
        for what, said in found.items()
        if what not in LIVE
    ]


def not_run(measured: CapacityMeasurement | None) -> list[tuple[str, str]]:
    return [(name_of(what), str(why)) for what, why in (measured.not_run if measured else {}).items()]


def hardware(measured: CapacityMeasurement | None) -> list[tuple[str, Any]]:
    found = measured.hardware if measured else {}
    return [(_(words), found[name]) for name, words in HARDWARE.items() if name in found]


def parts(named: list[str]) -> str:
    return _(", ").join(_(PARTS[part]) if part in PARTS else part for part in named)


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
