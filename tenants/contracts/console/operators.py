"""For operators: every tenant's agreement and what comes near; of one tenant all that was agreed."""

from collections.abc import Callable

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


def page(shown: Page, tab: str = "") -> Callable[..., HttpResponse]:
    """The view of one page of a tenant; `ids` name its quote or agreement."""

    @never_cache
    @require_http_methods(["GET", "POST"])
    @member_required(*KEEPERS)
    def view(request: HttpRequest, schema: str, **ids: int) -> HttpResponse:
        row = next(iter(ids.values()), 0)
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
            shown.context(desk, request)
        return serve(request, desk, shown)

    return view


@never_cache
@require_GET
@member_required(*KEEPERS)
def tenant_list(request: HttpRequest) -> HttpResponse:
    cards = agreement_cards(timezone.now())
    seen = {"cards": cards, "told": [line for card in cards for line in card.told]}
    return render(request, "tenants/contracts/list.html", seen)


@never_cache
@require_GET
@member_required(*KEEPERS)
def paper(request: HttpRequest, schema: str, signature_id: int) -> HttpResponse:
    return paper_answer(_tenant(schema), signature_id)


PAGES = {
    "terms": page(pages.TERMS),
    "quote": page(pages.QUOTE),
    "agreement": page(pages.AGREEMENT),
    "requirements": page(pages.REQUIREMENTS, "requirements/"),
    "meetings": page(pages.MEETINGS, "meetings/"),
    "risks": page(pages.RISKS, "risks/"),
    "cases": page(pages.CASES, "cases/"),
    "money": page(pages.MONEY, "money/"),
}
"""By the names of their addresses (operator_urls.py)."""


@require_GET
def public_cases(request: HttpRequest) -> HttpResponse:
    """For everybody: only what tenants allow to be told."""
    return render(request, "tenants/contracts/public_cases.html", {"cases": shown_cases()})
