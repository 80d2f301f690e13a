"""Prices and terms of two tenants: acme in Shanghai pays in yuan, globex in London in pounds."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from tenants.billing.actions import charge_leg
from tenants.billing.models import Charge, Price, PriceList
from tenants.models import Contract, Number, NumberAssignment, Plan, Tenant

ANSWERED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def price_list(plan: Plan, version: int = 1, valid_from: date = date(2026, 1, 1), **fees: str) -> PriceList:
    made = PriceList.objects.create(
        plan=plan,
        version=version,
        valid_from=valid_from,
        currency=plan.currency,
        **{name: Decimal(fee) for name, fee in fees.items()},
    )
    for direction, prefix, label, per_minute, minimum, increment in (
        ("inbound", "", "Incoming calls", "0.06", 0, 1),
        ("outbound", "+", "Abroad", "2.5", 0, 60),
        ("outbound", "+86", "China", "0.10", 0, 60),
        ("outbound", "+8610", "Beijing", "0.05", 30, 6),
        ("outbound", "400", "400 numbers", "0.20", 0, 60),
    ):
        Price.objects.create(
            price_list=made,
            direction=direction,
            prefix=prefix,
            label=label,
            per_minute=Decimal(per_minute),
            minimum_seconds=minimum,
            increment_seconds=increment,
        )
    return made


def terms(
    tenant: Tenant, plan: Plan, starts_on: date, ends_on: date | None = None, seats: int = 10
) -> Contract:
    return Contract.objects.create(
        tenant=tenant, plan=plan, starts_on=starts_on, ends_on=ends_on, seats=seats
    )


def number_of(
    tenant: Tenant, e164: str, fee: str = "100.00", since: datetime | None = None, **fields
) -> Number:
    number = Number.objects.create(
        e164=e164, country=tenant.country, tenant=tenant, monthly_fee=fee, currency=tenant.currency, **fields
    )
    if since:
        NumberAssignment.objects.create(number=number, tenant=tenant, assigned_at=since)
    return number


@pytest.fixture
def plan(acme) -> Plan:
    Contract.objects.filter(tenant=acme).delete()
    return Plan.objects.create(code="billing-cn", name="Standard", currency="CNY", included_seats=3)


@pytest.fixture
def prices(plan) -> PriceList:
    return price_list(plan, plan_fee="300.00", seat_fee="80.00")


@pytest.fixture
def contract(acme, plan) -> Contract:
    return terms(acme, plan, date(2026, 1, 1))


@pytest.fixture
def british(globex) -> PriceList:
    """globex's own plan, prices and contract."""
    Contract.objects.filter(tenant=globex).delete()
    plan = Plan.objects.create(code="billing-gb", name="Small", currency="GBP")
    terms(globex, plan, date(2026, 1, 1), seats=2)
    return price_list(plan, plan_fee="30.00", seat_fee="12.00")


@pytest.fixture
def charge(acme) -> Callable[..., Charge | None]:
    """charge(seconds, …) settles one leg of acme's; any keyword of charge_leg may be given."""

    def settle(seconds: float = 60, leg_id: UUID | None = None, tenant: Tenant | None = None, **fields):
        answered_at = fields.pop("answered_at", ANSWERED)
        known = {
            "tenant_schema": (tenant or acme).schema_name,
            "leg_id": leg_id or uuid4(),
            "node": "main-1",
            "direction": "outbound",
            "number": "+862155500001",
            "other_number": "+8613812342211",
            "answered_at": answered_at,
            "ended_at": answered_at + timedelta(seconds=min(seconds, 86_400)) if answered_at else None,
            "billable_seconds": seconds,
            "is_estimated": False,
        }
        return charge_leg(**{**known, **fields})

    return settle
