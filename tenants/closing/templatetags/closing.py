"""Words of bills for templates; amounts are `money` of billing."""

from decimal import Decimal

from django import template

from tenants.closing.models import Bill, BillTax
from tenants.closing.wording import notes_of, percent_text, tax_words

register = template.Library()


@register.filter
def percent(value: Decimal | None) -> str:
    return percent_text(value)


@register.filter
def taxed(tax: BillTax, bill: Bill) -> str:
    return tax_words(tax, bill)


@register.filter
def notes(bill: Bill) -> list[str]:
    return notes_of(bill)
