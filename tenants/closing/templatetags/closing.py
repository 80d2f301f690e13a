"""Amounts and words of bills for templates."""

from decimal import Decimal

from django import template

from tenants.billing.money import places_of
from tenants.closing.models import Bill, BillTax
from tenants.closing.wording import amount_text, notes_of, percent_text, tax_words

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """With the decimals of the currency; less than nothing has a true minus."""
    return amount_text(amount or Decimal(0), places_of(currency)).replace("-", "−")  # noqa: RUF001


@register.filter
def percent(value: Decimal | None) -> str:
    return percent_text(value)


@register.filter
def taxed(tax: BillTax, bill: Bill) -> str:
    return tax_words(tax, bill)


@register.filter
def notes(bill: Bill) -> list[str]:
    return notes_of(bill)
