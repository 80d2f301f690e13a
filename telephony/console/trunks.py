"""For operators: lines to carriers, entered, checked step by step, tried by a call, put into use, and watched."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony.console import trunk_words as words
from telephony.console.trunk_forms import RoutesForm, TrialForm, TrunkForm
from telephony.trunks import actions, queries
from telephony.trunks.authorities import authorities_in
from telephony.trunks.models import Trunk
from tenants.desk.policies import KEEPERS
from tenants.errors import DomainError
from tenants.people.console.access import member_required


@never_cache
@require_GET
@member_required(*KEEPERS)
def trunks(request: HttpRequest) -> HttpResponse:
    return render(request, "telephony/operators/trunks.html", _listed())


@never_cache
@require_GET
@member_required(*KEEPERS)
def trunk_rows(request: HttpRequest) -> HttpResponse:
    """The part of the list that changes by itself."""
    return render(request, "telephony/operators/_trunk_rows.html", _listed())


def _listed() -> dict[str, Any]:
    at, uses = timezone.now(), queries.uses(timezone.now())
    rows = [
        (row, uses.get(row.pk, queries.Use()), words.standing(row, uses.get(row.pk, queries.Use()), at))
        for row in queries.trunks()
    ]
    return {"rows": rows, "faults": queries.open_faults(), "at": at}


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def add(request: HttpRequest) -> HttpResponse:
    return _entered(request, None)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*KEEPERS)
def change(request: HttpRequest, trunk_id: int) -> HttpResponse:
    return _entered(request, _trunk(trunk_id))


def _entered(request: HttpRequest, row: Trunk | None) -> HttpResponse:
    form = TrunkForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        kept = actions.enter_trunk(
            terms=form.terms(), at=timezone.now(), trunk_id=None if row is None else row.pk
        )
        messages.success(
            request, _("Saved. The switches have it in some seconds; the check goes on by itself.")
        )
        return redirect("operators:trunk", kept.pk)
    seen = {"form": form, "row": row, "has_cell": bool(queries.cells())}
    return render(request, "telephony/operators/trunk_form.html", seen, status=422 if form.errors else 200)


@never_cache
@require_GET
@member_required(*KEEPERS)
def trunk(request: HttpRequest, trunk_id: int) -> HttpResponse:
    return _page(request, _trunk(trunk_id))


def _page(
    request: HttpRequest, row: Trunk, *, routes: forms.Form | None = None, trial: forms.Form | None = None
) -> HttpResponse:
    own = list(row.routes.all())
    known = {
        "routes": ", ".join(one.prefix or "*" for one in own) or "*",
        "position": own[0].position if own else 1,
    }
    seen = {
        **_state(row),
        "routes": routes or RoutesForm(initial=known),
        "trial": trial or TrialForm(),
        "history": queries.latest_faults(row.pk),
        "authorities": [words.authority_words(one) for one in authorities_in(row.own_ca)],
    }
    status = 422 if (routes and routes.errors) or (trial and trial.errors) else 200
    return render(request, "telephony/operators/trunk.html", seen, status=status)


@never_cache
@require_GET
@member_required(*KEEPERS)
def trunk_state(request: HttpRequest, trunk_id: int) -> HttpResponse:
    """The part of a trunk's page that changes by itself."""
    return render(request, "telephony/operators/_trunk_state.html", _state(_trunk(trunk_id)))


def _state(row: Trunk) -> dict[str, Any]:
    at, tests = timezone.now(), queries.latest_tests(row.pk)
    return {
        "row": row,
        "steps": words.steps_of(row, tests[0] if tests else None, at),
        "sights": words.fresh(row.sights.all(), at),
        "use": queries.uses(at).get(row.pk, queries.Use()),
        "faults": queries.open_faults(row.pk),
        "tests": [(one, words.test_words(one)) for one in tests],
    }


@require_POST
@member_required(*KEEPERS)
def set_routes(request: HttpRequest, trunk_id: int) -> HttpResponse:
    row, form = _trunk(trunk_id), RoutesForm(request.POST)
    if not form.is_valid():
        return _page(request, row, routes=form)
    given = form.cleaned_data
    actions.set_routes(
        trunk_id=row.pk, prefixes=given["routes"], position=given["position"], at=timezone.now()
    )
    messages.success(request, _("Saved. It holds from the next call on."))
    return redirect("operators:trunk", row.pk)


@require_POST
@member_required(*KEEPERS)
def test(request: HttpRequest, trunk_id: int) -> HttpResponse:
    row, form = _trunk(trunk_id), TrialForm(request.POST)
    if form.is_valid():
        try:
            actions.ask_for_test(
                trunk_id=row.pk,
                number=form.cleaned_data["number"],
                asked_by=str(request.user),
                at=timezone.now(),
            )
            return redirect("operators:trunk", row.pk)
        except DomainError as refusal:
            form.add_error("number", refusal.message)
    return _page(request, row, trial=form)


@require_POST
@member_required(*KEEPERS)
def set_state(request: HttpRequest, trunk_id: int, to: str) -> HttpResponse:
    """`to`: use, off or up."""
    row = _trunk(trunk_id)
    act = {
        "use": actions.use_trunk,
        "off": actions.switch_trunk_off,
        "up": actions.set_trunk_up,
    }.get(to)
    if act is None:
        raise Http404
    try:
        act(trunk_id=row.pk, at=timezone.now())
        messages.success(request, _("Saved. It holds from the next call on."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("operators:trunk", row.pk)


def _trunk(trunk_id: int) -> Trunk:
    found = queries.trunk(trunk_id)
    if found is None:
        raise Http404
    return found
