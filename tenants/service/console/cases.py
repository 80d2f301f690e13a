"""Cases as the tenant sees them: opening one, reading and writing in it, closing it or opening it again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.people.console.access import member_required
from tenants.service import errors
from tenants.service.actions import cases as actions
from tenants.service.console.answers import did, did_by_form
from tenants.service.console.forms import OwnCaseForm, WordForm
from tenants.service.models import Case, CaseEntry
from tenants.service.models.cases import Severity
from tenants.service.policies import CASE_ROLES
from tenants.service.queries.cases import (
    MOST_SHOWN,
    cases_of,
    entries_of,
    hours_for,
    kept_in,
    next_due,
    terms_for,
)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*CASE_ROLES)
def case_list(request: HttpRequest) -> HttpResponse:
    tenant, now = request.tenant, timezone.now()
    form = OwnCaseForm(request.POST or None)
    if request.method == "POST" and did_by_form(
        request, form, lambda: _open(request, form), _("Your case is open. The answer comes to this page.")
    ):
        return redirect("service:cases")
    terms = [(severity.label, terms_for(tenant, severity, now)) for severity in Severity]
    seen = {
        "tab": "cases", "form": form, "rows": [(case, next_due(case)) for case in cases_of(tenant)[:MOST_SHOWN]],
        "terms": terms, "hours": hours_for(tenant, now), "now": now,
        "kept": [one for one in kept_in(timezone.localdate(), now, tenant=tenant) if one.opened],
    }  # fmt: skip
    return render(request, "tenants/service/cases.html", seen, status=422 if form.errors else 200)


def _open(request: HttpRequest, form: OwnCaseForm) -> Case:
    return actions.open_case(
        tenant=request.tenant, channel=Case.Channel.PAGE, by_name=str(request.user),
        contact=request.user.email or "", at=timezone.now(), **form.cleaned_data,
    )  # fmt: skip


def _own(request: HttpRequest, case_id: int | str) -> Case:
    """The current tenant's; of others there is nothing to be known."""
    found = cases_of(request.tenant).filter(pk=int(case_id)).first()
    if found is None:
        raise errors.CaseNotFound
    return found


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*CASE_ROLES)
def case_page(request: HttpRequest, case_id: int | str) -> HttpResponse:
    case = _own(request, case_id)
    form = WordForm(request.POST or None)
    if request.method == "POST" and did_by_form(request, form, lambda: _write(request, case, form)):
        return redirect("service:case", case.pk)
    seen = {
        "tab": "cases", "case": case, "entries": entries_of(case, for_tenant=True), "form": form,
        "due": next_due(case), "now": timezone.now(),
    }  # fmt: skip
    return render(request, "tenants/service/case.html", seen, status=422 if form.errors else 200)


def _write(request: HttpRequest, case: Case, form: WordForm) -> None:
    actions.write(
        case_id=case.pk, kind=CaseEntry.Kind.ASKED, by_name=str(request.user), at=timezone.now(),
        text=form.cleaned_data["text"],
    )  # fmt: skip


@require_POST
@member_required(*CASE_ROLES)
def act(request: HttpRequest, case_id: int | str, act: str) -> HttpResponse:
    case = _own(request, case_id)
    chosen = actions.close_case if act == "close" else actions.reopen_case
    did(request, lambda: chosen(case_id=case.pk, by_name=str(request.user), at=timezone.now()))
    return redirect("service:case", case.pk)
