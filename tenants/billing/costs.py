"""What a month cost us for each tenant, by recorded lines, beside what it pays: cost per call, per seat, margin."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db.models import Sum

from tenants.billing import activity, months, rounding
from tenants.billing.fees import contract_periods
from tenants.billing.models import ZERO, Charge, CostLine, LedgerDay
from tenants.context import enter, every_tenant
from tenants.models import Tenant

CALLS = (Charge.Kind.INBOUND, Charge.Kind.OUTBOUND, Charge.Kind.INTERNAL)
CENT = Decimal("0.01")


class Share(NamedTuple):
    """A tenant's part of one line. `weight` of `of_all`: its seconds or seat-days among those who share it."""

    line: CostLine
    amount: Decimal
    weight: int
    of_all: int

    @property
    def is_own(self) -> bool:
        return self.line.tenant_id is not None


class TenantMonth(NamedTuple):
    """One tenant's month in one currency."""

    tenant: Tenant
    currency: str
    revenue: Decimal
    shares: list[Share]
    calls: int
    seats: Decimal

    @property
    def cost(self) -> Decimal:
        return sum((share.amount for share in self.shares), ZERO)

    @property
    def by_kind(self) -> list[tuple[str, Decimal]]:
        sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for share in self.shares:
            sums[share.line.kind] += share.amount
        return [(str(kind.label), sums[kind]) for kind in CostLine.Kind if kind in sums]

    @property
    def margin(self) -> Decimal:
        return self.revenue - self.cost

    @property
    def margin_percent(self) -> Decimal | None:
        return _over(self.margin * 100, self.revenue)

    @property
    def per_call(self) -> Decimal | None:
        return _over(self.cost, Decimal(self.calls))

    @property
    def per_seat(self) -> Decimal | None:
        return _over(self.cost, self.seats)


def _over(above: Decimal, below: Decimal) -> Decimal | None:
    return (above / below).quantize(CENT, ROUND_HALF_UP) if below > 0 else None


class Weights(NamedTuple):
    """How much each tenant (by id) used, of those who are charged in one currency."""

    seconds: dict[int, int]
    seat_days: dict[int, int]

    def of(self, kind: str) -> dict[int, int]:
        """The carrier's by the seconds of calls, the rest by seats and days; by the other one when nobody has any."""
        first, second = self.seconds, self.seat_days
        if kind != CostLine.Kind.CARRIER:
            first, second = second, first
        return first if sum(first.values()) else second


def month_of_costs(month: date, tenants: Sequence[Tenant] | None = None) -> list[TenantMonth]:
    """Every tenant with revenue, costs or seats in the month, by name; a row for each currency."""
    month = months.first_day(month)
    tenants = list(every_tenant()) if tenants is None else list(tenants)
    everybody = list(every_tenant())
    seat_days = {tenant.pk: _seat_days(tenant, month) for tenant in everybody}
    shares = shares_of(month, everybody, seat_days)
    revenue = _revenue(month)
    found = []
    for tenant in tenants:
        currencies = {currency for pk, currency in (*shares, *revenue) if pk == tenant.pk}
        currencies |= {tenant.currency} if seat_days.get(tenant.pk) else set()
        for currency in sorted(currencies):
            found.append(
                TenantMonth(
                    tenant=tenant,
                    currency=currency,
                    revenue=revenue.get((tenant.pk, currency), ZERO),
                    shares=shares.get((tenant.pk, currency), []),
                    calls=_handled(tenant, month),
                    seats=(Decimal(seat_days.get(tenant.pk, 0)) / months.days_in(month)).quantize(CENT),
                )
            )
    return found


def _handled(tenant: Tenant, month: date) -> int:
    with enter(tenant.schema_name):
        return activity.handled_calls(*months.bounds(month, tenant.time_zone))


def _seat_days(tenant: Tenant, month: date) -> int:
    periods = contract_periods(tenant, month, months.last_day(month))
    return sum(period.contract.seats * period.days for period in periods)


def _revenue(month: date) -> dict[tuple[int, str], Decimal]:
    rows = LedgerDay.objects.filter(month=month).order_by().values_list("tenant", "currency")
    return {(tenant, currency): amount for tenant, currency, amount in rows.annotate(Sum("amount"))}


def shares_of(
    month: date, tenants: Sequence[Tenant], seat_days: dict[int, int]
) -> dict[tuple[int, str], list[Share]]:
    """By tenant and currency. A shared line is shared by those who are billed in its currency; the parts of a line add
    up to it exactly.
    """
    weights = {
        currency: _weights(month, [one for one in tenants if one.currency == currency], seat_days)
        for currency in {tenant.currency for tenant in tenants}
    }
    found: dict[tuple[int, str], list[Share]] = defaultdict(list)
    for line in CostLine.objects.filter(month=month).order_by("kind", "id"):
        if line.tenant_id is not None:
            found[line.tenant_id, line.currency].append(Share(line, line.amount, 1, 1))
        elif line.currency in weights:
            for tenant, share in _split(line, weights[line.currency].of(line.kind)):
                found[tenant, line.currency].append(share)
    return found


def unshared(month: date) -> list[CostLine]:
    """Lines that nobody carries: no tenant is billed in their currency, or none had a seat or a call."""
    tenants = list(every_tenant())
    seat_days = {tenant.pk: _seat_days(tenant, month) for tenant in tenants}
    carried = {share.line.pk for shares in shares_of(month, tenants, seat_days).values() for share in shares}
    return [line for line in CostLine.objects.filter(month=month) if line.pk not in carried]


def _weights(month: date, tenants: Sequence[Tenant], seat_days: dict[int, int]) -> Weights:
    known = [tenant.pk for tenant in tenants]
    rows = LedgerDay.objects.filter(month=month, tenant__in=known, kind__in=CALLS).order_by()
    seconds = {pk: int(sum_) for pk, sum_ in rows.values_list("tenant").annotate(Sum("seconds"))}
    return Weights(seconds, {pk: seat_days[pk] for pk in known if seat_days.get(pk)})


def _split(line: CostLine, weights: dict[int, int]) -> list[tuple[int, Share]]:
    return [
        (tenant, Share(line, amount, weights[tenant], sum(weights.values())))
        for tenant, amount in split(line.amount, weights).items()
    ]


def split(amount: Decimal, weights: dict[int, int]) -> dict[int, Decimal]:
    """By weight, to six places; what is owed by each and all before it, less what those before owe: it adds up."""
    whole, passed, owed, parts = sum(weights.values()), 0, ZERO, {}
    for key in sorted(weights):
        passed += weights[key]
        until = rounding.to_micro(amount * passed / whole)
        parts[key], owed = until - owed, until
    return parts
