"""Planning a return visit or a task from a call, a customer or a ticket; and one's own list in the workspace."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from telephony import queries
from telephony.actions.planned_work import LONGEST_TITLE, plan_follow_up
from telephony.models import FollowUp
from telephony.queries.follow_ups import own_work
from telephony.queries.messages import WHO_WRITE
from tenants.errors import BadInput
from tenants.people.console.access import member_required

USUALLY_IN = timedelta(days=1)
WRONG = {
    "title": _("Say what is to be done."),
    "due_at": _("Say a day and an hour to come."),
    "number": _("This is not a telephone number."),
}


class PlanForm(forms.Form):
    """Fields have ids of their own: it may stand beside others on any page."""

    title = forms.CharField(label=_("What is to be done"), max_length=LONGEST_TITLE)
    due_at = forms.DateTimeField(
        label=_("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.value, kind.label) for kind in FollowUp.PLANNED], initial="visit"
    )
    note = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, about: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"plan-{about}-%s", **kwargs)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*WHO_WRITE)
def plan(request: HttpRequest) -> HttpResponse:
    """A piece for htmx: the form, the form with what is wrong (422), or what was planned."""
    about = _about(request)
    name = "".join(part[0] + str(value)[:8] for part, value in about.items() if value) or "own"
    if request.method == "GET":
        in_a_day = timezone.localtime(timezone.now() + USUALLY_IN).replace(minute=0)
        form = PlanForm(about=name, initial={"due_at": in_a_day})
        return _form(request, form, about)
    form = PlanForm(request.POST, about=name)
    row = _planned(request, form, about) if form.is_valid() else None
    if row is None:
        return _form(request, form, about, status=422)
    return render(request, "telephony/workspace/_planned.html", {"work": row, "about": about})


def _planned(request: HttpRequest, form: PlanForm, about: dict[str, Any]) -> FollowUp | None:
    try:
        return plan_follow_up(
            by=request.user,
            at=timezone.now(),
            country=request.tenant.country,
            **form.cleaned_data,
            **about,
        )
    except BadInput as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, str(WRONG.get(refusal.field, refusal.message)))
        return None


def _form(request: HttpRequest, form: PlanForm, about: dict[str, Any], status: int = 200) -> HttpResponse:
    seen = {"form": form, "about": {name: value for name, value in about.items() if value}}
    return render(request, "telephony/workspace/_plan.html", seen, status=status)


def _about(request: HttpRequest) -> dict[str, Any]:
    """What it is about. A call only when its page opens to this member, or it is in their hands."""
    given = request.GET if request.method == "GET" else request.POST
    return {
        "call_id": own_call(request, given.get("call_id", "")),
        "customer_id": whole(given.get("customer_id", "")),
        "ticket_number": whole(given.get("ticket_number", "")),
    }


def own_call(request: HttpRequest, text: str) -> UUID | None:
    try:
        call_id = UUID(text)
    except ValueError:
        return None
    is_theirs = call_id in queries.openable(request.user, [call_id]) or queries.was_offered(
        call_id, request.user
    )
    return call_id if is_theirs else None


def whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def moment(text: str) -> datetime | None:
    """What a field for day and hour sends, on the tenant's clock; `+60` is so many minutes from now."""
    if text.startswith("+") and text[1:].isascii() and text[1:].isdigit() and len(text) < 7:
        return timezone.now() + timedelta(minutes=int(text[1:]))
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


@never_cache
@require_GET
@member_required(*WHO_WRITE)
def mine(request: HttpRequest) -> HttpResponse:
    return own_list(request)


def own_list(request: HttpRequest) -> HttpResponse:
    seen = {"rows": own_work(request.user), "now": timezone.now()}
    return render(request, "telephony/workspace/_tasks.html", seen)
