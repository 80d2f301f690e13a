"""The month for the books: every bill and payment as entries whose debit and credit agree. One row is one entry."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tablib import Dataset

from tenants.billing.models import ZERO
from tenants.billing.months import last_day
from tenants.closing.models import Account, Bill, BillLine, Payment
from tenants.exports import neutralise

HEAD = ("date", "document", "tenant", "account", "account_name", "debit", "credit", "currency", "text")


class Entry(NamedTuple):
    on: date
    document: str
    tenant: str
    use: str
    debit: Decimal
    credit: Decimal
    currency: str
    text: str


def entries(month: date) -> Iterator[Entry]:
    """Of what was issued, received and taken back within the calendar month, in that order."""
    span = (month, last_day(month))
    bills = Bill.objects.filter(issued_on__range=span).select_related("tenant")
    for bill in bills.prefetch_related("lines", "taxes").order_by("number"):
        yield from _of_bill(bill)
    paid = Payment.objects.select_related("tenant").order_by("received_on", "pk")
    for payment in paid.filter(received_on__range=span):
        yield from _of_payment(payment, payment.received_on, payment.amount)
    for payment in paid.filter(taken_back_at__date__range=span):
        yield from _of_payment(payment, payment.taken_back_at.date(), -payment.amount)


def _of_bill(bill: Bill) -> Iterator[Entry]:
    sign = -1 if bill.is_credit else 1
    yield _entry(bill, "receivable", sign * bill.total, bill.get_kind_display())
    for kind, net in _by_kind(list(bill.lines.all())).items():
        yield _entry(bill, f"revenue:{kind}", -sign * net, kind)
    for tax in bill.taxes.all():
        if tax.tax:
            yield _entry(bill, f"tax:{tax.code}", -sign * tax.tax, tax.code)


def _by_kind(lines: list[BillLine]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in lines:
        found[line.kind] = found.get(line.kind, ZERO) + line.net
    return {kind: net for kind, net in found.items() if net}


def _entry(bill: Bill, use: str, amount: Decimal, text: str) -> Entry:
    """A positive amount is debit, a negative one credit."""
    debit, credit = max(amount, ZERO), max(-amount, ZERO)
    return Entry(
        bill.issued_on, bill.number, bill.tenant.schema_name, use, debit, credit, bill.currency, text
    )


def _of_payment(payment: Payment, on: date, amount: Decimal) -> Iterator[Entry]:
    told = (on, payment.reference, payment.tenant.schema_name)
    came, went = max(amount, ZERO), max(-amount, ZERO)
    yield Entry(*told, "bank", came, went, payment.currency, payment.method)
    yield Entry(*told, "receivable", went, came, payment.currency, payment.method)


def sheet(month: date) -> Dataset:
    known = {row.use: (row.number, row.name) for row in Account.objects.all()}
    made = Dataset(headers=list(HEAD))
    for one in entries(month):
        number, name = known.get(one.use) or known.get(one.use.split(":")[0], ("", ""))
        row = (
            one.on.isoformat(), one.document, one.tenant, number, name, one.debit, one.credit, one.currency, one.text,
        )  # fmt: skip
        made.append([neutralise(value) for value in row])
    return made
