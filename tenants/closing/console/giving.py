"""What both sides are given of bills: the paper and the sheet."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from tenants.closing.errors import NoSuchBill
from tenants.closing.models import Bill
from tenants.closing.paper import paper
from tenants.closing.queries.bills import lines_of
from tenants.closing.resources import KINDS, BillSheetResource, body_of
from tenants.errors import NotFound
from tenants.models import TenantLanguage
from tenants.people.actions import record_audit


def paper_of(request: HttpRequest, bill: Bill | None) -> HttpResponse:
    """In the language asked for, else in the bill's own."""
    if bill is None:
        raise NoSuchBill
    asked = request.GET.get("language", "")
    language = asked if asked in TenantLanguage.values else bill.language
    headers = {
        "Content-Disposition": f'inline; filename="{bill.number}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(paper(bill, language), content_type="application/pdf", headers=headers)


def sheet_of(found: QuerySet[Bill], kind: str, name: str) -> HttpResponse:
    if kind not in KINDS:
        raise NotFound
    sheet = BillSheetResource().export(queryset=lines_of(found))
    record_audit(verb="exported", subject="closing.bill", after={"rows": len(sheet), "format": kind})
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(body_of(sheet, kind), content_type=KINDS[kind], headers=headers)
