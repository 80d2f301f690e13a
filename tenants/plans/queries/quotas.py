"""What a tenant may use and uses: floors above add their gauges; each is told in words from 80 % on."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

WARN_AT, URGENT_AT = 80, 95
"""Per cent."""
Figure = int | Decimal


@dataclass(frozen=True)
class Source:
    """`read(tenant)`: (used, the most or None), in the tenant's schema. `words`: what is refused when it is full."""

    key: str
    name: Promise
    unit: Promise
    words: Promise
    read: Callable[[Any], tuple[Figure, Figure | None]]
    place: int


@dataclass(frozen=True)
class Gauge:
    source: Source
    used: Figure
    most: Figure | None

    @property
    def percent(self) -> int | None:
        """Rounded down: 95 is said when 95 % are reached, not before."""
        return int(self.used * 100 / self.most) if self.most else None

    @property
    def state(self) -> str:
        """`good`, `near` from 80 %, `urgent` from 95 %, `full`."""
        percent = self.percent or 0
        if percent >= 100:
            return "full"
        return "urgent" if percent >= URGENT_AT else "near" if percent >= WARN_AT else "good"


_sources: dict[str, Source] = {}


def add_gauge(source: Source) -> None:
    _sources[source.key] = source


def gauges_of(tenant: Any) -> list[Gauge]:
    """To be asked in the tenant's schema."""
    return [
        Gauge(source, *source.read(tenant)) for source in sorted(_sources.values(), key=lambda one: one.place)
    ]
