"""Plan and seats: by the month, by the year in parts or ahead, discounts by term, seats for some days."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from tenants.billing import months, rounding, years
from tenants.billing.fees import (
    OWN,
    Fee,
    FeeKey,
    Period,
    bring_to,
    contract_periods,
    fees_written,
    module_fees,
    part_rule,
    price_list_of,
)
from tenants.billing.models import Charge, ContractTerm, PriceList, TemporarySeats
from tenants.models import Contract, Tenant

KINDS = (Charge.Kind.PLAN, Charge.Kind.SEATS, Charge.Kind.MODULE, Charge.Kind.DISCOUNT)
HUNDRED = Decimal(100)


@transaction.atomic(savepoint=False)
def rate_seats(*, tenant: Tenant, month: date) -> int:
    """Plan fee, modules, and seats beyond those included, by the days each contract holds; years paid ahead in the
    month they begin. How many periods have no prices.
    """
    month = months.first_day(month)
    fees: list[Fee] = []
    without: list[Period | None] = []
    for period in contract_periods(tenant, month, months.last_day(month)):
        price_list = price_list_of(period)
        if price_list is None:
            without.append(period)
        else:
            fees += _fees_of(period, price_list, without)
    fees += _temporary_fees(tenant, month, without)
    bring_to(tenant, month, fees_written(tenant, month, KINDS), fees)
    _rate_years_ahead(tenant, month, without)
    return len(without)


def term_of(contract: Contract) -> ContractTerm:
    """By the month, where nothing was said."""
    found = ContractTerm.objects.filter(contract=contract).first()
    return found or ContractTerm(contract=contract, months=1)


def _fees_of(period: Period, price_list: PriceList, without: list[Period | None]) -> Iterator[Fee]:
    """`without` is told the periods that have no prices."""
    term = term_of(period.contract)
    if term.paid == ContractTerm.Paid.MONTHLY:
        paid = list(_monthly(period, price_list))
    elif term.paid == ContractTerm.Paid.TWELFTHS:
        paid = list(_twelfths(period, without))
    else:
        paid = []
    yield from paid
    yield from _discount(term, price_list, paid, f"{OWN}term:{period.contract.pk}:{price_list.pk}", period)
    yield from module_fees(period, price_list)


class _Sold(NamedTuple):
    """Plan or seats: what a unit costs in a whole period, and how many there are."""

    kind: str
    fee: Decimal
    units: int
    label: str


def _sold(contract: Contract, plan_fee: Decimal, seat_fee: Decimal, text: str) -> Iterator[_Sold]:
    plan = contract.plan
    extra = max(contract.seats - plan.included_seats, 0)
    label = f"{plan.name} {text}"
    if plan_fee:
        yield _Sold(Charge.Kind.PLAN, plan_fee, 1, label)
    if extra and seat_fee:
        yield _Sold(Charge.Kind.SEATS, seat_fee, extra, f"{label} × {extra}")


def _monthly(period: Period, price_list: PriceList) -> Iterator[Fee]:
    whole = months.days_in(period.first)
    source = f"contract:{period.contract.pk}:{price_list.pk}"
    for sold in _sold(period.contract, price_list.plan_fee, price_list.seat_fee, period.text):
        key = FeeKey(sold.kind, source, sold.label, sold.fee, price_list.currency)
        quantity = rounding.share_of_month(period.days * sold.units, whole)
        amount = rounding.prorated(sold.fee * sold.units, period.days, whole)
        yield Fee(key, quantity, amount, price_list, part_rule(period.days, whole))


def yearly_fees(price_list: PriceList) -> tuple[Decimal, Decimal]:
    """Plan and seat per year; where none was set, twelve times the month."""
    return (
        price_list.plan_fee_year or price_list.plan_fee * 12,
        price_list.seat_fee_year or price_list.seat_fee * 12,
    )


def _twelfths(period: Period, without: list[Period | None]) -> Iterator[Fee]:
    """Each year's price is that of its first day, so that its parts make one whole."""
    contract = period.contract
    for year in years.years_of(contract.starts_on, period.last):
        if year.last < period.first:
            continue
        first, last = max(year.first, period.first), min(year.last, period.last)
        price_list = price_list_of(Period(contract, year.first, year.last))
        if price_list is None:
            without.append(period)
            continue
        source = f"contract:{contract.pk}:{price_list.pk}"
        for sold in _sold(contract, *yearly_fees(price_list), Period(contract, first, last).text):
            key = FeeKey(sold.kind, source, sold.label, sold.fee, price_list.currency)
            quantity = years.months_between(year, first, last) * sold.units
            amount = years.part_of_year(sold.fee * sold.units, year, first, last)
            yield Fee(key, rounding.to_micro(quantity / 12), amount, price_list, Charge.Rule.TWELFTHS)


def _discount(
    term: ContractTerm, price_list: PriceList, fees: list[Fee], source: str, period: Period
) -> Iterator[Fee]:
    """The longest length that the contract's reaches, off plan and seats."""
    off = price_list.term_discounts.filter(months__lte=term.months).order_by("-months").first()
    base = sum((fee.amount for fee in fees), Decimal(0))
    if off is None or not off.percent or not base:
        return
    label = f"−{off.percent.normalize():f} % · {period.text}"
    key = FeeKey(Charge.Kind.DISCOUNT, source, label, -off.percent / HUNDRED, price_list.currency)
    yield Fee(key, base, -rounding.to_micro(base * off.percent / HUNDRED), price_list, Charge.Rule.TERM)


def _temporary_fees(tenant: Tenant, month: date, without: list[Period | None]) -> Iterator[Fee]:
    """Each is paid by the prices of its first day in the month."""
    last = months.last_day(month)
    for lent in TemporarySeats.objects.filter(tenant=tenant, first_day__lte=last, last_day__gte=month):
        first, until = max(lent.first_day, month), min(lent.last_day, last)
        held = next(contract_periods(tenant, first, first), None)
        price_list = price_list_of(held) if held else None
        if held is None or price_list is None:
            without.append(held)
        elif price_list.seat_fee_day:
            yield _temporary_fee(lent, Period(held.contract, first, until), price_list)


def _temporary_fee(lent: TemporarySeats, paid: Period, price_list: PriceList) -> Fee:
    count = lent.seats * paid.days
    source = f"temporary:{lent.pk}:{price_list.pk}"
    key = FeeKey(
        Charge.Kind.SEATS, source, f"+{lent.seats} {paid.text}", price_list.seat_fee_day, price_list.currency
    )
    return Fee(key, Decimal(count), price_list.seat_fee_day * count, price_list, Charge.Rule.SEAT_DAYS)


def _rate_years_ahead(tenant: Tenant, month: date, without: list[Period | None]) -> None:
    """Years that began by the end of the month. What a change of the contract makes different, more seats or an early
    end, is written in the month that is rated first after it: together they always come to the same.
    """
    last = months.last_day(month)
    ahead = ContractTerm.objects.filter(
        contract__tenant=tenant, contract__starts_on__lte=last, paid=ContractTerm.Paid.AHEAD
    )
    terms = {term.contract_id: term for term in ahead}
    rows = Charge.objects.filter(tenant=tenant, source_key__startswith="year:").order_by("id")
    written = [row for row in rows if _begun(row) <= last]
    if not (terms or written):
        return
    fees: list[Fee] = []
    for period in contract_periods(tenant, date(1970, 1, 1), date(2999, 12, 31)):
        if period.contract.pk in terms:
            fees += _years_of(period, terms[period.contract.pk], last, without)
    bring_to(tenant, month, written, fees)


def _begun(row: Charge) -> date:
    return date.fromisoformat(row.source_key.split(":")[2])


def _years_of(period: Period, term: ContractTerm, until: date, without: list[Period | None]) -> Iterator[Fee]:
    contract = period.contract
    for year in years.years_of(period.first, min(period.last, until)):
        paid = Period(contract, year.first, min(year.last, period.last))
        price_list = price_list_of(paid)
        if price_list is None:
            without.append(paid)
            continue
        source = f"year:{contract.pk}:{year.first.isoformat()}:{price_list.pk}"
        fees = [
            Fee(
                FeeKey(sold.kind, source, sold.label, sold.fee, price_list.currency),
                rounding.to_micro(Decimal(paid.days * sold.units) / year.days),
                rounding.prorated(sold.fee * sold.units, paid.days, year.days),
                price_list,
                Charge.Rule.AHEAD,
            )
            for sold in _sold(contract, *yearly_fees(price_list), paid.text)
        ]
        yield from fees
        yield from _discount(term, price_list, fees, source, paid)
