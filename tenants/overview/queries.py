"""The figures of the operators' first page, from public rows alone: nothing is asked of a tenant's schema."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Sum

from tenants.billing.models import Invoice
from tenants.models import Number, Tenant
from tenants.overview.models import FleetDay, FleetMark

DAYS, MONTHS, TOP = 30, 12, 10


@dataclass(frozen=True)
class DayOfFleet:
    day: date
    legs: int
    minutes: int


def days_of_fleet(today: date) -> list[DayOfFleet]:
    """The last thirty days, those without a call included."""
    first = today - timedelta(days=DAYS - 1)
    rows = FleetDay.objects.filter(day__gte=first, day__lte=today).values("day")
    told = {row["day"]: row for row in rows.annotate(all_legs=Sum("legs"), all_seconds=Sum("seconds"))}
    found = []
    for place in range(DAYS):
        row = told.get(day := first + timedelta(days=place), {"all_legs": 0, "all_seconds": 0})
        found.append(DayOfFleet(day, row["all_legs"], round(row["all_seconds"] / 60)))
    return found


def busiest_tenants(today: date) -> list[tuple[Tenant, int]]:
    """(tenant, minutes) of the last seven days, most first."""
    rows = FleetDay.objects.filter(day__gt=today - timedelta(days=7), day__lte=today).values("tenant")
    top = rows.annotate(all_seconds=Sum("seconds")).order_by("-all_seconds", "tenant")[:TOP]
    tenants = Tenant.objects.in_bulk([row["tenant"] for row in top])
    return [(tenants[row["tenant"]], round(row["all_seconds"] / 60)) for row in top]


def counted_at() -> datetime | None:
    return FleetMark.objects.filter(pk=1).values_list("counted_at", flat=True).first()


def tenants_by_state() -> dict[str, int]:
    rows = Tenant.objects.exclude(schema_name="public").values_list("state").order_by("state")
    return dict(rows.annotate(Count("pk")))


def numbers_by_state() -> dict[str, int]:
    return dict(Number.objects.values_list("state").order_by("state").annotate(Count("pk")))


def money_by_month(today: date) -> dict[str, list[tuple[date, Decimal]]]:
    """Currency → (month, sum of its invoices) of the last twelve months, the empty ones included."""
    months = [months_back(today, back) for back in range(MONTHS - 1, -1, -1)]
    rows = Invoice.objects.filter(month__gte=months[0]).values_list("currency", "month").order_by("currency")
    sums: dict[str, dict[date, Decimal]] = {}
    for currency, month, total in rows.annotate(Sum("total")):
        sums.setdefault(currency, {})[month] = total
    return {
        currency: [(month, told.get(month, Decimal(0))) for month in months]
        for currency, told in sums.items()
    }


def months_back(day: date, back: int) -> date:
    """The first day of the month so many months ago; 0 is this one."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)
