"""The ledger's calls: charge a leg once, price later what had no price. Many at once go as a set (many_legs.py)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tenants.billing import months, rounding
from tenants.billing.many_legs import charge_many
from tenants.billing.models import Charge, Direction, Price, PriceList
from tenants.billing.queries import price_at, prices_of, prices_on, unpriced_of, why_unpriced
from tenants.billing.usage_of_legs import LONGEST_SECONDS, LegUsage, SettledLeg, usage_of
from tenants.models import Tenant
from tenants.plans.queries.trials import days_of_trial

HEAP = 50
"""So many calls at once are charged as a set."""


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
    leg without a price is written as such, one of a trial's days as free. The true record of a leg that was charged by
    an estimate adds the difference. Raises ValueError for an unknown direction.
    """
    leg = SettledLeg(
        leg_id, node, direction, number, other_number, answered_at, ended_at, billable_seconds, is_estimated
    )
    used = _used([leg], tenant_schema)
    if used is None:
        return None
    with transaction.atomic(savepoint=False):
        _charge(*used)
    return _written(*used).get((leg.leg_id, used[1][0].direction))


def charge_legs(legs: Sequence[SettledLeg], *, tenant_schema: str) -> None:
    """Several of one tenant as `charge_leg` does each; what is asked for all of them is asked once."""
    used = _used(legs, tenant_schema)
    if used is not None:
        with transaction.atomic(savepoint=False):
            _charge(*used)


def _used(legs: Sequence[SettledLeg], schema: str) -> tuple[Tenant, list[LegUsage]] | None:
    charged = [leg for leg in legs if leg.answered_at is not None and leg.billable_seconds > 0]
    if not charged:
        return None
    tenant = Tenant.objects.get(schema_name=schema)
    return tenant, [usage_of(leg, tenant) for leg in charged]


def _charge(tenant: Tenant, used: list[LegUsage]) -> None:
    """Nothing is looked up first: the ledger's own constraints decide who was first, also between two workers."""
    with translation.override(tenant.language):
        trial = _("Free: trial")
    if len(used) >= HEAP:
        written = charge_many(tenant, used, trial_label=trial, now=timezone.now())
        is_all_new = written == len(used)
    else:
        prices = _Prices(tenant, trial)
        made = [charge for usage in used if (charge := prices.charge(usage)) is not None]
        Charge.objects.bulk_create(made, ignore_conflicts=True)
        is_all_new = False
    if not is_all_new:
        _correct_estimates(tenant, used)


def _correct_estimates(tenant: Tenant, used: Sequence[LegUsage]) -> None:
    """Of those whose true record came now."""
    true = {(usage.leg_id, usage.direction): usage for usage in used if not usage.is_estimated}
    found = Charge.objects.filter(
        tenant=tenant, leg_id__in=[leg for leg, _kind in true], state=Charge.State.PRICED, is_estimated=True
    ).select_related("price_list")
    for estimate in found:
        usage = true.get((estimate.leg_id, estimate.kind))
        if usage is not None and estimate.billable_seconds != usage.seconds:
            _correct_estimate(tenant, estimate, usage)


def _written(tenant: Tenant, used: Sequence[LegUsage]) -> dict[tuple[UUID, str], Charge]:
    """By leg and kind its charge, the priced one first."""
    charges = Charge.objects.filter(tenant=tenant, leg_id__in=[usage.leg_id for usage in used])
    found: dict[tuple[UUID, str], Charge] = {}
    for charge in charges.order_by("state", "id"):
        if charge.leg_id is not None:
            found.setdefault((charge.leg_id, charge.kind), charge)
    return found


class _Prices:
    """One tenant's, each looked up once."""

    def __init__(self, tenant: Tenant, trial_label: str) -> None:
        self._tenant, self._trial_label = tenant, trial_label
        self._trial = days_of_trial(tenant)
        self._known: dict[tuple[date, str, str], list[Price]] = {}
        self._why: dict[date, str] = {}

    def charge(self, used: LegUsage) -> Charge | None:
        day = months.day_of(used.answered_at, self._tenant.time_zone)
        is_free = bool(self._trial and self._trial[0] <= day <= self._trial[1])
        price = self._on(day, used) if used.seconds <= LONGEST_SECONDS and not is_free else None
        if price is None and used.direction == Direction.INTERNAL:
            return None
        charge = _empty_charge(self._tenant, used)
        if is_free:
            charge.label = self._trial_label
            charge.billed_seconds, charge.quantity = used.seconds, rounding.minutes_of(used.seconds)
        elif price is None:
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
            self._known[key] = prices_on(
                self._tenant,
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


def _correct_estimate(tenant: Tenant, estimate: Charge, used: LegUsage) -> None:
    """By the prices the estimate was made with, as one more row: the ledger is only added to."""
    price_list = estimate.price_list
    if not price_list or estimate.started_at is None:
        return
    prices = prices_of(
        price_list, direction=used.direction, number=estimate.number, other_number=estimate.other_number
    )
    price = price_at(prices, estimate.started_at, tenant.time_zone)
    if not price:
        return
    true = _empty_charge(tenant, used)
    _set_price(true, price, price_list)
    true.kind, true.month = Charge.Kind.ADJUSTMENT, estimate.month
    true.number, true.other_number = estimate.number, estimate.other_number
    true.billed_seconds -= estimate.billed_seconds
    true.quantity -= estimate.quantity
    true.amount -= estimate.amount
    Charge.objects.bulk_create([true], ignore_conflicts=True)


@transaction.atomic(savepoint=False)
def price_unpriced(*, tenant: Tenant, month: date) -> int:
    """Try again the legs of a month that had no price; how many have one now."""
    used = list(_still_unpriced(tenant, month))
    if not used:
        return 0
    _charge(tenant, used)
    return len(used) - unpriced_of(tenant, month).count()


def _still_unpriced(tenant: Tenant, month: date) -> Iterator[LegUsage]:
    for charge in unpriced_of(tenant, month):
        if charge.leg_id is not None and charge.started_at is not None:
            yield LegUsage(
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
