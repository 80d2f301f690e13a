"""`{{ amount|money:"KWD" }}`: to the currency's smallest coin, as on a bill, with a true minus."""

from decimal import Decimal

from django import template

from tenants.billing import rounding
from tenants.billing.money import amount_text, places_of

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """Nothing where there is no amount."""
    exact = rounding.to_coin(amount or Decimal(0), currency)
    return amount_text(exact, places_of(currency)).replace("-", "−")  # noqa: RUF001
