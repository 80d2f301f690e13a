"""Reads of prices, the ledger and invoices. All take the tenant: the tables are shared by all."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum

from tenants.billing import windows
from tenants.billing.models import Charge, Direction, Invoice, LedgerDay, Price, PriceList, TemporarySeats
from tenants.models import Number, Tenant
from tenants.queries import contract_on, contracts_between

LONGEST_PREFIX = 15


def prices_on(tenant: Tenant, day: date, *, direction: str, number: str, other_number: str) -> list[Price]:
    """What may hold for a tenant's call on a day, the nearest first, with their list; one question to the database.
    `price_at` says which of them does.
    """
    plan = contracts_between(tenant, day, day).values("plan_id")[:1]
    price_list = _lists_on(day).filter(plan=Subquery(plan)).values("pk")[:1]
    prices = Price.objects.filter(price_list=Subquery(price_list)).select_related("price_list")
    return _nearest(prices, direction, number, other_number)


def price_at(prices: Sequence[Price], answered_at: datetime, time_zone: str) -> Price | None:
    """Of the nearest first: the one whose hours hold at the moment the call was answered, through its whole length."""
    minute = windows.minute_of(answered_at.astimezone(ZoneInfo(time_zone)))
    return next((price for price in prices if price.window.holds(minute)), None)


def why_unpriced(tenant: Tenant, day: date) -> str:
    """What is missing when there is no price; one question to the database."""
    lists = _lists_on(day).filter(plan=OuterRef("plan"))
    found = (
        contracts_between(tenant, day, day)
        .annotate(has_list=Exists(lists))
        .values_list("has_list", flat=True)
    )
    has_list = next(iter(found[:1]), None)
    if has_list is None:
        return Charge.Reason.NO_CONTRACT
    return Charge.Reason.NO_PRICE if has_list else Charge.Reason.NO_PRICE_LIST


def _lists_on(day: date) -> QuerySet[PriceList]:
    """Newest first."""
    return PriceList.objects.filter(valid_from__lte=day).order_by("-valid_from", "-version")


def price_list_on(plan_id: int, day: date) -> PriceList | None:
    """The newest list of a plan that holds on a day."""
    return _lists_on(day).filter(plan=plan_id).first()


def prices_of(price_list: PriceList, *, direction: str, number: str, other_number: str) -> list[Price]:
    return _nearest(price_list.prices.all(), direction, number, other_number)


def _nearest(prices: QuerySet[Price], direction: str, number: str, other_number: str) -> list[Price]:
    """Inbound: those of the kind of the tenant's number, then of any kind. Others: the longest prefix that fits first.
    Of one destination, those with hours before the one for all other times.
    """
    prices = prices.filter(direction=direction)
    if direction == Direction.INBOUND:
        kind = Number.objects.filter(e164=number).values_list("kind", flat=True).first() or ""
        found = prices.filter(number_kind__in={kind, ""}).order_by("id")
        return sorted(found, key=lambda price: (not price.number_kind, price.window.is_rest))
    prefixes = [other_number[:length] for length in range(len(other_number[:LONGEST_PREFIX]) + 1)]
    found = prices.filter(prefix__in=prefixes).order_by("id")
    return sorted(found, key=lambda price: (-len(price.prefix), price.window.is_rest))


def seats_on(tenant: Tenant, day: date) -> int | None:
    """Of the contract, and those lent for some days; None without a contract, which sets no limit."""
    contract = contract_on(tenant, day)
    if contract is None:
        return None
    lent = TemporarySeats.objects.filter(tenant=tenant, first_day__lte=day, last_day__gte=day)
    return contract.seats + (lent.aggregate(sum=Sum("seats"))["sum"] or 0)


def charges_of(tenant: Tenant, month: date) -> QuerySet[Charge]:
    return Charge.objects.filter(tenant=tenant, month=month)


def charges_behind(
    tenant: Tenant, month: date, *, kind: str = "", label: str | None = None, only_unpriced: bool = False
) -> QuerySet[Charge]:
    """The charges a line adds up, newest first; all of the month when nothing is asked."""
    found = unpriced_of(tenant, month) if only_unpriced else charges_of(tenant, month)
    if kind:
        found = found.filter(kind=kind)
    if label is not None:
        found = found.filter(label=label)
    return found.order_by("-started_at", "-id")


def unpriced_charges() -> QuerySet[Charge]:
    """Legs that still have no priced row, of every tenant."""
    priced = Charge.objects.filter(
        tenant=OuterRef("tenant"), leg_id=OuterRef("leg_id"), kind=OuterRef("kind"), state=Charge.State.PRICED
    )
    return Charge.objects.filter(Q(state=Charge.State.UNPRICED), ~Exists(priced))


def unpriced_of(tenant: Tenant, month: date) -> QuerySet[Charge]:
    return unpriced_charges().filter(tenant=tenant, month=month)


class Usage(NamedTuple):
    """Charges of one kind, label, unit price and currency, added up."""

    kind: str
    label: str
    unit_price: Decimal
    currency: str
    quantity: Decimal
    amount: Decimal
    charge_count: int
    rule: str = ""

    @property
    def rule_text(self) -> str:
        """How a part of a fee was worked out, in words; "" for what needs none."""
        return str(Charge.Rule(self.rule).label) if self.rule else ""

    @property
    def kind_text(self) -> str:
        return str(Charge.Kind(self.kind).label)

    @property
    def is_of_minutes(self) -> bool:
        return self.kind in OF_MINUTES


OF_MINUTES = {
    Charge.Kind.INBOUND,
    Charge.Kind.OUTBOUND,
    Charge.Kind.INTERNAL,
    Charge.Kind.ADJUSTMENT,
    Charge.Kind.BUNDLE,
    Charge.Kind.RERATED,
}
_ORDER = {
    kind: place
    for place, kind in enumerate(
        (
            *("plan", "seats", "module", "number", "setup", "custom", "one_off"),
            *("inbound", "outbound", "internal", "adjustment", "rerated", "bundle", "discount", "credit"),
        )
    )
}


def usage(tenant: Tenant, month: date) -> list[Usage]:
    """The month so far, in the order of an invoice: fees first, then calls, what is taken off last."""
    return usage_by_month(tenant, month, month).get(month, [])


def usage_by_month(tenant: Tenant, first: date, last: date) -> dict[date, list[Usage]]:
    """Months that have charges, each as `usage`."""
    rows = (
        LedgerDay.objects.filter(tenant=tenant, month__range=(first, last), state=Charge.State.PRICED)
        .values_list("month", "kind", "label", "unit_price", "currency")
        .annotate(Sum("quantity"), Sum("amount"), Sum("charges"), Max("rule"))
        .order_by("month", "currency", "label", "unit_price")
    )
    found: dict[date, list[Usage]] = defaultdict(list)
    for month, *row in rows:
        found[month].append(Usage(*row))
    return {
        month: sorted(lines, key=lambda row: _ORDER.get(row.kind, len(_ORDER)))
        for month, lines in found.items()
    }


def kinds_of(tenant: Tenant, month: date) -> set[str]:
    """What the month's charges are of."""
    rows = LedgerDay.objects.filter(tenant=tenant, month=month).order_by()
    return set(rows.values_list("kind", flat=True).distinct())


def totals(tenant: Tenant, month: date) -> dict[str, Decimal]:
    """The exact sum of the ledger by currency."""
    rows = LedgerDay.objects.filter(tenant=tenant, month=month).order_by()
    return dict(rows.values_list("currency").annotate(Sum("amount")))


def months_with_charges(tenant: Tenant) -> Iterator[date]:
    """Newest first."""
    months = LedgerDay.objects.filter(tenant=tenant).order_by().values_list("month", flat=True).distinct()
    return iter(sorted(months, reverse=True))


def tenants_charged(month: date) -> set[int]:
    """Ids of those who used or owe something of a month."""
    rows = LedgerDay.objects.filter(month=month).order_by()
    return set(rows.values_list("tenant", flat=True).distinct())


def invoices_of(tenant: Tenant) -> QuerySet[Invoice]:
    return Invoice.objects.filter(tenant=tenant).prefetch_related("lines")
