"""The agreement as the tenant's own people see it, and what its owner decides."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tenants.context import current_tenant
from tenants.contracts.console import pages
from tenants.contracts.console.acts import Page, serve
from tenants.contracts.console.answers import paper_answer
from tenants.contracts.console.desk import Desk
from tenants.contracts.models import Side
from tenants.contracts.policies import DECIDERS, MANAGERS, PARTNERS, PLANNERS, READERS
from tenants.people.console.access import member_required
from tenants.people.policies import has_role

BASE = "/contract/"


def _serve(
    request: HttpRequest, page: Page, tab: str, writers: tuple[Any, ...], row: int = 0
) -> HttpResponse:
    desk = Desk(
        tenant=current_tenant(),
        side=Side.CUSTOMER,
        base=BASE,
        tab=tab,
        may_write=has_role(request.user, *writers),
        reader=request.user,
        row=row,
    )
    if row:
        page.context(desk, request)
    return serve(request, desk, page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*READERS, writers=DECIDERS)
def terms(request: HttpRequest) -> HttpResponse:
    return _serve(request, pages.TERMS, "", DECIDERS)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*READERS, writers=DECIDERS)
def quote(request: HttpRequest, quote_id: int) -> HttpResponse:
    return _serve(request, pages.QUOTE, "", DECIDERS, quote_id)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*READERS, writers=DECIDERS)
def agreement(request: HttpRequest, agreement_id: int) -> HttpResponse:
    return _serve(request, pages.AGREEMENT, "", DECIDERS, agreement_id)


@never_cache
@require_GET
@member_required(*READERS)
def paper(request: HttpRequest, signature_id: int) -> HttpResponse:
    return paper_answer(current_tenant(), signature_id)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*PARTNERS, writers=DECIDERS)
def requirements(request: HttpRequest) -> HttpResponse:
    return _serve(request, pages.REQUIREMENTS, "requirements/", DECIDERS)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*PARTNERS, writers=MANAGERS)
def meetings(request: HttpRequest) -> HttpResponse:
    return _serve(request, pages.MEETINGS, "meetings/", MANAGERS)


@never_cache
@require_GET
@member_required(*PARTNERS)
def risks(request: HttpRequest) -> HttpResponse:
    return _serve(request, pages.RISKS, "risks/", ())


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*READERS, writers=DECIDERS)
def cases(request: HttpRequest) -> HttpResponse:
    return _serve(request, pages.CASES, "cases/", DECIDERS)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*READERS, writers=PLANNERS)
def money(request: HttpRequest) -> HttpResponse:
    return _serve(request, pages.MONEY, "money/", PLANNERS)
