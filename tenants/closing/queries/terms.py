"""By which rules a tenant is billed on a day."""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from tenants.billing import months
from tenants.closing.models import Payer, ReminderPolicy, Seller, TaxRate, TaxRule
from tenants.closing.taxes import Rate
from tenants.models import Tenant

RateOf = Callable[[str], Rate | None]
"""The rate of a kind of charge; None where the table has none."""


class Terms(NamedTuple):
    """By which a tenant is billed on a day of its own; without a seller it cannot be."""

    seller: Seller | None
    payer: Payer
    rate_of: RateOf
    day: date


def terms_of(tenant: Tenant, at: datetime) -> Terms:
    day = months.day_of(at, tenant.time_zone)
    seller, payer = _seller_for(tenant), payer_of(tenant)
    return Terms(seller, payer, _rates_on(tenant, seller, payer, day), day)


def _seller_for(tenant: Tenant) -> Seller | None:
    return Seller.objects.filter(country=tenant.country).first()


def payer_of(tenant: Tenant) -> Payer:
    """One that is not saved where nothing was written."""
    return Payer.objects.filter(tenant=tenant.pk).first() or Payer(tenant=tenant)


def _rates_on(tenant: Tenant, seller: Seller | None, payer: Payer, day: date) -> RateOf:
    """What one code for everything says, of the payer before the seller; else the rules of the country."""
    always = payer.tax_code or (seller.tax_code if seller else "")
    rules = dict(TaxRule.objects.filter(country=tenant.country).values_list("kind", "code"))
    known: dict[str, Rate] = {}
    for row in TaxRate.objects.filter(country=tenant.country, valid_from__lte=day).order_by("valid_from"):
        is_exempt = row.treatment == TaxRate.Treatment.EXEMPT
        known[row.code] = Rate(row.code, row.name, row.name_zh, None if is_exempt else row.percent)

    def rate_of(kind: str) -> Rate | None:
        return known.get(always or rules.get(kind) or rules.get("", ""))

    return rate_of


def reminder_policy() -> ReminderPolicy:
    """The one row; the product's own days until somebody writes it."""
    return ReminderPolicy.objects.order_by("pk").first() or ReminderPolicy()
