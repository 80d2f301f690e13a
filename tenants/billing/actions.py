"""Every write of billing. Calls are charged in legs.py, monthly fees in fees.py, what is bought once in items.py."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from tenants.billing import months, rounding
from tenants.billing.bundles import rate_bundles
from tenants.billing.fees import rate_numbers
from tenants.billing.items import book_item, bring_item
from tenants.billing.legs import charge_leg, charge_legs, price_unpriced
from tenants.billing.models import Invoice, InvoiceLine, PriceList
from tenants.billing.queries import Usage, unpriced_of, usage
from tenants.billing.rerating import rate_anew
from tenants.billing.seats import rate_seats
from tenants.billing.sums import fold_days
from tenants.billing.usage_of_legs import SettledLeg
from tenants.models import Tenant
from tenants.people.actions import record_audit

__all__ = [
    "SettledLeg",
    "book_item",
    "bring_item",
    "charge_leg",
    "charge_legs",
    "copy_price_list",
    "draft_invoice",
    "fold_days",
    "price_unpriced",
    "rate_anew",
    "rate_bundles",
    "rate_numbers",
    "rate_seats",
]


@transaction.atomic
def draft_invoice(*, tenant: Tenant, month: date, at: datetime) -> list[Invoice]:
    """Bring the ledger up to date and rebuild the month's drafts, one per currency. Again gives the same."""
    month = months.first_day(month)
    # One draft at a time per tenant; calls go on being charged meanwhile.
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    price_unpriced(tenant=tenant, month=month)
    missing = rate_seats(tenant=tenant, month=month)
    rate_numbers(tenant=tenant, month=month)
    rate_bundles(tenant=tenant, month=month)
    missing += unpriced_of(tenant, month).count()
    used: dict[str, list[Usage]] = defaultdict(list)
    for row in usage(tenant, month):
        used[row.currency].append(row)
    drafted = Invoice.objects.filter(tenant=tenant, month=month).values_list("currency", flat=True)
    currencies = sorted({*drafted, *used}) or [tenant.currency]
    return [_rebuild(tenant, month, currency, used[currency], missing, at) for currency in currencies]


def _rebuild(
    tenant: Tenant, month: date, currency: str, used: Sequence[Usage], missing: int, at: datetime
) -> Invoice:
    """Of what the month used in this currency; what has no price adds nothing to a sum."""
    lines = [row for row in used if row.quantity or row.amount]
    exact = sum((row.amount for row in used), Decimal(0))
    values = {
        "exact_total": exact,
        "total": rounding.to_coin(exact, currency),
        "charge_count": sum(row.charge_count for row in lines),
        "unpriced_count": missing,
        "drafted_at": at,
    }
    invoice, is_new = Invoice.objects.update_or_create(
        tenant=tenant, month=month, currency=currency, defaults=values
    )
    if not is_new:
        invoice.lines.all().delete()
    InvoiceLine.objects.bulk_create(_with_rounding(invoice, [_line(invoice, row) for row in lines]))
    record_audit(verb="invoice drafted", subject=invoice, after={"total": invoice.total, "missing": missing})
    return invoice


def _line(invoice: Invoice, row: Usage) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        kind=row.kind,
        label=row.label,
        quantity=row.quantity,
        unit_price=row.unit_price,
        exact_amount=row.amount,
        amount=rounding.to_coin(row.amount, row.currency),
        charge_count=row.charge_count,
        rule=row.rule,
    )


def _with_rounding(invoice: Invoice, lines: list[InvoiceLine]) -> Iterable[InvoiceLine]:
    left_over = invoice.total - sum((line.amount for line in lines), Decimal(0))
    if left_over:
        lines.append(InvoiceLine(invoice=invoice, kind=InvoiceLine.ROUNDING, amount=left_over))
    for position, line in enumerate(lines, start=1):
        line.position = position
    return lines


@transaction.atomic
def copy_price_list(*, price_list: PriceList, at: datetime) -> PriceList:
    """The next version of a plan's prices, the same for now, holding from the day after."""
    newest = PriceList.objects.select_for_update().filter(plan=price_list.plan_id).order_by("-version")[0]
    kept = {
        name: getattr(price_list, name)
        for name in (
            "currency",
            "plan_fee",
            "seat_fee",
            "plan_fee_year",
            "seat_fee_year",
            "seat_fee_day",
            "note",
        )
    }
    made = PriceList.objects.create(
        plan_id=price_list.plan_id,
        version=newest.version + 1,
        valid_from=at.date() + timedelta(days=1),
        **kept,
    )
    lists: list[Any] = [
        price_list.prices,
        price_list.module_prices,
        price_list.bundles,
        price_list.term_discounts,
    ]
    for parts in lists:
        rows = list(parts.all())
        for row in rows:
            row.pk, row.price_list = None, made
        parts.model.objects.bulk_create(rows)
    record_audit(
        verb="added", subject=made, after={"copy of": price_list.version, "valid_from": made.valid_from}
    )
    return made
