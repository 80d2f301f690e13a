"""Availability of one tenant between two moments: one definition for pages, exports and credits.

1 − downtime / time counted. Downtime: when a part that counts (parts.COUNTED) did not answer, in the cell where the
tenant lived, or in all, or a watcher outside that counts did not reach us; several at once count once. Time counted:
all of it without agreed maintenance and without what was before the first probe. What nobody saw is neither up nor
down: it is told beside the figure, with what the figure would be if it had been down.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from django.db.models import Q

from tenants.billing import months
from tenants.billing.fees import contract_periods
from tenants.context import enter_public
from tenants.models import Contract, Tenant
from tenants.service.models import AgreedWindow, CellStay, MonthAvailability, PartSpan
from tenants.service.parts import COUNTED, cell_of
from tenants.service.queries.watch import first_look, last_look
from tenants.service.spans import Span, clipped, common, merged, seconds, without

HUNDRED = Decimal(100)
SHOWN = Decimal("0.001")


@dataclass(frozen=True)
class Touched:
    """An outage (or a gap) that touched the tenant: what of it counts against us, in seconds."""

    span: PartSpan
    counted: int
    excluded: int


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds of the time between `start` and `end`."""

    start: datetime
    end: datetime
    counted: int
    maintenance: int = 0
    unmeasured: int = 0
    down: int = 0
    unknown: int = 0
    outages: list[Touched] = field(default_factory=list)

    @property
    def percent(self) -> Decimal | None:
        return percent(self.counted, self.down)

    @property
    def worst_percent(self) -> Decimal | None:
        """If all that nobody saw had been down."""
        return percent(self.counted, self.down + self.unknown)


def percent(counted: int, down: int) -> Decimal | None:
    """Rounded down to three places: what is shown as kept was kept. None where no time counts."""
    if counted <= 0:
        return None
    return (HUNDRED - HUNDRED * down / counted).quantize(SHOWN, ROUND_DOWN)


def is_missed(counted: int, down: int, promised: Decimal) -> bool:
    """By the exact seconds, nothing rounded."""
    return down * HUNDRED > (HUNDRED - promised) * counted


def measure(tenant: Tenant, start: datetime, end: datetime, at: datetime) -> Measured:
    """Until now where the end is still to come."""
    start, end = start.astimezone(UTC), min(end, at).astimezone(UTC)
    first, last = first_look(), last_look()
    if end <= start or first is None or last is None or first >= end:
        gone = max(0, round((end - start).total_seconds()))
        return Measured(start=start, end=max(start, end), counted=0, unmeasured=gone)
    seen_from = max(start, first)
    taken = clipped(_agreed(tenant, start, end), seen_from, end)
    touching = list(_touching(tenant, seen_from, end))
    down = merged(piece for row, pieces in touching if row.counts_as == "down" for piece in pieces)
    blind = merged(piece for row, pieces in touching if row.counts_as == "unknown" for piece in pieces)
    if last < end:
        # The watch is away since.
        blind = merged([*blind, (max(last, seen_from), end)]) if end - last > LATE else blind
    return Measured(
        start=start,
        end=end,
        counted=seconds(without([(seen_from, end)], taken)),
        maintenance=seconds(taken),
        unmeasured=seconds([(start, seen_from)]),
        down=seconds(without(down, taken)),
        unknown=seconds(without(without(blind, down), taken)),
        outages=[
            Touched(row, seconds(without(pieces, taken)), seconds(common(pieces, taken)))
            for row, pieces in touching
        ],
    )


LATE = timedelta(seconds=60)


def _agreed(tenant: Tenant, start: datetime, end: datetime) -> list[Span]:
    with enter_public():
        rows = AgreedWindow.objects.filter(starts_at__lt=end, ends_at__gt=start)
        return [(row.starts_at, row.ends_at) for row in rows if row.is_agreed and row.concerns(tenant.pk)]


def _touching(tenant: Tenant, start: datetime, end: datetime) -> Iterator[tuple[PartSpan, list[Span]]]:
    """Each span of a counted part that is not up, with what of it lay where the tenant lived then."""
    homes = homes_of(tenant, start, end)
    with enter_public():
        is_told = Q(part__in=COUNTED) | Q(is_counted=True, state=PartSpan.State.DOWN)
        found = PartSpan.objects.filter(is_told, began_at__lt=end).exclude(state=PartSpan.State.UP)
        rows = list(found.filter(Q(ended_at=None) | Q(ended_at__gt=start)).order_by("began_at", "pk"))
    for row in rows:
        if row.counts_as == PartSpan.State.UP:
            continue
        pieces = clipped([(row.began_at, row.end(end))], start, end)
        if cell := cell_of(row.part, row.place):
            pieces = common(pieces, homes.get(cell, []))
        if pieces:
            yield row, pieces


def homes_of(tenant: Tenant, start: datetime, end: datetime) -> dict[str, list[Span]]:
    """Cell → when the tenant lived there. Before anybody looked, where it was found first."""
    with enter_public():
        stays = list(CellStay.objects.filter(tenant_id=tenant.pk).order_by("since"))
    if not stays:
        return {tenant.cell: [(start, end)]}
    found: dict[str, list[Span]] = {}
    for place, stay in enumerate(stays):
        since = start if place == 0 else stay.since
        found.setdefault(stay.cell, []).append((since, stay.until or max(end, stay.since)))
    return {cell: clipped(spans, start, end) for cell, spans in found.items()}


def cells_of(tenant: Tenant) -> set[str]:
    """Every cell it ever lived in since it is watched."""
    with enter_public():
        return {tenant.cell, *CellStay.objects.filter(tenant_id=tenant.pk).values_list("cell", flat=True)}


def tenants_touched(span: PartSpan, at: datetime) -> list[tuple[Tenant, int]]:
    """Who lived where it was, with the seconds each was there."""
    start, end = span.began_at, max(span.end(at), span.began_at)
    with enter_public():
        tenants = list(Tenant.objects.exclude(schema_name="public").filter(state="active").order_by("name"))
    found = []
    for tenant in tenants:
        pieces = [(start, end)]
        if cell := cell_of(span.part, span.place):
            pieces = common(pieces, homes_of(tenant, start, max(end, start + LATE)).get(cell, []))
        if pieces:
            found.append((tenant, seconds(pieces)))
    return found


# --- months ---


@dataclass(frozen=True)
class OwnMonth:
    """One contract's days of a month, as booked or as they are now."""

    contract: Contract
    first: date
    last: date
    measured: Measured
    row: MonthAvailability | None

    @property
    def promised(self) -> Decimal | None:
        if self.row is not None:
            return self.row.promised_percent
        return self.contract.sla.availability_percent if self.contract.sla else None

    @property
    def is_missed(self) -> bool:
        if self.promised is None:
            return False
        return is_missed(self.measured.counted, self.measured.down, self.promised)


def month_of_tenant(tenant: Tenant, month: date, at: datetime) -> list[OwnMonth]:
    """The contracts of a month, the newest first; each with the time its days came to."""
    with enter_public():
        rows = {
            row.contract_id: row for row in MonthAvailability.objects.filter(tenant_id=tenant.pk, month=month)
        }
        periods = list(contract_periods(tenant, month, months.last_day(month)))
    found = []
    for period in periods:
        start, end = months.moments(period.first, period.last, tenant.time_zone)
        found.append(
            OwnMonth(
                period.contract, period.first, period.last, measure(tenant, start, end, at),
                rows.get(period.contract.pk),
            )
        )  # fmt: skip
    return found


def whole_month(tenant: Tenant, month: date, at: datetime) -> Measured:
    return measure(tenant, *months.bounds(month, tenant.time_zone), at)


def months_seen(tenant: Tenant, at: datetime, most: int = 13) -> list[date]:
    """The newest first, from the tenant's running month back to the one of the first probe."""
    first = first_look()
    month = months.month_of(at, tenant.time_zone)
    found = [month]
    earliest = months.month_of(first, tenant.time_zone) if first else month
    while found[-1] > earliest and len(found) < most:
        found.append(months.first_day(found[-1] - timedelta(days=1)))
    return found


def booked_months(most: int = 200) -> list[MonthAvailability]:
    with enter_public():
        return list(MonthAvailability.objects.select_related("tenant", "contract")[:most])


def missed_until(tenant: Tenant, month: date) -> list[MonthAvailability]:
    """Months with a credit, also of terms that do not hold any more. In the public schema."""
    rows = MonthAvailability.objects.filter(tenant_id=tenant.pk, month__lte=month, booked_at__isnull=False)
    return list(rows.filter(state=MonthAvailability.State.MISSED).order_by("month", "pk"))


def undecided_until(tenant: Tenant, month: date) -> int:
    """Months up to this one whose credit waits for somebody to say what a gap was. In the public schema."""
    rows = MonthAvailability.objects.filter(tenant_id=tenant.pk, month__lte=month)
    return rows.filter(state=MonthAvailability.State.UNDECIDED).count()


def undecided() -> int:
    with enter_public():
        return MonthAvailability.objects.filter(state=MonthAvailability.State.UNDECIDED).count()
