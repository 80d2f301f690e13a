"""The tenant's own bills: what is open, the statement of the account, each bill and its paper."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tenants.billing import months
from tenants.closing.console.giving import paper_of, sheet_of
from tenants.closing.errors import NoSuchBill
from tenants.closing.policies import OWN_BILLS
from tenants.closing.queries.bills import bill_with_rows, bills_of
from tenants.closing.queries.statement import open_amounts, overdue, statements
from tenants.people.console.access import member_required


@never_cache
@require_GET
@member_required(*OWN_BILLS)
def account(request: HttpRequest) -> HttpResponse:
    tenant = request.tenant
    left = open_amounts(tenant)
    late = {one.bill.pk: one for one in overdue(tenant, months.day_of(timezone.now(), tenant.time_zone))}
    rows = [(bill, left.get(bill.pk), late.get(bill.pk)) for bill in bills_of(tenant)[:200]]
    seen = {
        "rows": rows,
        "statements": statements(tenant),
        "reminders": [step for one in late.values() for step in one.bill.reminders.select_related("bill")],
    }
    return render(request, "tenants/closing/account.html", seen)


@never_cache
@require_GET
@member_required(*OWN_BILLS)
def bill_page(request: HttpRequest, bill_id: int) -> HttpResponse:
    bill = bill_with_rows(bill_id, request.tenant)
    if bill is None:
        raise NoSuchBill
    seen = {"bill": bill, "open": open_amounts(request.tenant).get(bill.pk), "credits": bill.credits.all()}
    return render(request, "tenants/closing/bill.html", seen)


@require_GET
@member_required(*OWN_BILLS)
def bill_paper(request: HttpRequest, bill_id: int) -> HttpResponse:
    return paper_of(request, bill_with_rows(bill_id, request.tenant))


@require_GET
@member_required(*OWN_BILLS)
def sheet(request: HttpRequest, kind: str) -> HttpResponse:
    return sheet_of(bills_of(request.tenant), kind, f"bills-{request.tenant.schema_name}")
