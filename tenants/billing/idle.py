"""Seats somebody pays for and nobody uses, and modules without use, with what they cost a month."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from tenants.billing import activity
from tenants.billing.activity import SeatUse
from tenants.billing.models import ZERO, ContractTerm, PriceList
from tenants.billing.queries import price_list_on
from tenants.billing.seats import term_of, yearly_fees
from tenants.context import enter, every_tenant
from tenants.models import Contract, Tenant
from tenants.plans.queries import UnusedModule, today_of, unused_modules
from tenants.queries import contract_on

IDLE_DAYS = 30


class IdleModule(NamedTuple):
    module: UnusedModule
    fee: Decimal


class IdleSeats(NamedTuple):
    """Of one tenant today. `paid_idle` are those beyond the plan's included ones: only they would save money."""

    tenant: Tenant
    seats: int
    included: int
    in_use: int
    unused_people: list[SeatUse]
    fee: Decimal
    currency: str
    modules: list[IdleModule]

    @property
    def idle(self) -> int:
        return max(self.seats - self.in_use, 0)

    @property
    def paid_idle(self) -> int:
        return min(self.idle, max(self.seats - self.included, 0))

    @property
    def seats_cost(self) -> Decimal:
        return self.paid_idle * self.fee

    @property
    def cost(self) -> Decimal:
        """A month."""
        return self.seats_cost + sum((one.fee for one in self.modules), ZERO)


def idle_seats(tenant: Tenant, *, at: datetime, days: int = IDLE_DAYS) -> IdleSeats | None:
    """None for a tenant without a contract: nobody pays for seats there."""
    today, since = today_of(tenant, at), at - timedelta(days=days)
    contract = contract_on(tenant, today)
    if contract is None:
        return None
    with enter(tenant.schema_name):
        uses = activity.seat_uses()
    prices = price_list_on(contract.plan_id, today)
    unused = [use for use in uses if use.last_at is None or use.last_at < since]
    return IdleSeats(
        tenant=tenant,
        seats=contract.seats,
        included=contract.plan.included_seats,
        in_use=len(uses) - len(unused),
        unused_people=unused,
        fee=_seat_fee(contract, prices) if prices else ZERO,
        currency=prices.currency if prices else tenant.currency,
        modules=_idle_modules(tenant, prices, days, at),
    )


def everybodys_idle_seats(*, at: datetime, days: int = IDLE_DAYS) -> list[IdleSeats]:
    """Of every open tenant, what costs most first."""
    found = [idle_seats(tenant, at=at, days=days) for tenant in every_tenant()]
    return sorted(filter(None, found), key=lambda one: (-one.cost, -one.idle, one.tenant.name))


def _seat_fee(contract: Contract, prices: PriceList) -> Decimal:
    """A month, by the way it is paid."""
    if term_of(contract).paid == ContractTerm.Paid.MONTHLY:
        return prices.seat_fee
    return (yearly_fees(prices)[1] / 12).quantize(Decimal("0.01"))


def _idle_modules(tenant: Tenant, prices: PriceList | None, days: int, at: datetime) -> list[IdleModule]:
    fees = {one.module: one.monthly_fee for one in prices.module_prices.all()} if prices else {}
    return [IdleModule(one, fees.get(one.module, ZERO)) for one in unused_modules(tenant, days=days, at=at)]
