"""Fees of a month: plan, seats and modules from the contracts, numbers from who had them.

The ledger is only added to, so each run works out what the month's fees should be, compares that with what
is written, and adds the difference. A fee that changed is taken back whole and written anew, so that both
can be read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from tenants.billing import months, rounding
from tenants.billing.models import ZERO, Charge, PriceList
from tenants.billing.queries import charges_of, price_list_on
from tenants.models import Contract, NumberAssignment, Tenant
from tenants.plans.queries import paid_from
from tenants.plans.queries.trials import days_of_trial
from tenants.queries import contracts_between

OWN = "fee:"
"""What sources of fees begin with where items may be booked in the same kind."""


class FeeKey(NamedTuple):
    """What makes two rows parts of one fee."""

    kind: str
    source: str
    label: str
    unit_price: Decimal
    currency: str


class Fee(NamedTuple):
    """What one fee of the month should come to, and the rule that says how."""

    key: FeeKey
    quantity: Decimal
    amount: Decimal
    price_list: PriceList | None = None
    rule: str = ""


class Period(NamedTuple):
    """Days a contract holds, both included."""

    contract: Contract
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def text(self) -> str:
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


@transaction.atomic(savepoint=False)
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
    written = charges_of(tenant, month).filter(kind=Charge.Kind.NUMBER)
    bring_to(tenant, month, written, [fee for fee in fees if fee is not None])


def contract_periods(tenant: Tenant, first: date, last: date) -> Iterator[Period]:
    """The contracts of these days, newest first; where two overlap the one that began later counts. The days of a trial
    are paid by nobody, whatever holds on them.
    """
    trial = days_of_trial(tenant)
    latest = last
    for contract in contracts_between(tenant, first, last):
        begin = max(contract.starts_on, first)
        end = min(contract.ends_on or latest, latest)
        if begin <= end:
            yield from (Period(contract, *part) for part in _outside(trial, begin, end))
            latest = begin - timedelta(days=1)


def _outside(trial: tuple[date, date] | None, first: date, last: date) -> Iterator[tuple[date, date]]:
    """What of these days is not in the trial, the later part first."""
    if trial is None or trial[1] < first or trial[0] > last:
        yield first, last
        return
    if trial[1] < last:
        yield trial[1] + timedelta(days=1), last
    if first < trial[0]:
        yield first, trial[0] - timedelta(days=1)


def part_rule(days: int, whole: int) -> str:
    return Charge.Rule.MONTH_DAYS if days != whole else ""


def module_fees(period: Period, price_list: PriceList) -> Iterator[Fee]:
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
        amount = rounding.prorated(price.monthly_fee, paid.days, whole)
        yield Fee(key, quantity, amount, price_list, part_rule(paid.days, whole))


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
    amount = rounding.prorated(number.monthly_fee, days, whole)
    return Fee(key, rounding.share_of_month(days, whole), amount, None, part_rule(days, whole))


def fees_written(tenant: Tenant, month: date, kinds: Sequence[str]) -> Iterable[Charge]:
    """Rows of the month's own fees: neither what was booked by hand, nor years paid ahead."""
    own = ~Q(kind=Charge.Kind.DISCOUNT) | Q(source_key__startswith=OWN)
    return charges_of(tenant, month).filter(own, kind__in=kinds).exclude(source_key__startswith="year:")


def bring_to(tenant: Tenant, month: date, written: Iterable[Charge], fees: Iterable[Fee]) -> None:
    """Add rows to the month until those written say what these fees say, and nothing else."""
    rows = list(written)
    is_now: dict[FeeKey, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for row in rows:
        key = FeeKey(row.kind, row.source_key.partition("#")[0], row.label, row.unit_price, row.currency)
        quantity, amount = is_now[key]
        is_now[key] = quantity + row.quantity, amount + row.amount
    should = {fee.key: fee for fee in fees}
    for key in is_now:
        should.setdefault(key, Fee(key, ZERO, ZERO))
    changed = [fee for key, fee in should.items() if is_now[key] != (fee.quantity, fee.amount)]
    made = [
        _row(tenant, month, fee, is_now[fee.key], len(rows) + n) for n, fee in enumerate(changed, start=1)
    ]
    # The number in the key makes a second run at the same time collide instead of charging twice.
    Charge.objects.bulk_create(made, ignore_conflicts=True)


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
        rule=fee.rule,
    )


def price_list_of(period: Period) -> PriceList | None:
    """Prices are those of the period's first day."""
    return price_list_on(period.contract.plan_id, period.first)
