"""The ledger's calls: charge a leg once, price later what had no price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from math import ceil
from uuid import UUID

from django.db import transaction

from tenants.billing import months, rounding
from tenants.billing.models import Charge, Direction, Price, PriceList
from tenants.billing.price_table import PriceTables
from tenants.billing.queries import price_at, prices_of, prices_on, unpriced_of, why_unpriced
from tenants.models import Tenant
from tenants.numbers import to_e164

HEAP = 50
"""So many calls at once are worth reading a whole list for."""
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
    leg = SettledLeg(
        leg_id, node, direction, number, other_number, answered_at, ended_at, billable_seconds, is_estimated
    )
    written = charge_legs([leg], tenant_schema=tenant_schema)
    return written[0] if written else None


@dataclass(frozen=True, slots=True)
class SettledLeg:
    """What `charge_leg` is told of one."""

    leg_id: UUID
    node: str
    direction: str
    number: str
    other_number: str
    answered_at: datetime | None
    ended_at: datetime | None
    billable_seconds: float
    is_estimated: bool = False


def charge_legs(legs: Sequence[SettledLeg], *, tenant_schema: str) -> list[Charge]:
    """Several of one tenant as `charge_leg` does each; what is asked for all of them is asked once."""
    charged = [leg for leg in legs if leg.answered_at is not None and leg.billable_seconds > 0]
    if not charged:
        return []
    tenant = Tenant.objects.get(schema_name=tenant_schema)
    used = [_usage(leg, tenant) for leg in charged]
    with transaction.atomic(savepoint=False):
        return _charge(tenant, used)


def _usage(leg: SettledLeg, tenant: Tenant) -> LegUsage:
    assert leg.answered_at is not None
    return LegUsage(
        leg_id=leg.leg_id,
        node=leg.node[:LONGEST_NUMBER],
        direction=Direction(leg.direction).value,
        number=_spelled(leg.number, tenant),
        other_number=_spelled(leg.other_number, tenant),
        answered_at=leg.answered_at,
        ended_at=leg.ended_at,
        seconds=ceil(min(leg.billable_seconds, LONGEST_SECONDS + 1)),
        is_estimated=leg.is_estimated,
    )


def _charge(tenant: Tenant, used: Sequence[LegUsage]) -> list[Charge]:
    """Those written, now or before."""
    prices = _Prices(tenant, is_heap=len(used) >= HEAP)
    made = [(usage, charge) for usage in used if (charge := prices.charge(usage)) is not None]
    rated = [usage for usage, _made in made]
    if not rated:
        return []
    # Nothing is looked up first: the ledger's own constraints decide who was first, also between two workers.
    Charge.objects.bulk_create([charge for _used, charge in made], ignore_conflicts=True)
    known = _written(tenant, rated)
    written = []
    for usage in rated:
        charge = known.get((usage.leg_id, usage.direction))
        if charge is None:
            continue
        is_other = charge.billable_seconds != usage.seconds
        if charge.is_estimated and not usage.is_estimated and is_other:
            _correct_estimate(charge, usage)
        written.append(charge)
    return written


def _written(tenant: Tenant, used: Sequence[LegUsage]) -> dict[tuple[UUID, str], Charge]:
    """By leg and kind its charge, the priced one first."""
    charges = Charge.objects.filter(tenant=tenant, leg_id__in=[usage.leg_id for usage in used])
    found: dict[tuple[UUID, str], Charge] = {}
    for charge in charges.order_by("state", "id"):
        if charge.leg_id is not None:
            found.setdefault((charge.leg_id, charge.kind), charge)
    return found


class _Prices:
    """One tenant's, each looked up once; for a heap of calls the lists are read whole."""

    def __init__(self, tenant: Tenant, *, is_heap: bool) -> None:
        self._tenant = tenant
        self._ask = PriceTables(tenant).prices_on if is_heap else partial(prices_on, tenant)
        self._known: dict[tuple[date, str, str], list[Price]] = {}
        self._why: dict[date, str] = {}

    def charge(self, used: LegUsage) -> Charge | None:
        day = months.day_of(used.answered_at, self._tenant.time_zone)
        price = self._on(day, used) if used.seconds <= LONGEST_SECONDS else None
        if price is None and used.direction == Direction.INTERNAL:
            return None
        charge = _empty_charge(self._tenant, used)
        if price is None:
            charge.state, charge.reason = Charge.State.UNPRICED, self._why_unpriced(day)
        else:
            _set_price(charge, price, price.price_list)
        return charge

    def _why_unpriced(self, day: date) -> str:
        if day not in self._why:
            self._why[day] = why_unpriced(self._tenant, day)
        return self._why[day]

    def _on(self, day: date, used: LegUsage) -> Price | None:
        """An incoming call's goes by our number, another's by where it went."""
        number = used.number if used.direction == Direction.INBOUND else used.other_number
        key = day, used.direction, number
        if key not in self._known:
            self._known[key] = self._ask(
                day,
                direction=used.direction,
                number=used.number,
                other_number=used.other_number,
            )
        return price_at(self._known[key], used.answered_at, self._tenant.time_zone)


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
    if not price_list or estimate.started_at is None:
        return
    prices = prices_of(
        price_list, direction=used.direction, number=estimate.number, other_number=estimate.other_number
    )
    price = price_at(prices, estimate.started_at, estimate.tenant.time_zone)
    if not price:
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
        count += sum(now.state == Charge.State.PRICED for now in _charge(tenant, [used]))
    return count
