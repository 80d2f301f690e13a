"""Fees of a month, by days: plan and seats from the contracts, numbers from who had them.

The ledger is only added to, so each run works out what the month's fees should be, compares that with what
is written, and adds the difference. A fee that changed is taken back whole and written anew, so that both
can be read.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from tenants.billing import months, rounding
from tenants.billing.models import ZERO, Charge, PriceList
from tenants.billing.queries import charges_of, price_list_on
from tenants.models import Contract, NumberAssignment, Tenant
from tenants.plans.queries import paid_from
from tenants.queries import contracts_between


class FeeKey(NamedTuple):
    """What makes two rows parts of one fee."""

    kind: str
    source: str
    label: str
    unit_price: Decimal
    currency: str


class Fee(NamedTuple):
    """What one fee of the month should come to."""

    key: FeeKey
    quantity: Decimal
    amount: Decimal
    price_list: PriceList | None = None


class Period(NamedTuple):
    """Days of one month a contract holds, both included."""

    contract: Contract
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def text(self) -> str:
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


@transaction.atomic
def rate_seats(*, tenant: Tenant, month: date) -> int:
    """Plan fee, modules, and seats beyond those included, by the days each contract holds. How many periods have no
    prices.
    """
    month = months.first_day(month)
    fees: list[Fee] = []
    missing = 0
    for period in contract_periods(tenant, month):
        price_list = price_list_on(period.contract.plan_id, period.first)
        if price_list is None:
            missing += 1
        else:
            fees += _fees_of(period, price_list)
            fees += _module_fees(period, price_list)
    _bring_to(tenant, month, (Charge.Kind.PLAN, Charge.Kind.SEATS, Charge.Kind.MODULE), fees)
    return missing


@transaction.atomic
def rate_numbers(*, tenant: Tenant, month: date) -> None:
    """Each number's fee for the days the tenant had it: from the day it was assigned, without the day it
    went back.
    """
    month = months.first_day(month)
    start, end = months.bounds(month, tenant.time_zone)
    lent = NumberAssignment.objects.filter(tenant=tenant, assigned_at__lt=end).select_related("number")
    fees = [
        _number_fee(each, tenant, month)
        for each in lent
        if each.returned_at is None or each.returned_at >= start
    ]
    _bring_to(tenant, month, (Charge.Kind.NUMBER,), [fee for fee in fees if fee is not None])


def contract_periods(tenant: Tenant, month: date) -> Iterator[Period]:
    """The contracts of a month, newest first; where two overlap the one that began later counts."""
    latest = months.last_day(month)
    for contract in contracts_between(tenant, month, latest):
        first = max(contract.starts_on, month)
        last = min(contract.ends_on or latest, latest)
        if first <= last:
            yield Period(contract, first, last)
            latest = first - timedelta(days=1)


def _fees_of(period: Period, price_list: PriceList) -> Iterator[Fee]:
    contract, plan = period.contract, period.contract.plan
    source, label = f"contract:{contract.pk}:{price_list.pk}", f"{plan.name} {period.text}"
    extra_seats = max(contract.seats - plan.included_seats, 0)
    whole = months.days_in(period.first)
    share = rounding.share_of_month(period.days, whole)
    if price_list.plan_fee:
        key = FeeKey(Charge.Kind.PLAN, source, label, price_list.plan_fee, price_list.currency)
        yield Fee(key, share, rounding.prorated(price_list.plan_fee, period.days, whole), price_list)
    if extra_seats and price_list.seat_fee:
        monthly = price_list.seat_fee * extra_seats
        key = FeeKey(
            Charge.Kind.SEATS, source, f"{label} × {extra_seats}", price_list.seat_fee, price_list.currency
        )
        quantity = rounding.share_of_month(period.days * extra_seats, whole)
        yield Fee(key, quantity, rounding.prorated(monthly, period.days, whole), price_list)


def _module_fees(period: Period, price_list: PriceList) -> Iterator[Fee]:
    """Each module from the day it was there to the end of the period: switched off in it, it is paid to its end."""
    contract, whole = period.contract, months.days_in(period.first)
    start, end = months.moments(period.first, period.last, contract.tenant.time_zone)
    for price in price_list.module_prices.all():
        first = paid_from(contract, price.module, start, end)
        if first is None or not price.monthly_fee:
            continue
        paid = Period(contract, first, period.last)
        source = f"module:{price.module}:{contract.pk}:{price_list.pk}"
        label = f"{price.label} {paid.text}"
        key = FeeKey(Charge.Kind.MODULE, source, label, price.monthly_fee, price_list.currency)
        quantity = rounding.share_of_month(paid.days, whole)
        yield Fee(key, quantity, rounding.prorated(price.monthly_fee, paid.days, whole), price_list)


def _number_fee(lent: NumberAssignment, tenant: Tenant, month: date) -> Fee | None:
    number, whole = lent.number, months.days_in(month)
    first = max(months.day_of(lent.assigned_at, tenant.time_zone), month)
    after = months.next_month(month)
    if lent.returned_at is not None:
        after = min(after, months.day_of(lent.returned_at, tenant.time_zone))
    days = (after - first).days
    if days <= 0 or not number.monthly_fee:
        return None
    label = f"{number.e164} {first.isoformat()}/{(after - timedelta(days=1)).isoformat()}"
    key = FeeKey(Charge.Kind.NUMBER, f"assignment:{lent.pk}", label, number.monthly_fee, number.currency)
    return Fee(key, rounding.share_of_month(days, whole), rounding.prorated(number.monthly_fee, days, whole))


def _bring_to(tenant: Tenant, month: date, kinds: tuple[str, ...], fees: list[Fee]) -> None:
    """Add rows until the ledger says what these fees say, and nothing else, for these kinds."""
    written = charges_of(tenant, month).filter(kind__in=kinds).order_by("id")
    is_now: dict[FeeKey, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for row in written:
        key = FeeKey(row.kind, row.source_key.partition("#")[0], row.label, row.unit_price, row.currency)
        quantity, amount = is_now[key]
        is_now[key] = quantity + row.quantity, amount + row.amount
    should = {fee.key: fee for fee in fees}
    for key in is_now:
        should.setdefault(key, Fee(key, ZERO, ZERO))
    changed = [fee for key, fee in should.items() if is_now[key] != (fee.quantity, fee.amount)]
    rows = [
        _row(tenant, month, fee, is_now[fee.key], len(written) + n) for n, fee in enumerate(changed, start=1)
    ]
    # The number in the key makes a second run at the same time collide instead of charging twice.
    Charge.objects.bulk_create(rows, ignore_conflicts=True)


def _row(tenant: Tenant, month: date, fee: Fee, is_now: tuple[Decimal, Decimal], number: int) -> Charge:
    key = fee.key
    return Charge(
        tenant=tenant,
        month=month,
        kind=key.kind,
        source_key=f"{key.source}#{number}",
        label=key.label,
        quantity=fee.quantity - is_now[0],
        unit_price=key.unit_price,
        amount=fee.amount - is_now[1],
        currency=key.currency,
        price_list=fee.price_list,
        price_version=fee.price_list.version if fee.price_list else 0,
    )
