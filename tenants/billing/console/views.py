"""What the tenant's owner and finance see: the month so far, the charges behind each line, and the drafts."""

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from tenants.billing import idle, months, rounding
from tenants.billing.errors import NoSuchMonth
from tenants.billing.forecast import month_end
from tenants.billing.models import Charge, month_text
from tenants.billing.policies import USAGE_ROLES
from tenants.billing.queries import (
    Usage,
    charges_behind,
    charges_of,
    invoices_of,
    months_with_charges,
    totals,
    unpriced_of,
    usage,
)
from tenants.billing.resources import ChargeResource
from tenants.errors import NotFound
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required
from tenants.plans.queries import gauges_of

ROWS_PER_PAGE = 50
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _month(request: HttpRequest) -> date:
    """The month in the address, else the tenant's running one."""
    asked = request.GET.get("month", "")
    month = months.month_from(asked) if asked else months.month_of(timezone.now(), request.tenant.time_zone)
    if month is None:
        raise NoSuchMonth(field="month")
    return month


@require_GET
@member_required(*USAGE_ROLES)
def usage_page(request: HttpRequest) -> HttpResponse:
    tenant, month = request.tenant, _month(request)
    known = {month, months.month_of(timezone.now(), tenant.time_zone), *months_with_charges(tenant)}
    seen = {
        "month": month,
        "months": sorted(known, reverse=True),
        "lines": [(line, _address(month, line)) for line in usage(tenant, month)],
        "totals": [
            (currency, rounding.to_coin(exact, currency)) for currency, exact in totals(tenant, month).items()
        ],
        "unpriced_count": unpriced_of(tenant, month).count(),
        "invoices": invoices_of(tenant),
        "rule": rounding.RULE,
        "end": month_end(tenant, month, timezone.now()),
        "gauges": gauges_of(tenant),
    }
    return render(request, "billing/usage.html", seen)


def _address(month: date, line: Usage) -> str:
    return urlencode({"month": month_text(month), "kind": line.kind, "label": line.label})


@require_GET
@member_required(*USAGE_ROLES)
def charges_page(request: HttpRequest) -> HttpResponse:
    """The charges behind one line, or all of the month."""
    month = _month(request)
    kind, label = request.GET.get("kind", ""), request.GET.get("label")
    charges = charges_behind(
        request.tenant, month, kind=kind, label=label, only_unpriced="unpriced" in request.GET
    )
    seen = {
        "month": month,
        "kind": dict(Charge.Kind.choices).get(kind, ""),
        "label": label or "",
        "page": Paginator(charges, ROWS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "billing/charges.html", seen)


@require_GET
@member_required(*USAGE_ROLES)
def invoice_page(request: HttpRequest, invoice_id: int) -> HttpResponse:
    invoice = invoices_of(request.tenant).filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFound
    return render(request, "billing/invoice.html", {"invoice": invoice, "rule": rounding.RULE})


@require_GET
@member_required(*USAGE_ROLES)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The month's charges as a sheet; the sum of its amounts is the sum of the ledger."""
    if kind not in KINDS:
        raise NotFound
    month = _month(request)
    rows = charges_of(request.tenant, month).select_related("tenant").order_by("id")
    sheet = ChargeResource().export(queryset=rows)
    # The mark lets spreadsheet programs read Chinese from a csv.
    body = sheet.xlsx if kind == "xlsx" else b"\xef\xbb\xbf" + sheet.csv.encode()
    record_audit(
        verb="exported", subject="billing.charge", after={"month": month_text(month), "rows": len(sheet)}
    )
    name = f"usage-{request.tenant.schema_name}-{month_text(month)}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type=KINDS[kind], headers=headers)


@require_GET
@member_required(*USAGE_ROLES)
def seats_page(request: HttpRequest) -> HttpResponse:
    """Seats nobody used lately and modules without use, with what they cost a month."""
    found = idle.idle_seats(request.tenant, at=timezone.now())
    return render(request, "billing/seats.html", {"found": found, "days": idle.IDLE_DAYS})
