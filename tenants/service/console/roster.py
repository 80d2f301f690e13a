"""Who is on call: planned, swapped, reached."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.people.console.access import member_required
from tenants.people.models import Role
from tenants.service import errors
from tenants.service.actions import roster as actions
from tenants.service.actions.ring_tests import Result, ask_ring_test
from tenants.service.console.answers import did, did_by_form
from tenants.service.console.forms import HandOverForm, ShiftForm, TargetForm
from tenants.service.models import Shift
from tenants.service.queries.ring_tests import latest_test
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


GOOD, BAD = (Result.TAKEN,), (Result.NO_TRUNK, Result.SWITCH_AWAY, Result.OLD_SWITCH, Result.NOBODY)


def _own_test(request: HttpRequest) -> dict[str, Any]:
    """How the last ringing of one's own telephone goes, or went."""
    now, phone = timezone.now(), target_of(request.user.pk).phone
    row = latest_test(request.user.pk)
    found = row.found(now) if row else ""
    return {
        "own_phone": phone, "test": row, "is_under_way": row is not None and row.is_under_way(now),
        "is_ringing": row is not None and row.is_ringing(now), "found": Result(found).label if found else "",
        "kind": "good" if found in GOOD else "danger" if found in BAD else "warning" if found else "info",
        "needs_trunk": found == Result.NO_TRUNK,
    }  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def ring_test(request: HttpRequest) -> HttpResponse:
    """One's own telephone rings at once; the page asks again until it knows what became of it."""
    if request.method == "POST":
        said = _("Your telephone is rung within seconds.")
        did(request, lambda: ask_ring_test(operator=request.user, at=timezone.now()), said)
        return redirect(f"{reverse('service_operators:roster')}#target-title")
    return render(request, "tenants/service/operators/_ring_test.html", _own_test(request))


def _page(request: HttpRequest, form: ShiftForm, target: TargetForm) -> HttpResponse:
    now = timezone.now()
    seen = {
        "tab": "roster", "form": form, "target": target, "on_call": on_call(now), "now": now,
        "shifts": shifts_from(now, now + timedelta(days=70)), "gaps": uncovered(now, now + AHEAD),
        "targets": targets(), "days": AHEAD.days, "is_unrung": _is_unrung(request), **_own_test(request),
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
