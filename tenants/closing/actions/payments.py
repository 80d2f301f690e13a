"""Money that came in, and money that did not after all."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from tenants.billing.rounding import to_coin
from tenants.closing.actions.reminders import follow_payment
from tenants.closing.errors import AlreadyTakenBack, NotAnAmount, NotTheirInvoice, ReferenceKnown
from tenants.closing.models import Bill, Payment
from tenants.models import Tenant
from tenants.people.actions import record_audit


@transaction.atomic
def record_payment(
    *,
    tenant: Tenant,
    amount: Decimal,
    currency: str,
    received_on: date,
    reference: str,
    by_name: str,
    at: datetime,
    method: str = Payment.Method.TRANSFER,
    bill: Bill | None = None,
) -> Payment:
    """Part of an invoice, or more than is owed, is as good as all of it. A reference counts once per tenant."""
    if amount <= 0 or to_coin(amount, currency) != amount:
        raise NotAnAmount(field="amount")
    if bill is not None and (bill.tenant_id != tenant.pk or bill.currency != currency or bill.is_credit):
        raise NotTheirInvoice(field="bill")
    # Reminders of this tenant wait, so that nobody is suspended while the payment is written.
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                tenant=tenant,
                bill=bill,
                amount=amount,
                currency=currency,
                received_on=received_on,
                reference=reference.strip(),
                method=method,
                by_name=by_name[:120],
                recorded_at=at,
            )
    except IntegrityError:
        raise ReferenceKnown(field="reference") from None
    record_audit(
        verb="payment recorded",
        subject=payment,
        after={"tenant": tenant.schema_name, "amount": amount, "currency": currency},
    )
    follow_payment(tenant=tenant, at=at)
    return payment


@transaction.atomic
def take_back_payment(*, payment_id: int, reason: str, at: datetime) -> None:
    """It bounced, or was typed wrongly. It stays to be read; its reference may be used again."""
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    if payment.taken_back_at:
        raise AlreadyTakenBack
    payment.taken_back_at, payment.taken_back_why = at, reason[:200]
    payment.save(update_fields=["taken_back_at", "taken_back_why"])
    record_audit(verb="payment taken back", subject=payment, reason=reason)
