"""Finance closes a month: what stands in the way of each tenant, the run with its progress, and its end."""

from datetime import date

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tenants.billing import months
from tenants.billing.errors import NoSuchMonth
from tenants.closing.actions.closes import cancel_run, start_run
from tenants.closing.models import Close, CloseRun
from tenants.closing.policies import FINANCE, LOOKERS, can_close
from tenants.closing.preflight import problems_of, said
from tenants.closing.queries.closes import running, runs, tenants_to_close
from tenants.closing.queries.terms import terms_of
from tenants.closing.tasks import send_run
from tenants.errors import DomainError
from tenants.people.console.access import member_required

MOST_CHECKED = 200
"""Tenants whose preflight is worked out for one page; a run checks all."""
LISTED_RUNS = 20


def month_asked(asked: str) -> date:
    """The month in the address, else the one before this."""
    this = timezone.localdate().replace(day=1)
    month = months.month_from(asked) if asked else months.first_day(this.replace(day=1) - _A_DAY)
    if month is None:
        raise NoSuchMonth(field="month")
    return month


_A_DAY = date(2000, 1, 2) - date(2000, 1, 1)


@never_cache
@require_GET
@member_required(*LOOKERS)
def closes(request: HttpRequest) -> HttpResponse:
    month, now = month_asked(request.GET.get("month", "")), timezone.now()
    left = tenants_to_close(month)
    checked = [(one, _said(one, month, now)) for one in left[:MOST_CHECKED]]
    seen = {
        "month": month,
        "before": months.first_day(month - _A_DAY),
        "after": months.next_month(month),
        "left": len(left),
        "blocked": [row for row in checked if row[1]],
        "ready": [tenant for tenant, problems in checked if not problems],
        "closed": Close.objects.filter(month=month, state=Close.State.CLOSED).count(),
        "running": running(),
        "runs": runs()[:LISTED_RUNS],
        "may_close": can_close(request.user),
        "tab": "closes",
    }
    return render(request, "tenants/closing/operators/closes.html", seen)


def _said(tenant, month: date, at) -> list[dict]:  # noqa: ANN001
    return said([list(one) for one in problems_of(tenant, month, terms_of(tenant, at))], tenant, month)


class StartForm(forms.Form):
    month = forms.CharField(max_length=7)
    tenant = forms.CharField(max_length=63, required=False)
    accepts_warnings = forms.BooleanField(required=False)


@require_POST
@member_required(*FINANCE)
def start(request: HttpRequest) -> HttpResponse:
    form = StartForm(request.POST)
    month = months.month_from(form.cleaned_data["month"]) if form.is_valid() else None
    if month is None:
        raise NoSuchMonth(field="month")
    asked = form.cleaned_data["tenant"]
    chosen = [one for one in tenants_to_close(month) if not asked or one.schema_name == asked]
    try:
        run = start_run(
            month=month,
            tenants=chosen,
            by_name=str(request.user),
            at=timezone.now(),
            accepts_warnings=form.cleaned_data["accepts_warnings"],
        )
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("finance:closes")
    transaction.on_commit(lambda: send_run(run.pk))
    return redirect("finance:run", run.pk)


def _run(closerun_id: int) -> CloseRun:
    found = runs().filter(pk=closerun_id).first()
    if found is None:
        raise Http404
    return found


@never_cache
@require_GET
@member_required(*LOOKERS)
def run(request: HttpRequest, closerun_id: int) -> HttpResponse:
    found = _run(closerun_id)
    rows = found.closes.select_related("tenant").order_by("state", "tenant__name")
    seen = {
        "run": found,
        "done": found.steps - found.count_waiting,
        "rows": [(one, said(one.problems, one.tenant, one.month)) for one in rows[:1000]],
        "may_close": can_close(request.user),
        "tab": "closes",
    }
    answer = render(request, "tenants/closing/operators/run.html", seen)
    if found.is_running:
        # A page without a socket: it asks again by itself while something moves.
        answer["Refresh"] = "3"
    return answer


@require_POST
@member_required(*FINANCE)
def cancel(request: HttpRequest, closerun_id: int) -> HttpResponse:
    cancel_run(run_id=_run(closerun_id).pk, at=timezone.now())
    messages.success(request, _("Cancelled. What was closed stays closed."))
    return redirect("finance:run", closerun_id)
