"""What a tenant owes: open sums, the statement of its account, and what is overdue."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from tenants.billing.models import ZERO
from tenants.closing.accounts import Given, Owed, Standing, standing_of
from tenants.closing.models import Bill, Payment
from tenants.models import Tenant


class Entry(NamedTuple):
    """One line of the statement. `amount` is negative where it takes from what is owed."""

    on: date
    bill: Bill | None
    payment: Payment | None
    amount: Decimal
    balance: Decimal


class Statement(NamedTuple):
    currency: str
    entries: list[Entry]
    balance: Decimal
    on_account: Decimal


class Overdue(NamedTuple):
    bill: Bill
    open: Decimal
    days: int


def payments_of(tenant: Tenant) -> QuerySet[Payment]:
    """Those that count."""
    return Payment.objects.filter(tenant=tenant, taken_back_at=None).select_related("bill")


def standings(tenant: Tenant) -> dict[str, Standing]:
    """By currency."""
    owed: dict[str, list[Owed]] = defaultdict(list)
    given: dict[str, list[Given]] = defaultdict(list)
    bills = Bill.objects.filter(tenant=tenant).order_by("due_on", "issued_at", "pk")
    for pk, kind, currency, total, corrects in bills.values_list(
        "pk", "kind", "currency", "total", "corrects"
    ):
        if kind == Bill.Kind.CREDIT:
            given[currency].append(Given(total, corrects))
        else:
            owed[currency].append(Owed(pk, total))
    for payment in payments_of(tenant).order_by("received_on", "pk"):
        given[payment.currency].append(Given(payment.amount, payment.bill_id))
    return {currency: standing_of(owed[currency], given[currency]) for currency in sorted({*owed, *given})}


def open_amounts(tenant: Tenant) -> dict[int, Decimal]:
    """By invoice, what is still to be paid of it; settled ones with nothing."""
    return {pk: amount for each in standings(tenant).values() for pk, amount in each.open.items()}


def overdue(tenant: Tenant, today: date) -> list[Overdue]:
    """Oldest first."""
    left = {pk: amount for pk, amount in open_amounts(tenant).items() if amount > 0}
    late = Bill.objects.filter(pk__in=left, due_on__lt=today).order_by("due_on", "pk")
    return [Overdue(bill, left[bill.pk], (today - bill.due_on).days) for bill in late if bill.due_on]


def statements(tenant: Tenant) -> list[Statement]:
    """One per currency, oldest entry first, each with the balance after it."""
    rows: dict[str, list[tuple[date, int, Bill | None, Payment | None, Decimal]]] = defaultdict(list)
    for bill in Bill.objects.filter(tenant=tenant).select_related("corrects"):
        amount = -bill.total if bill.is_credit else bill.total
        rows[bill.currency].append((bill.issued_on, bill.pk, bill, None, amount))
    for paid in payments_of(tenant):
        rows[paid.currency].append((paid.received_on, paid.pk, None, paid, -paid.amount))
    stands = standings(tenant)
    return [
        Statement(currency, entries, stands[currency].balance, stands[currency].on_account)
        for currency, entries in ((one, _entries(rows[one])) for one in sorted(rows))
    ]


def _entries(rows: list[tuple[date, int, Bill | None, Payment | None, Decimal]]) -> list[Entry]:
    """On one day bills come before payments."""
    balance, entries = ZERO, []
    for on, _pk, bill, paid, amount in sorted(rows, key=lambda row: (row[0], row[2] is None, row[1])):
        balance += amount
        entries.append(Entry(on, bill, paid, amount, balance))
    return entries
