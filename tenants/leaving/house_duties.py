"""What is told before a house is deleted: what goes, what the law keeps, what of the contract is open."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.apps import apps
from django.utils.text import capfirst

from tenants.closing.queries.statement import standings
from tenants.context import enter_public
from tenants.effects import effects_on
from tenants.leaving import shelf
from tenants.leaving.erasing_house import kept_house
from tenants.models import Contract, Tenant
from tenants.queries import contract_on

USUAL_DAYS = 7


@dataclass(frozen=True)
class Kept:
    why: str
    what: list[str]
    rows: int


@dataclass(frozen=True)
class Told:
    effects: list[str]
    bytes: int
    kept: list[Kept]
    owed: dict[str, Decimal] = field(default_factory=dict)
    """By currency; what we owe is negative."""
    terms: Contract | None = None
    days: int = USUAL_DAYS


def told_of(tenant: Tenant, at: datetime) -> Told:
    """Asked inside the tenant's schema."""
    size, effects = shelf.expected_bytes(tenant), effects_on(tenant, at)
    with enter_public():
        owed = {currency: one.balance for currency, one in standings(tenant).items() if one.balance}
        terms = contract_on(tenant, tenant.day_of(at))
        return Told(
            effects, size, _kept(tenant), owed, terms, terms.plan.deletion_days if terms else USUAL_DAYS
        )


def days_of(tenant: Tenant, at: datetime) -> int:
    """Between the second person's word and the day, by the terms of today."""
    with enter_public():
        terms = contract_on(tenant, tenant.day_of(at))
        return terms.plan.deletion_days if terms else USUAL_DAYS


def _kept(tenant: Tenant) -> list[Kept]:
    """What stays for one reason is told together."""
    found: dict[str, list[dict]] = {}
    for one in kept_house(tenant.pk):
        found.setdefault(str(one["why"]), []).append(one)
    return [
        Kept(why, [_called(row["what"]) for row in rows], sum(row["rows"] for row in rows))
        for why, rows in found.items()
    ]


def _called(label: str) -> str:
    return capfirst(str(apps.get_model(label)._meta.verbose_name_plural))
