"""Words of bills for templates; amounts are `money` of billing."""

from collections.abc import Iterable
from decimal import Decimal

from django import template

from tenants.billing.models import Invoice
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


@register.simple_tag
def with_bills(drafts: Iterable[Invoice]) -> list[tuple[Invoice, Bill | None]]:
    """Each draft of one tenant beside the invoice that was issued of its month and currency, if any was."""
    known = list(drafts)
    bills = Bill.objects.filter(
        kind=Bill.Kind.INVOICE,
        tenant__in={one.tenant_id for one in known},
        month__in={one.month for one in known},
    )
    issued = {(bill.tenant_id, bill.month, bill.currency): bill for bill in bills}
    return [(one, issued.get((one.tenant_id, one.month, one.currency))) for one in known]


@register.filter
def issued_bill(draft: Invoice) -> Bill | None:
    return with_bills([draft])[0][1]
