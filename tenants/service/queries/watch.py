"""What is known of the parts: now, by day, and each outage. In the public schema."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Max, Min, Q, QuerySet

from tenants.context import enter_public
from tenants.plans.models import Notice
from tenants.service.models import AgreedWindow, OutsideWatcher, PartDay, PartSpan, WatchClock
from tenants.service.parts import COUNTED, NAMES, OUTSIDE, OUTSIDE_SIP, OUTSIDE_WEB, name_of
from tenants.service.spans import clipped, seconds

BARS = 90
DAY = timedelta(days=1)
SEEN_WITHIN = timedelta(minutes=5)
SILENT = "silent"
State = PartSpan.State


@dataclass(frozen=True, kw_only=True)
class DayBar:
    """One day (UTC) of a part; seconds. `seen` is less than a day at the beginning, and today."""

    day: str
    down: int = 0
    unknown: int = 0
    seen: int = 0

    @property
    def kind(self) -> str:
        if not self.seen:
            return "none"
        return "down" if self.down else "unknown" if self.unknown else "up"


@dataclass(frozen=True, kw_only=True)
class PartNow:
    """A part in one cell, or in all of them together where `place` is ''; `days` oldest first."""

    part: str
    place: str
    state: str
    since: datetime | None
    said: str = ""
    is_counted: bool = False
    days: list[DayBar] = field(default_factory=list)

    @property
    def name(self) -> str:
        return name_of(self.part)


def last_look() -> datetime | None:
    with enter_public():
        return WatchClock.objects.values_list("last_at", flat=True).first()


def first_look() -> datetime | None:
    with enter_public():
        return _of_our_own().aggregate(first=Min("began_at"))["first"]


def _of_our_own() -> QuerySet[PartSpan]:
    """Without what watchers outside saw."""
    return PartSpan.objects.exclude(part__in=OUTSIDE)


def parts_now(at: datetime, *, days: int = BARS) -> list[PartNow]:
    """Every part with its days, as pages list them."""
    with enter_public():
        rows = list(PartSpan.objects.filter(part__in=NAMES, ended_at=None))
        bars = _bars(at, days) | _bars_outside(at, days)
        watchers = {watcher.place: watcher for watcher in OutsideWatcher.objects.all()}
    found = [_now(row, watchers.get(row.place), at, bars.get((row.part, row.place), [])) for row in rows]
    order = list(NAMES)
    return sorted(found, key=lambda one: (order.index(one.part), one.place))


def _now(row: PartSpan, watcher: OutsideWatcher | None, at: datetime, days: list[DayBar]) -> PartNow:
    """Of a watcher that is silent nobody knows what it would see."""
    is_told = row.part not in OUTSIDE or (watcher is not None and not watcher.is_silent(at))
    return PartNow(
        part=row.part, place=row.place, days=days, state=row.state if is_told else State.UNKNOWN,
        since=row.began_at if is_told else row.seen_until, said=row.said if is_told else SILENT,
        is_counted=row.part in COUNTED or (watcher is not None and watcher.is_counted),
    )  # fmt: skip


def _bars_outside(at: datetime, days: int) -> dict[tuple[str, str], list[DayBar]]:
    """From the spans themselves: what a watcher could not deliver for a day comes after that day was over."""
    today = at.astimezone(UTC).date()
    every = [today - n * DAY for n in reversed(range(days))]
    start = datetime.combine(every[0], time.min, UTC)
    rows = PartSpan.objects.filter(part__in=OUTSIDE).filter(Q(ended_at=None) | Q(ended_at__gt=start))
    of_place: dict[tuple[str, str], list[PartSpan]] = {}
    for row in rows:
        of_place.setdefault((row.part, row.place), []).append(row)
    return {place: [_bar(day, spans, at) for day in every] for place, spans in of_place.items()}


def _bar(day: date, rows: list[PartSpan], at: datetime) -> DayBar:
    start = datetime.combine(day, time.min, UTC)
    spent = dict.fromkeys(State.values, 0)
    for row in rows:
        spent[row.state] += seconds(clipped([(row.began_at, row.end(at))], start, start + DAY))
    down, unknown = spent[State.DOWN], spent[State.UNKNOWN]
    return DayBar(day=day.isoformat(), down=down, unknown=unknown, seen=sum(spent.values()))


def _bars(at: datetime, days: int) -> dict[tuple[str, str], list[DayBar]]:
    today = at.astimezone(UTC).date()
    first = today - (days - 1) * DAY
    known: dict[tuple[str, str], dict[date, DayBar]] = {}
    sums = [*PartDay.objects.filter(day__gte=first), *sums_of_day(today, until=at)]
    # Days that are over and not summed up yet, the first minutes after midnight.
    sums += [row for day in days_to_roll(today) if day >= first for row in sums_of_day(day)]
    for row in sums:
        seen = row.up_seconds + row.down_seconds + row.unknown_seconds
        bar = DayBar(day=row.day.isoformat(), down=row.down_seconds, unknown=row.unknown_seconds, seen=seen)
        known.setdefault((row.part, row.place), {})[row.day] = bar
    every = [first + n * DAY for n in range(days)]
    return {
        place: [of_day.get(day) or DayBar(day=day.isoformat()) for day in every]
        for place, of_day in known.items()
    }


def days_to_roll(today: date) -> Iterator[date]:
    """Days before today that have spans and no sums, the oldest first."""
    rolled = PartDay.objects.aggregate(last=Max("day"))["last"]
    first = first_look()
    if first is None:
        return
    day = (rolled + DAY) if rolled else first.astimezone(UTC).date()
    while day < today:
        yield day
        day += DAY


def sums_of_day(day: date, until: datetime | None = None) -> list[PartDay]:
    """Not saved. Of a day (UTC), or of what of it is over."""
    start = datetime.combine(day, time.min, UTC)
    end = min(until, start + DAY) if until else start + DAY
    rows = _of_our_own().filter(began_at__lt=end).filter(Q(ended_at=None) | Q(ended_at__gt=start))
    of_place: dict[tuple[str, str], dict[str, list]] = {}
    for row in rows:
        of_place.setdefault((row.part, row.place), {}).setdefault(row.counts_as, []).append(
            (row.began_at, row.end(end))
        )
    return [
        PartDay(
            part=part, place=place, day=day,
            **{f"{state}_seconds": seconds(clipped(spans, start, end)) for state, spans in by_state.items()},
        )
        for (part, place), by_state in of_place.items()
    ]  # fmt: skip


def outages(
    *, since: datetime | None = None, cells: set[str] | None = None, most: int = 100
) -> list[PartSpan]:
    """Down or not known, the newest first; what is of one look (a restart of the watch) too."""
    with enter_public():
        found = PartSpan.objects.filter(part__in=NAMES).exclude(state=State.UP).order_by("-began_at", "-pk")
        if cells is not None:
            found = found.filter(Q(place__in=["", *cells]) | _counted_outside(cells))
        if since is not None:
            found = found.filter(Q(ended_at=None) | Q(ended_at__gt=since))
        return list(found[:most])


def _counted_outside(cells: set[str]) -> Q:
    """What a watcher outside that counts did not reach, where it touched one of these cells."""
    where = Q(part=OUTSIDE_WEB)
    for cell in ("", *cells):
        where |= Q(part=OUTSIDE_SIP, place__startswith=f"{cell}@")
    return Q(is_counted=True) & where


def outage(span_id: int) -> PartSpan | None:
    with enter_public():
        return PartSpan.objects.exclude(state=State.UP).filter(pk=span_id).first()


def windows_announced(at: datetime) -> list[AgreedWindow]:
    """Not saved: the notices that hold now and are not over, as windows. What nobody notices is no downtime to leave
    out.
    """
    rows = Notice.objects.filter(withdrawn_at=None, ends_at__gt=at, published_at__lte=at)
    rows = rows.exclude(effect=Notice.Effect.NONE).prefetch_related("tenants")
    return [
        AgreedWindow(
            notice_id=row.pk, title=row.title, starts_at=row.starts_at, ends_at=row.ends_at,
            tenant_ids=sorted(tenant.pk for tenant in row.tenants.all()),
            # The watch asks once a minute: who tells it 48 hours ahead has told it 48 hours ahead.
            seen_at=row.published_at if at - row.published_at <= SEEN_WITHIN else at,
        )
        for row in rows
    ]  # fmt: skip
