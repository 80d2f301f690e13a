"""For how many days a sound is kept: what the tenant decides, between the floor and the ceiling of the law. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`ceiling` None: the law knows none."""

    floor: int = 0
    ceiling: int | None = None
    law: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One version of the tenant's rule, and the law's limits. `days` and `queues`: by kind; None keeps for good."""

    version: int = 0
    days: Mapping[str, int | None] = field(default_factory=dict)
    queues: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def days_of(self, kind: str, queue_id: int | None) -> int | None:
        """None: kept for good."""
        own = self.queues.get(queue_id, {}) if queue_id is not None else {}
        return self.bounded(kind, own.get(kind, self.days.get(kind)))

    def bounded(self, kind: str, days: int | None) -> int | None:
        limit = self.limits.get(kind, Limit())
        if days is None:
            return limit.ceiling
        bounded = max(days, limit.floor)
        return bounded if limit.ceiling is None else min(bounded, limit.ceiling)
