"""For operators: every tenant's agreement and what comes near; of one tenant all that was agreed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tenants.contracts.console import pages
from tenants.contracts.console.acts import Page, serve
from tenants.contracts.console.answers import paper_answer
from tenants.contracts.console.desk import Desk
from tenants.contracts.models import Side
from tenants.contracts.policies import KEEPERS
from tenants.contracts.queries.overview import agreement_cards, tenant_named
from tenants.contracts.queries.partnership import shown_cases
from tenants.models import Tenant
from tenants.people.console.access import member_required


def _tenant(schema: str) -> Tenant:
    found = tenant_named(schema)
    if found is None:
        raise Http404
    return found


def _serve(request: HttpRequest, schema: str, page: Page, tab: str, row: int = 0) -> HttpResponse:
    desk = Desk(
        tenant=_tenant(schema),
        side=Side.VENDOR,
        base=f"/contracts/{schema}/",
        tab=tab,
        may_write=True,
        reader=request.user,
        row=row,
    )
    if row:
        page.context(desk, request)
    return serve(request, desk, page)


@never_cache
@require_GET
@member_required(*KEEPERS)
def tenant_list(request: HttpRequest) -> HttpResponse:
    cards = agreement_cards(timezone.now())
    seen = {"cards": cards, "told": [line for card in cards for line in card.told]}
    return render(request, "tenants/contracts/list.html", seen)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def terms(request: HttpRequest, schema: str) -> HttpResponse:
    return _serve(request, schema, pages.TERMS, "")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def quote(request: HttpRequest, schema: str, quote_id: int) -> HttpResponse:
    return _serve(request, schema, pages.QUOTE, "", quote_id)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def agreement(request: HttpRequest, schema: str, agreement_id: int) -> HttpResponse:
    return _serve(request, schema, pages.AGREEMENT, "", agreement_id)


@never_cache
@require_GET
@member_required(*KEEPERS)
def paper(request: HttpRequest, schema: str, signature_id: int) -> HttpResponse:
    return paper_answer(_tenant(schema), signature_id)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def requirements(request: HttpRequest, schema: str) -> HttpResponse:
    return _serve(request, schema, pages.REQUIREMENTS, "requirements/")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def meetings(request: HttpRequest, schema: str) -> HttpResponse:
    return _serve(request, schema, pages.MEETINGS, "meetings/")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def risks(request: HttpRequest, schema: str) -> HttpResponse:
    return _serve(request, schema, pages.RISKS, "risks/")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def cases(request: HttpRequest, schema: str) -> HttpResponse:
    return _serve(request, schema, pages.CASES, "cases/")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def money(request: HttpRequest, schema: str) -> HttpResponse:
    return _serve(request, schema, pages.MONEY, "money/")


@require_GET
def public_cases(request: HttpRequest) -> HttpResponse:
    """For everybody: only what tenants allow to be told."""
    return render(request, "tenants/contracts/public_cases.html", {"cases": shown_cases()})
