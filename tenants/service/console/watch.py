"""The health of every part with its history, outages and whom they touched, notes to customers, months and credits."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.billing import months
from tenants.people.console.access import member_required
from tenants.people.models import Role
from tenants.people.policies import has_role
from tenants.service import errors, status
from tenants.service.actions import notes as actions
from tenants.service.actions.credits import settle_last_month
from tenants.service.actions.watch import explain_outage, settle_gap
from tenants.service.console import forms
from tenants.service.console.answers import did, did_by_form, month_asked
from tenants.service.console.status import STATES, sheet
from tenants.service.parts import COUNTED, OUTSIDE, name_of
from tenants.service.policies import OPERATORS
from tenants.service.queries.availability import booked_months, tenants_touched, whole_month
from tenants.service.queries.notes import notes_shown
from tenants.service.queries.watch import last_look, outage, outages, parts_now
from tenants.typed import whole


@never_cache
@require_GET
@member_required(*OPERATORS)
def parts(request: HttpRequest) -> HttpResponse:
    now, looked = timezone.now(), last_look()
    found = parts_now(now)
    seen = {
        "tab": "parts",
        "worst": status.worst_of(found),
        "sees_budget": has_role(request.user, Role.OPERATOR),
        "parts": [(one, STATES.get(one.state, ""), one.is_counted) for one in found],
        "looked_at": looked,
        "is_late": looked is None or now - looked > timedelta(seconds=60),
        "outages": [(one, name_of(one.part)) for one in outages()],
    }
    return render(request, "tenants/service/operators/parts.html", seen)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*OPERATORS, writers=(Role.OPERATOR,))
def outage_page(request: HttpRequest, span_id: int | str) -> HttpResponse:
    """Whom it touched and for how long; what it was; of a gap, what it counts as."""
    span, now = outage(int(span_id)), timezone.now()
    if span is None:
        raise errors.OutageNotFound
    is_gap = span.state == span.State.UNKNOWN
    data, is_settling = request.POST or None, "as_state" in request.POST
    cause = forms.CauseForm(data if not is_settling else None, initial={"cause": span.cause})
    settle = forms.SettleForm(data if is_settling else None)
    if request.method == "POST":
        form = settle if is_settling else cause
        if did_by_form(request, form, lambda: _judge(request, span.pk, form, is_settling)):
            return redirect("service_operators:outage", span.pk)
    seen = {
        "tab": "parts", "span": span, "name": name_of(span.part), "touched": tenants_touched(span, now),
        "is_counted": span.part in COUNTED or span.is_counted, "cause": cause,
        "settle": settle if is_gap and span.ended_at and span.part not in OUTSIDE else None,
        "notes": span.notes.all(), "cases": span.cases.all(),
    }  # fmt: skip
    code = 422 if cause.errors or settle.errors else 200
    return render(request, "tenants/service/operators/outage.html", seen, status=code)


def _judge(request: HttpRequest, span_id: int, form: forms.PlainForm, is_settling: bool) -> None:
    if is_settling:
        settle_gap(span_id=span_id, by_name=str(request.user), at=timezone.now(), **form.cleaned_data)
        # A month that waited for this is booked.
        settle_last_month()
    else:
        explain_outage(span_id=span_id, **form.cleaned_data)


# --- notes ---


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def notes(request: HttpRequest) -> HttpResponse:
    asked = whole(request.GET.get("outage", ""))
    span = outage(asked) if asked is not None else None
    begun = span.began_at if span else timezone.now()
    form = forms.NoteForm(request.POST or None, initial={"began_at": begun})
    if request.method == "POST" and did_by_form(
        request, form, lambda: _draft(request, form, span), _("Drafted. Read it again, then publish it.")
    ):
        return redirect("service_operators:notes")
    seen = {"tab": "notes", "form": form, "rows": notes_shown(), "span": span, "update": forms.UpdateForm()}
    return render(request, "tenants/service/operators/notes.html", seen, status=422 if form.errors else 200)


def _draft(request: HttpRequest, form: forms.NoteForm, span: object) -> None:
    said = dict(form.cleaned_data)
    chosen = [tenant.pk for tenant in said.pop("tenants")]
    actions.draft_note(tenant_ids=chosen, by_name=str(request.user), at=timezone.now(), outage=span, **said)


@require_POST
@member_required(Role.OPERATOR)
def note_act(request: HttpRequest, note_id: int | str, act: str) -> HttpResponse:
    now = timezone.now()
    if act == "publish":
        did(request, lambda: actions.publish_note(note_id=int(note_id), at=now))
        # The public page says it at once.
        status.keep(status.picture(now))
        return redirect("service_operators:notes")
    form = forms.UpdateForm(request.POST)
    chosen = actions.add_update if act == "update" else actions.resolve_note
    if not form.is_valid():
        did(request, _refuse_empty)
    else:
        did(
            request,
            lambda: chosen(note_id=int(note_id), by_name=str(request.user), at=now, **form.cleaned_data),
        )
    status.keep(status.picture(now))
    return redirect("service_operators:notes")


def _refuse_empty() -> None:
    raise errors.SayIt


# --- months ---

HEAD = ("tenant", "month", "counted_seconds", "down_seconds", "not_known_seconds", "maintenance_seconds",
        "availability_percent", "worst_percent")  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*OPERATORS)
def months_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST":
        count = settle_last_month(at=now)
        did(
            request,
            lambda: None,
            ngettext("%(n)s month booked.", "%(n)s months booked.", count) % {"n": count},
        )
        return redirect("service_operators:months")
    month = month_asked(request, months.month_of(now, "UTC"))
    seen = {
        "tab": "months", "month": month, "before": months.first_day(month - timedelta(days=1)),
        "after": months.next_month(month), "rows": _months(month), "booked": booked_months(),
    }  # fmt: skip
    return render(request, "tenants/service/operators/months.html", seen)


@never_cache
@require_GET
@member_required(*OPERATORS)
def months_sheet(request: HttpRequest) -> HttpResponse:
    month = month_asked(request, months.month_of(timezone.now(), "UTC"))
    rows = [
        [tenant.schema_name, f"{month:%Y-%m}", told.counted, told.down, told.unknown, told.maintenance,
         told.percent, told.worst_percent]
        for tenant, told in _months(month)
    ]  # fmt: skip
    return sheet(f"availability-{month:%Y-%m}", HEAD, rows)


def _months(month):  # noqa: ANN001, ANN202
    now = timezone.now()
    return [(tenant, whole_month(tenant, month, now)) for tenant in forms.live_tenants()]
