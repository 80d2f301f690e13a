"""The ledger's calls: charge a leg once, price later what had no price."""

from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from uuid import UUID

from django.db import transaction

from tenants.billing import months, rounding
from tenants.billing.models import Charge, Direction, Price, PriceList
from tenants.billing.queries import price_of, price_on, unpriced_of, why_unpriced
from tenants.models import Tenant
from tenants.numbers import to_e164

LONGEST_NUMBER = 40
LONGEST_SECONDS = 30 * 24 * 3600  # a record that says more is not billed before somebody has looked at it


@dataclass(frozen=True, slots=True)
class LegUsage:
    """What a leg's settled record says. Seconds are whole; numbers are spelled as billing stores them."""

    leg_id: UUID
    node: str
    direction: str
    number: str
    other_number: str
    answered_at: datetime
    ended_at: datetime | None
    seconds: int
    is_estimated: bool


def charge_leg(
    *,
    tenant_schema: str,
    leg_id: UUID,
    node: str,
    direction: str,
    number: str,
    other_number: str,
    answered_at: datetime | None,
    ended_at: datetime | None,
    billable_seconds: float,
    is_estimated: bool = False,
) -> Charge | None:
    """Write the leg into the ledger exactly once, in the caller's transaction and from any schema.

    None when there is nothing to charge: not answered, no seconds, or an internal call without a price. A
    leg without a price is written as such. The true record of a leg that was charged by an estimate adds the
    difference. Raises ValueError for an unknown direction.
    """
    if answered_at is None or billable_seconds <= 0:
        return None
    kind = Direction(direction).value
    tenant = Tenant.objects.get(schema_name=tenant_schema)
    used = LegUsage(
        leg_id=leg_id,
        node=node[:LONGEST_NUMBER],
        direction=kind,
        number=_spelled(number, tenant),
        other_number=_spelled(other_number, tenant),
        answered_at=answered_at,
        ended_at=ended_at,
        seconds=ceil(min(billable_seconds, LONGEST_SECONDS + 1)),
        is_estimated=is_estimated,
    )
    with transaction.atomic(savepoint=False):
        return _charge(tenant, used)


def _charge(tenant: Tenant, used: LegUsage) -> Charge | None:
    charge = _priced(tenant, used)
    if charge is None:
        return None
    # Nothing is looked up first: the ledger's own constraints decide who was first, also between two workers.
    Charge.objects.bulk_create([charge], ignore_conflicts=True)
    written = _written(tenant, used)
    if (
        written
        and written.is_estimated
        and not used.is_estimated
        and written.billable_seconds != used.seconds
    ):
        _correct_estimate(written, used)
    return written


def _written(tenant: Tenant, used: LegUsage) -> Charge | None:
    """The leg's charge, the priced one first."""
    charges = Charge.objects.filter(tenant=tenant, leg_id=used.leg_id, kind=used.direction)
    return charges.order_by("state", "id").first()


def _priced(tenant: Tenant, used: LegUsage) -> Charge | None:
    day = months.day_of(used.answered_at, tenant.time_zone)
    price = None
    if used.seconds <= LONGEST_SECONDS:
        price = price_on(
            tenant, day, direction=used.direction, number=used.number, other_number=used.other_number
        )
    if price is None and used.direction == Direction.INTERNAL:
        return None
    charge = _empty_charge(tenant, used)
    if price is None:
        charge.state, charge.reason = Charge.State.UNPRICED, why_unpriced(tenant, day)
    else:
        _set_price(charge, price, price.price_list)
    return charge


def _empty_charge(tenant: Tenant, used: LegUsage) -> Charge:
    return Charge(
        tenant=tenant,
        month=months.month_of(used.answered_at, tenant.time_zone),
        kind=used.direction,
        leg_id=used.leg_id,
        node=used.node,
        number=used.number,
        other_number=used.other_number,
        started_at=used.answered_at,
        ended_at=used.ended_at,
        billable_seconds=used.seconds,
        is_estimated=used.is_estimated,
        currency=tenant.currency,
    )


def _set_price(charge: Charge, price: Price, price_list: PriceList) -> None:
    seconds = rounding.billed_seconds(
        charge.billable_seconds, minimum=price.minimum_seconds, increment=price.increment_seconds
    )
    charge.billed_seconds = seconds
    charge.quantity = rounding.minutes_of(seconds)
    charge.unit_price = price.per_minute
    charge.amount = rounding.amount_of(seconds, price.per_minute)
    charge.label = price.label
    charge.price_list = price_list
    charge.price_version = price_list.version
    charge.currency = price_list.currency


def _correct_estimate(estimate: Charge, used: LegUsage) -> None:
    """By the prices the estimate was made with, as one more row: the ledger is only added to."""
    price_list = estimate.price_list
    price = price_list and price_of(
        price_list, direction=used.direction, number=estimate.number, other_number=estimate.other_number
    )
    if not price_list or not price:
        return
    true = _empty_charge(estimate.tenant, used)
    _set_price(true, price, price_list)
    true.kind, true.month = Charge.Kind.ADJUSTMENT, estimate.month
    true.number, true.other_number = estimate.number, estimate.other_number
    true.billed_seconds -= estimate.billed_seconds
    true.quantity -= estimate.quantity
    true.amount -= estimate.amount
    Charge.objects.bulk_create([true], ignore_conflicts=True)


def _spelled(number: str, tenant: Tenant) -> str:
    """E.164 where it is a number; else what was sent, without what no table takes and no page should show."""
    text = "".join(sign for sign in number or "" if sign.isprintable()).strip()
    return to_e164(text, tenant.country) or text[:LONGEST_NUMBER]


@transaction.atomic
def price_unpriced(*, tenant: Tenant, month: date) -> int:
    """Try again the legs of a month that had no price; how many have one now."""
    count = 0
    for charge in unpriced_of(tenant, month):
        used = LegUsage(
            leg_id=charge.leg_id,
            node=charge.node,
            direction=charge.kind,
            number=charge.number,
            other_number=charge.other_number,
            answered_at=charge.started_at,
            ended_at=charge.ended_at,
            seconds=charge.billable_seconds,
            is_estimated=charge.is_estimated,
        )
        now = _charge(tenant, used)
        count += now is not None and now.state == Charge.State.PRICED
    return count
