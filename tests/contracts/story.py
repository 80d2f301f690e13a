"""What a quote is made of, and how a side signs."""

from datetime import date, datetime
from decimal import Decimal

from tenants.closing.models import Close, CloseRun
from tenants.contracts.actions import agreements, quotes
from tenants.contracts.models import Agreement
from tenants.desk.actions import Kept
from tenants.models import Tenant

PDF = b"%PDF-1.4 signed by both"
PAPER = Kept(
    media_type="application/pdf", size=len(PDF), sha256="0" * 64, stored_as="x", wrapped="x", wrapped_by="x"
)
PER_SEAT = quotes.Line(
    kind="seats", label="Seats", billed="monthly", quantity=Decimal(10), unit_price=Decimal("99.90")
)
SETUP = quotes.Line(
    kind="training", label="Training", billed="once", quantity=Decimal(2), unit_price=Decimal("1500.00")
)


def close_month(tenant: Tenant, month: date, at: datetime) -> None:
    """As if finance had closed it."""
    run = CloseRun.objects.create(month=month, by_name="Fiona", asked_at=at, state=CloseRun.State.DONE)
    Close.objects.create(run=run, tenant=tenant, month=month, state=Close.State.CLOSED, closed_at=at)


def sign(agreement: Agreement, side: str, now) -> None:
    agreements.sign(
        tenant=agreement.tenant,
        agreement_id=agreement.pk,
        side=side,
        name=f"Signer of {side}",
        title="Director",
        signed_on=date(2026, 11, 10),
        kept=PAPER,
        at=now,
    )
