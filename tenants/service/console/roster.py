"""Who is on call: planned, swapped, reached."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.people.console.access import member_required
from tenants.people.models import Role
from tenants.service import errors
from tenants.service.actions import roster as actions
from tenants.service.console.answers import did, did_by_form
from tenants.service.console.forms import HandOverForm, ShiftForm, TargetForm
from tenants.service.models import Shift
from tenants.service.queries.ringing import has_way_out
from tenants.service.queries.roster import AHEAD, on_call, shifts_from, target_of, targets, uncovered


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def roster(request: HttpRequest) -> HttpResponse:
    form = ShiftForm(request.POST or None)
    if request.method == "POST" and did_by_form(
        request, form, lambda: actions.plan_shift(**form.cleaned_data)
    ):
        return redirect("service_operators:roster")
    return _page(request, form, TargetForm(initial=_own_target(request)))


def _own_target(request: HttpRequest) -> dict[str, str]:
    known = target_of(request.user.pk)
    return {"way": known.way, "address": known.address, "phone": known.phone}


def _is_unrung(request: HttpRequest) -> bool:
    """They have a telephone, and we no line to ring it by."""
    return bool(target_of(request.user.pk).phone) and not has_way_out()


def _page(request: HttpRequest, form: ShiftForm, target: TargetForm) -> HttpResponse:
    now = timezone.now()
    seen = {
        "tab": "roster", "form": form, "target": target, "on_call": on_call(now), "now": now,
        "shifts": shifts_from(now, now + timedelta(days=70)), "gaps": uncovered(now, now + AHEAD),
        "targets": targets(), "days": AHEAD.days, "is_unrung": _is_unrung(request),
    }  # fmt: skip
    status = 422 if form.errors or target.errors else 200
    return render(request, "tenants/service/operators/roster.html", seen, status=status)


@require_POST
@member_required(Role.OPERATOR)
def own_target(request: HttpRequest) -> HttpResponse:
    form = TargetForm(request.POST)
    if did_by_form(request, form, lambda: actions.set_target(operator=request.user, **form.cleaned_data)):
        return redirect("service_operators:roster")
    return _page(request, ShiftForm(), form)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def shift(request: HttpRequest, shift_id: int | str) -> HttpResponse:
    """Given to somebody else, in whole or in part; or taken off the roster."""
    now = timezone.now()
    found = Shift.objects.filter(pk=int(shift_id), cancelled_at=None, ends_at__gt=now).first()
    if found is None:
        raise errors.ShiftNotFound
    if "cancel" in request.POST:
        did(request, lambda: actions.cancel_shift(shift_id=found.pk, at=now))
        return redirect("service_operators:roster")
    span = {"starts_at": found.starts_at, "ends_at": found.ends_at}
    form = HandOverForm(request.POST or None, initial=span | {"operator": request.user.pk})
    if request.method == "POST" and did_by_form(request, form, lambda: _hand_over(found, form)):
        return redirect("service_operators:roster")
    page = {"tab": "roster", "shift": found, "form": form}
    return render(request, "tenants/service/operators/shift.html", page, status=422 if form.errors else 200)


def _hand_over(found: Shift, form: HandOverForm) -> None:
    said = dict(form.cleaned_data)
    actions.hand_over(shift_id=found.pk, to=said.pop("operator"), at=timezone.now(), **said)
