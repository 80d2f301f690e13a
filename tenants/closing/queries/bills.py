"""Bills as they were issued, and what was given back of them."""

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from tenants.closing.models import Bill, BillLine
from tenants.models import Tenant


def bills() -> QuerySet[Bill]:
    """Of every tenant, newest first."""
    return Bill.objects.select_related("tenant", "corrects").order_by("-issued_at", "-pk")


def bills_of(tenant: Tenant) -> QuerySet[Bill]:
    return bills().filter(tenant=tenant)


def bill_with_rows(bill_id: int, tenant: Tenant | None = None) -> Bill | None:
    """With its lines and taxes read; of this tenant, where one is given."""
    found = bills() if tenant is None else bills_of(tenant)
    return found.prefetch_related("lines", "taxes").filter(pk=bill_id).first()


def credited_lines(bill: Bill) -> dict[int, tuple[Decimal, Decimal]]:
    """By line of an invoice (amount, tax) that credit notes gave back."""
    rows = (
        BillLine.objects.filter(corrects__bill=bill)
        .order_by()
        .values_list("corrects")
        .annotate(Sum("amount"), Sum("tax"))
    )
    return {pk: (amount, tax) for pk, amount, tax in rows}


def months_of_bills() -> list[date]:
    """Newest first."""
    return list(Bill.objects.order_by("-month").values_list("month", flat=True).distinct())


def lines_of(found: QuerySet[Bill]) -> QuerySet[BillLine]:
    """In the order of a sheet."""
    lines = BillLine.objects.filter(bill__in=found.order_by().values("pk")).select_related("bill__tenant")
    return lines.order_by("bill__issued_at", "bill__number", "position")
