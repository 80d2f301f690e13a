"""Reads of what differed between our rows and the switch."""

import time
from dataclasses import dataclass

from django.db.models import QuerySet

from telephony.models import Difference
from telephony.queries.signs import last_word

KEY = "health:truth"
"""Where the watchdog leaves its figures."""
BUCKETS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds from found to healed by which they are counted."""
KINDS = tuple(str(kind) for kind in Difference.Kind.values)


def differences(*, kind: str = "", state: str = "") -> QuerySet[Difference]:
    """Newest first, open ones before healed ones. `state` is "open", "healed" or "" for both."""
    found = Difference.objects.all()
    if kind:
        found = found.filter(kind=kind)
    if state:
        found = found.filter(healed_at__isnull=state == "open")
    return found.order_by("-found_at", "-pk")


def open_differences() -> QuerySet[Difference]:
    return differences(state="open")


@dataclass(frozen=True)
class LastLook:
    """What the watchdog of this cell last said of itself; figures are of the whole cell, since the worker's start."""

    age_seconds: float
    turn_seconds: float
    found: dict[str, int]
    healed: dict[str, int]
    seconds: dict[str, float]
    """From found to healed, added up, by kind."""
    within: dict[str, int]
    """How many healed within so many seconds, by `<kind> <seconds>`."""
    open: dict[str, int]


def last_look() -> LastLook | None:
    """None when it has not been heard of for five minutes, or the cache that keeps its word is away."""
    said = last_word(KEY)
    if said is None:
        return None
    figures = {name: said.get(name, {}) for name in ("found", "healed", "seconds", "within", "open")}
    return LastLook(
        age_seconds=max(0.0, time.time() - said["at"]), turn_seconds=said["turn_seconds"], **figures
    )
