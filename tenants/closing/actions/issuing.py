"""Bills are made here: numbered without gaps, taxed, written once. Inside the transaction of whoever asks."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction

from tenants.billing.models import ZERO, InvoiceLine
from tenants.billing.rounding import to_coin
from tenants.closing.errors import NoSeller, NoTaxRate
from tenants.closing.models import Bill, BillLine, BillTax, Payer, Receiver, Seller, Telling
from tenants.closing.queries.due import Due
from tenants.closing.queries.terms import RateOf, Terms
from tenants.closing.taxes import Rate, Taxed, taxed
from tenants.mails.actions import tell_bill
from tenants.models import Tenant
from tenants.people.actions import record_audit

_NEXT = """
INSERT INTO closing_series (code, last_number) VALUES (%s, 1)
ON CONFLICT (code) DO UPDATE SET last_number = closing_series.last_number + 1 RETURNING last_number
"""


class Priced(NamedTuple):
    """A line before it is written."""

    due: Due | None
    """None: what rounding left over."""
    amount: Decimal
    rate: Rate


@transaction.atomic
def issue_invoices(
    *, tenant: Tenant, month: date, due: Mapping[str, Sequence[Due]], terms: Terms, at: datetime
) -> list[Bill]:
    """`due`: by currency what the ledger has and no invoice yet (queries.due); one invoice each. What sums up to
    nothing or less is carried on: it stands on the next invoice that is more than nothing. Raises NoSeller, NoTaxRate.
    """
    if terms.seller is None:
        raise NoSeller
    found = [
        _issue(tenant, month, currency, due[currency], terms, terms.seller, at) for currency in sorted(due)
    ]
    return [bill for bill in found if bill is not None]


def _issue(
    tenant: Tenant, month: date, currency: str, due: Sequence[Due], terms: Terms, seller: Seller, at: datetime
) -> Bill | None:
    exact = sum((one.amount for one in due), ZERO)
    total = to_coin(exact, currency)
    if total <= 0:
        return None
    lines = _priced(due, total, currency, terms.rate_of)
    is_included = terms.payer.is_tax_included
    amounts = [(line.amount, line.rate) for line in lines]
    shares, sums = taxed(amounts, currency, is_included=is_included)
    bill = Bill(
        kind=Bill.Kind.INVOICE,
        tenant=tenant,
        month=month,
        currency=currency,
        exact_total=exact,
        is_tax_included=is_included,
        language=terms.payer.language or tenant.language,
        due_on=terms.day + timedelta(days=terms.payer.payment_days),
        seller=_told(seller, "name", "tax_number", "address", "bank"),
        payer=_told(terms.payer, "tax_number", "address") | {"title": terms.payer.title or tenant.name},
    )
    rows = [_line(month, line, share) for line, share in zip(lines, shares, strict=True)]
    rates = {line.rate.code: line.rate for line in lines}
    taxes = [_tax(rates[code], whole) for code, whole in sums.items()]
    return write_bill(bill, rows, taxes, series=seller.series, day=terms.day, at=at)


def _told(row: Seller | Payer, *names: str) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in names}


def _priced(due: Sequence[Due], total: Decimal, currency: str, rate_of: RateOf) -> list[Priced]:
    """Each line in units of the currency, and what they miss of the total as one more, by the rate of the largest."""
    lines = [Priced(one, to_coin(one.amount, currency), _rate(rate_of, one.key.kind)) for one in due]
    left_over = total - sum((line.amount for line in lines), ZERO)
    if left_over:
        largest = max(lines, key=lambda line: abs(line.amount))
        lines.append(Priced(None, left_over, largest.rate))
    return lines


def _rate(rate_of: RateOf, kind: str) -> Rate:
    found = rate_of(kind)
    if found is None:
        raise NoTaxRate(kind=dict(InvoiceLine.KINDS).get(kind, kind))
    return found


def _line(month: date, line: Priced, share: Taxed) -> BillLine:
    due = line.due
    row = BillLine(
        kind=due.key.kind if due else InvoiceLine.ROUNDING,
        source_month=due.key.month if due else month,
        amount=line.amount,
        tax_code=line.rate.code,
        tax_percent=line.rate.percent,
        net=share.net,
        tax=share.tax,
    )
    if due:
        row.label, row.unit_price = due.key.label, due.key.unit_price
        row.quantity, row.exact_amount = due.quantity, due.amount
    return row


def _tax(rate: Rate, whole: Taxed) -> BillTax:
    return BillTax(
        code=rate.code,
        name=rate.name,
        name_zh=rate.name_zh,
        percent=rate.percent,
        net=whole.net,
        tax=whole.tax,
    )


def write_bill(
    bill: Bill, lines: list[BillLine], taxes: list[BillTax], *, series: str, day: date, at: datetime
) -> Bill:
    """Sums, the next number of its series, its rows, and everybody who is to be told of it."""
    bill.net, bill.tax = sum((one.net for one in taxes), ZERO), sum((one.tax for one in taxes), ZERO)
    bill.total = bill.net + bill.tax
    bill.issued_at, bill.issued_on = at, day
    bill.number = _next_number(f"{series}{day.year}{'C' if bill.is_credit else ''}")
    bill.save(force_insert=True)
    for position, line in enumerate(lines, start=1):
        line.bill, line.position = bill, position
    for tax in taxes:
        tax.bill = bill
    BillLine.objects.bulk_create(lines)
    BillTax.objects.bulk_create(taxes)
    Telling.objects.bulk_create(
        Telling(receiver=receiver, bill=bill, next_at=at)
        for receiver in Receiver.objects.filter(is_active=True)
    )
    tell_bill(bill=bill, at=at)
    record_audit(
        verb="credit note issued" if bill.is_credit else "invoice issued",
        subject=bill,
        after={"tenant": bill.tenant.schema_name, "total": bill.total, "currency": bill.currency},
        reason=bill.reason,
    )
    return bill


def _next_number(code: str) -> str:
    """`CN2026-000001`. The row is held until the bill is committed, so none is given twice and none is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [code])
        return f"{code}-{cursor.fetchone()[0]:06d}"
