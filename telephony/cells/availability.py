"""The availability budget: five nines leave 5.26 minutes a year, and our own probes tell what was used of them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from telephony.cells.models import AvailabilityDay, Outage
from tenants.context import enter_public

PROBE_EVERY = 10.0
LATE_AFTER = 45.0
"""Seconds between two probes after which the time between them counts as unseen."""
TARGET = 0.99999
YEAR = timedelta(days=365.25)
NEEDED = ("database", "worker", "switch")
"""Without one of these a caller may not be served."""
UNSEEN = "probe"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Seconds; `budget` is what the target leaves of a year, `used` what was down or unseen in the last one."""

    since: date | None
    up: float
    down: float
    unseen: float
    budget: float = YEAR.total_seconds() * (1 - TARGET)

    @property
    def used(self) -> float:
        return self.down + self.unseen

    @property
    def left(self) -> float:
        return max(0.0, self.budget - self.used)

    @property
    def availability(self) -> float | None:
        """A share of 1 of the time since the first probe; None before there is any."""
        seen = self.up + self.used
        return self.up / seen if seen else None


@transaction.atomic
def note_probe(*, at: datetime, down: list[str]) -> None:
    """Write down what a probe found; `down` names the parts that did not answer. Safe to repeat."""
    with enter_public():
        last = AvailabilityDay.objects.select_for_update().order_by("-day").first()
        if last is None:
            AvailabilityDay.objects.create(day=at.astimezone(UTC).date(), last_probe_at=at)
            return
        passed = (at - last.last_probe_at).total_seconds()
        if passed <= 0:
            return
        began = last.last_probe_at
        missing = [part for part in down if part in NEEDED] or ([UNSEEN] if passed > LATE_AFTER else [])
        _add(last, began, at, missing)
        _follow_outage(began, at, missing)


def _add(last: AvailabilityDay, began: datetime, until: datetime, missing: list[str]) -> None:
    """The span since the last probe, split at midnight."""
    while began < until:
        midnight = datetime.combine(
            began.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC
        )
        end = min(until, midnight)
        day, _new = AvailabilityDay.objects.get_or_create(
            day=began.astimezone(UTC).date(), defaults={"last_probe_at": end}
        )
        name = "up_seconds" if not missing else "unseen_seconds" if missing == [UNSEEN] else "down_seconds"
        setattr(day, name, getattr(day, name) + (end - began).total_seconds())
        day.last_probe_at = max(end, last.last_probe_at)
        day.save()
        began = end


def _follow_outage(began: datetime, at: datetime, missing: list[str]) -> None:
    running = Outage.objects.filter(ended_at=None).first()
    if missing == [UNSEEN]:
        # Nothing is known of the time between: it is an outage that is over with this probe.
        if running is None:
            Outage.objects.create(began_at=began, ended_at=at, parts=missing)
        return
    if missing and running is None:
        Outage.objects.create(began_at=began, parts=sorted(missing))
    elif missing and running is not None:
        running.parts = sorted({*running.parts, *missing})
        running.save(update_fields=["parts"])
    elif running is not None:
        running.ended_at = at
        running.save(update_fields=["ended_at"])


def budget(today: date) -> Budget:
    """Of the year that ends today."""
    with enter_public():
        days = AvailabilityDay.objects.filter(day__gt=today - YEAR)
        sums = days.aggregate(up=Sum("up_seconds"), down=Sum("down_seconds"), unseen=Sum("unseen_seconds"))
        first = days.order_by("day").values_list("day", flat=True).first()
    return Budget(since=first, up=sums["up"] or 0.0, down=sums["down"] or 0.0, unseen=sums["unseen"] or 0.0)


def outages(most: int = 50) -> list[Outage]:
    with enter_public():
        return list(Outage.objects.order_by("-began_at")[:most])
