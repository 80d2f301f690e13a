"""Finance's bills: found by month and tenant, seen, printed, credited; and the month for the books."""

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.billing import months
from tenants.closing import books as book_keeping
from tenants.closing.actions.crediting import credit_bill
from tenants.closing.console.closes import month_asked
from tenants.closing.console.giving import paper_of, sheet_of
from tenants.closing.errors import MoreThanTheInvoice, NoSuchBill
from tenants.closing.models import Bill, month_text
from tenants.closing.policies import FINANCE, LOOKERS, can_close
from tenants.closing.queries.bills import bill_with_rows, bills, credited_lines, months_of_bills
from tenants.closing.queries.statement import open_amounts
from tenants.closing.resources import KINDS, body_of
from tenants.errors import DomainError
from tenants.people.actions import record_audit
from tenants.people.console.access import member_required

ROWS_PER_PAGE = 50


def _found(request: HttpRequest) -> QuerySet[Bill]:
    """By what stands in the address; a month nobody knows finds all."""
    month = months.month_from(request.GET.get("month", ""))
    found = bills().filter(month=month) if month else bills()
    asked = request.GET.get("tenant", "")
    return found.filter(tenant__name__icontains=asked[:120]) if asked else found


@never_cache
@require_GET
@member_required(*LOOKERS)
def bill_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(_found(request), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    seen = {
        "page": page,
        "months": [month_text(one) for one in months_of_bills()],
        "month": request.GET.get("month", ""),
        "tenant": request.GET.get("tenant", ""),
        "tab": "bills",
    }
    return render(request, "tenants/closing/operators/bills.html", seen)


def _bill(bill_id: int) -> Bill:
    bill = bill_with_rows(bill_id)
    if bill is None:
        raise NoSuchBill
    return bill


@never_cache
@require_GET
@member_required(*LOOKERS)
def bill_page(request: HttpRequest, bill_id: int) -> HttpResponse:
    return _page(request, _bill(bill_id))


def _page(request: HttpRequest, bill: Bill, **more: object) -> HttpResponse:
    done = credited_lines(bill)
    seen = {
        "bill": bill,
        "open": open_amounts(bill.tenant).get(bill.pk),
        "lines_left": [
            (line, line.amount - done.get(line.pk, (Decimal(0),))[0]) for line in bill.lines.all()
        ],
        "credits": bill.credits.all(),
        "reminders": bill.reminders.all(),
        "tellings": bill.tellings.select_related("receiver"),
        "may_close": can_close(request.user),
        "tab": "bills",
        **more,
    }
    status = 422 if more else 200
    return render(request, "tenants/closing/operators/bill.html", seen, status=status)


@require_GET
@member_required(*LOOKERS)
def bill_paper(request: HttpRequest, bill_id: int) -> HttpResponse:
    return paper_of(request, _bill(bill_id))


@require_POST
@member_required(*FINANCE)
def credit(request: HttpRequest, bill_id: int) -> HttpResponse:
    """`whole`, else what was typed beside the lines."""
    bill = _bill(bill_id)
    try:
        amounts = None if "whole" in request.POST else _typed(request, bill)
        note = credit_bill(
            bill_id=bill.pk, reason=request.POST.get("reason", ""), at=timezone.now(), amounts=amounts
        )
    except DomainError as refusal:
        return _page(request, bill, refusal=refusal.message, reason=request.POST.get("reason", ""))
    messages.success(request, _("Issued: %(number)s.") % {"number": note.number})
    return redirect("finance:bill", note.pk)


def _typed(request: HttpRequest, bill: Bill) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for line in bill.lines.all():
        text = request.POST.get(f"line{line.pk}", "").strip()[:30]
        if not text:
            continue
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite():
            raise MoreThanTheInvoice(left=line.amount, field="amount")
        found[line.pk] = amount
    return found


@require_GET
@member_required(*LOOKERS)
def sheet(request: HttpRequest, kind: str) -> HttpResponse:
    """Exactly what the list shows."""
    return sheet_of(_found(request), kind, "bills")


@require_GET
@member_required(*LOOKERS)
def books(request: HttpRequest) -> HttpResponse:
    month = month_asked(request.GET.get("month", ""))
    made = book_keeping.sheet(month)
    record_audit(
        verb="exported", subject="closing.books", after={"month": month_text(month), "rows": len(made)}
    )
    headers = {
        "Content-Disposition": f'attachment; filename="books-{month_text(month)}.csv"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(body_of(made, "csv"), content_type=KINDS["csv"], headers=headers)
