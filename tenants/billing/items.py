"""Lines of the ledger that are no call and no recurring fee: purchases, fees paid once, credits and discounts."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import Q

from tenants.billing import errors, months, rounding
from tenants.billing.fees import Fee, FeeKey, bring_to
from tenants.billing.models import ZERO, Charge
from tenants.models import Tenant
from tenants.people.actions import record_audit

ITEMS = frozenset(
    {Charge.Kind.ONE_OFF, Charge.Kind.SETUP, Charge.Kind.CUSTOM, Charge.Kind.CREDIT, Charge.Kind.DISCOUNT}
)
TAKES_AWAY = frozenset({Charge.Kind.CREDIT, Charge.Kind.DISCOUNT})
MOST = Decimal(10) ** 9
OF_FEES = ("fee:", "year:")
LONGEST_SOURCE, LONGEST_LABEL = 80, 120


@transaction.atomic
def book_item(
    tenant: Tenant,
    *,
    month: date,
    kind: str,
    label: str,
    amount: Decimal,
    currency: str,
    source_key: str,
    quantity: Decimal | int = 1,
    unit_price: Decimal | None = None,
) -> Charge:
    """One row, exactly once per (tenant, month, kind, source_key), in the caller's transaction.

    `amount` is exact to six places, negative for what is taken off. Booked again with the same amount and currency the
    first row is returned; with others ItemBookedOtherwise is raised and nothing is written.
    """
    amount, quantity = _checked(kind, source_key, amount, quantity)
    price = rounding.to_micro(amount / quantity if unit_price is None else unit_price)
    row = Charge(
        tenant=tenant,
        month=months.first_day(month),
        kind=kind,
        source_key=source_key,
        label=_plain(label),
        quantity=quantity,
        unit_price=price,
        amount=amount,
        currency=currency,
    )
    # The ledger's own constraint decides who was first, also between two workers.
    Charge.objects.bulk_create([row], ignore_conflicts=True)
    written = Charge.objects.get(
        tenant=tenant, month=row.month, kind=kind, source_key=source_key, leg_id__isnull=True
    )
    if (written.amount, written.currency) != (amount, currency):
        raise errors.ItemBookedOtherwise
    if written.created_at == row.created_at:
        record_audit(verb="item booked", subject=written, after=_told(written))
    return written


@transaction.atomic
def bring_item(
    tenant: Tenant, *, month: date, kind: str, label: str, amount: Decimal, currency: str, source_key: str
) -> Charge | None:
    """From now on the item says this amount: one that said another is taken back whole and written anew, so that the
    next bill holds the difference. Nothing takes it back. The row that holds now; None where none does.
    """
    amount, quantity = _checked(kind, source_key, amount, 1)
    month = months.first_day(month)
    rows = Charge.objects.filter(
        tenant=tenant, month=month, kind=kind, leg_id__isnull=True, currency=currency
    )
    rows = rows.filter(Q(source_key=source_key) | Q(source_key__startswith=f"{source_key}#"))
    if amount and not rows:
        return book_item(
            tenant,
            month=month,
            kind=kind,
            label=label,
            amount=amount,
            currency=currency,
            source_key=source_key,
        )
    before = sum((row.amount for row in rows), ZERO)
    if before != amount:
        key = FeeKey(kind, source_key, _plain(label), amount, currency)
        bring_to(tenant, month, rows, [Fee(key, quantity, amount)] if amount else [])
        written = rows.order_by("pk").last()
        record_audit(verb="changed", subject=written, before={"amount": before}, after=_told(written))
    return rows.order_by("pk").last() if amount else None


def _checked(kind: str, source_key: str, amount: Decimal, quantity: Decimal | int) -> tuple[Decimal, Decimal]:
    if kind not in ITEMS:
        raise errors.NotAnItem(field="kind")
    if not source_key or len(source_key) > LONGEST_SOURCE or source_key.startswith(OF_FEES):
        raise errors.SourceCannotBe(field="source_key")
    amount, quantity = _number(amount), _number(quantity)
    if quantity <= 0:
        raise errors.AmountCannotBe(field="quantity")
    if kind in TAKES_AWAY and amount > 0:
        raise errors.CreditAddsNothing(field="amount")
    return amount, quantity


def _number(value: Decimal | int) -> Decimal:
    """To six places. Raises AmountCannotBe for what is no number, or too large for an invoice."""
    try:
        number = rounding.to_micro(Decimal(value))
    except (InvalidOperation, TypeError, ValueError):
        raise errors.AmountCannotBe(field="amount") from None
    if not number.is_finite() or abs(number) >= MOST:
        raise errors.AmountCannotBe(field="amount")
    return number


def _plain(label: str) -> str:
    return "".join(sign for sign in label if sign.isprintable()).strip()[:LONGEST_LABEL]


def _told(item: Charge) -> dict[str, object]:
    return {"kind": item.kind, "label": item.label, "amount": item.amount, "currency": item.currency}
