"""`{{ amount|money:"KWD" }}`: to the currency's smallest coin, in the reader's format."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from tenants.billing import rounding
from tenants.billing.money import places_of

register = template.Library()


@register.filter
def money(amount: Decimal, currency: str) -> str:
    return number_format(rounding.to_coin(amount, currency), places_of(currency), force_grouping=True)
