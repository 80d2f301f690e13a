"""Cases as operators serve them."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.billing import months
from tenants.people.console.access import member_required
from tenants.people.models import Role
from tenants.service import errors
from tenants.service.actions import cases as actions
from tenants.service.actions.paging import answer_page
from tenants.service.console import forms
from tenants.service.console.answers import did, did_by_form, month_asked
from tenants.service.models import Case, CaseEntry
from tenants.service.policies import OPERATORS
from tenants.service.queries.cases import case as case_of
from tenants.service.queries.cases import cases_shown, entries_of, kept_in, next_due
from tenants.service.queries.roster import on_call, pages_of, pages_shown
from tenants.support.queries import accesses_for_case

Kind = CaseEntry.Kind


@never_cache
@require_GET
@member_required(*OPERATORS)
def case_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    seen = {
        "tab": "cases", "rows": [(case, next_due(case)) for case in cases_shown()], "now": now,
        "on_call": on_call(now), "pages": pages_shown(only_open=True),
    }  # fmt: skip
    return render(request, "tenants/service/operators/cases.html", seen)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def new_case(request: HttpRequest) -> HttpResponse:
    form = forms.CaseForm(request.POST or None)
    made: list[Case] = []
    if request.method == "POST" and did_by_form(request, form, lambda: made.append(_open(request, form))):
        return redirect("service_operators:case", made[0].pk)
    page = {"tab": "cases", "form": form}
    return render(
        request, "tenants/service/operators/new_case.html", page, status=422 if form.errors else 200
    )


def _open(request: HttpRequest, form: forms.CaseForm) -> Case:
    return actions.open_case(at=timezone.now(), by_name=str(request.user), **form.cleaned_data)


def _case(case_id: int | str) -> Case:
    found = case_of(int(case_id))
    if found is None:
        raise errors.CaseNotFound
    return found


@never_cache
@require_GET
@member_required(*OPERATORS)
def case_page(request: HttpRequest, case_id: int | str) -> HttpResponse:
    return _page(request, _case(case_id), {})


def _page(request: HttpRequest, case: Case, tried: dict[str, object]) -> HttpResponse:
    seen = {
        "tab": "cases", "case": case, "entries": entries_of(case, for_tenant=False), "due": next_due(case),
        "pages": pages_of(case), "pauses": list(case.pauses.all()), "now": timezone.now(),
        "accesses": accesses_for_case(case.tenant, case.number) if case.tenant else [],
        "word": forms.WordForm(), "pause": forms.PauseForm(),
        "change": forms.ChangeForm(initial={"severity": case.severity, "tenant": case.tenant_id}),
    }  # fmt: skip
    status = 422 if tried else 200
    return render(request, "tenants/service/operators/case.html", seen | tried, status=status)


@require_POST
@member_required(Role.OPERATOR)
def act(request: HttpRequest, case_id: int | str, act: str) -> HttpResponse:
    """`take`, `close`, `reopen`, `resume`: no words; the others come with a form."""
    case, who = _case(case_id), {"by_name": str(request.user), "at": timezone.now()}
    plain: dict[str, Callable[..., None]] = {
        "take": actions.take_on, "close": actions.close_case, "reopen": actions.reopen_case,
        "resume": actions.resume_case,
    }  # fmt: skip
    if act in plain:
        did(request, lambda: plain[act](case_id=case.pk, **who))
        return redirect("service_operators:case", case.pk)
    name, form, chosen = _with_form(act, request, case, who)
    if did_by_form(request, form, lambda: chosen(form.cleaned_data)):
        return redirect("service_operators:case", case.pk)
    return _page(request, case, {name: form})


def _with_form(
    act: str, request: HttpRequest, case: Case, who: dict
) -> tuple[str, forms.PlainForm, Callable]:
    if act == "pause":
        return (
            "pause",
            forms.PauseForm(request.POST),
            lambda said: actions.pause_case(case_id=case.pk, **said, **who),
        )
    if act == "change":
        return (
            "change",
            forms.ChangeForm(request.POST),
            lambda said: actions.change_case(case_id=case.pk, **said, **who),
        )
    if act == "solve":
        return (
            "word",
            forms.WordForm(request.POST),
            lambda said: actions.resolve_case(case_id=case.pk, **said, **who),
        )
    kind = Kind.ANSWERED if act == "answer" else Kind.NOTE
    return (
        "word",
        forms.WordForm(request.POST),
        lambda said: actions.write(case_id=case.pk, kind=kind, **said, **who),
    )


@require_POST
@member_required(Role.OPERATOR)
def answer(request: HttpRequest, page_id: int | str) -> HttpResponse:
    """ "I have it"."""
    page = answer_page(page_id=int(page_id), by_name=str(request.user), at=timezone.now())
    return redirect("service_operators:case", page.case_id)


@never_cache
@require_GET
@member_required(*OPERATORS)
def kept(request: HttpRequest) -> HttpResponse:
    """How the promises of cases were kept, by month (UTC)."""
    now = timezone.now()
    month = month_asked(request, months.month_of(now, "UTC"))
    seen = {
        "tab": "kept", "month": month, "before": months.first_day(month - timedelta(days=1)),
        "after": months.next_month(month), "kept": kept_in(month, now), "pages": pages_shown(),
    }  # fmt: skip
    return render(request, "tenants/service/operators/kept.html", seen)
