"""What is to be billed: the ledger of every month up to one, less what invoices have of it already.

So a charge that came after its month was closed stands on the next bill, and nothing is billed twice, whatever runs
again: it is the difference that is billed, not the charge.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum

from tenants.billing.models import ZERO, InvoiceLine
from tenants.billing.queries import usage_by_month
from tenants.closing.models import Bill, BillLine
from tenants.models import Tenant


class DueKey(NamedTuple):
    month: date
    kind: str
    label: str
    unit_price: Decimal
    currency: str


class Due(NamedTuple):
    """What is to be billed of one key; negative where more was billed than the ledger says by now."""

    key: DueKey
    quantity: Decimal
    amount: Decimal


def due_of(tenant: Tenant, month: date) -> dict[str, list[Due]]:
    """By currency, what the month's bill has to hold: its own charges in the order of a draft, then late ones."""
    is_billed = billed(tenant)
    found: dict[str, list[Due]] = defaultdict(list)
    seen: set[DueKey] = set()
    used = usage_by_month(tenant, date.min, month)
    # The month itself first, then earlier ones, the oldest first.
    for each in sorted(used, key=lambda each: (each != month, each)):
        for row in used[each]:
            key = DueKey(each, row.kind, row.label, row.unit_price, row.currency)
            seen.add(key)
            quantity, amount = is_billed.get(key, (ZERO, ZERO))
            due = Due(key, row.quantity - quantity, row.amount - amount)
            # What is free is said in its own month alone.
            if due.amount or each == month:
                _add(found, due)
    for key, (quantity, amount) in is_billed.items():
        if key not in seen and key.month <= month:
            # The ledger loses no rows: this is only for keys whose label or price was written anew.
            _add(found, Due(key, -quantity, -amount))
    return dict(found)


def months_behind(found: Mapping[str, Sequence[Due]], month: date) -> list[date]:
    """Earlier months of which something is to be billed still: what is included in them may cover it."""
    return sorted({one.key.month for due in found.values() for one in due} - {month})


def _add(found: dict[str, list[Due]], due: Due) -> None:
    if due.quantity or due.amount:
        found[due.key.currency].append(due)


def billed(tenant: Tenant) -> dict[DueKey, tuple[Decimal, Decimal]]:
    """(quantity, exact amount) of what invoices hold. Credit notes are left out: they change no charge."""
    rows = (
        BillLine.objects.filter(bill__tenant=tenant, bill__kind=Bill.Kind.INVOICE)
        .exclude(kind=InvoiceLine.ROUNDING)
        .order_by()
        .values_list("source_month", "kind", "label", "unit_price", "bill__currency")
        .annotate(Sum("quantity"), Sum("exact_amount"))
    )
    return {DueKey(*row[:5]): (row[5], row[6]) for row in rows}
