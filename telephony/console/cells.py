"""For operators: which cell serves whom, and moving a tenant to another one while it has calls."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony.cells import moves
from telephony.cells.models import CellMove
from telephony.cells.moves import CellState, Left
from tenants.context import every_tenant
from tenants.errors import DomainError
from tenants.people.console.access import member_required
from tenants.people.policies import Role


@dataclass(frozen=True)
class Step:
    is_done: bool
    words: str


class MoveForm(forms.Form):
    cell = forms.ChoiceField(label=gettext_lazy("To the cell"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("The tenant reads it in the audit log, with your name."),
    )

    def __init__(self, *args: object, cells: list[CellState], **values: object) -> None:
        super().__init__(*args, **values)
        self.fields["cell"].choices = [(cell.name, cell.name) for cell in cells]


@never_cache
@require_GET
@member_required(Role.OPERATOR)
def cells(request: HttpRequest) -> HttpResponse:
    housed = moves.housed()
    page = {
        "cells": moves.cells(),
        "housed": housed,
        "moving": [(one, move, left, steps(move, left)) for one in housed for move, left in one.moves],
    }
    return render(request, "telephony/operators/cells.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OPERATOR)
def move(request: HttpRequest, schema: str) -> HttpResponse:
    tenant = next((one for one in every_tenant() if one.schema_name == schema), None)
    if tenant is None:
        raise Http404
    others = [cell for cell in moves.cells() if cell.name != tenant.cell and cell.is_served]
    form = MoveForm(request.POST or None, cells=others)
    if request.method == "POST" and form.is_valid():
        _begin(request, schema, form.cleaned_data["cell"], form.cleaned_data["reason"])
        return redirect("operators:cells")
    left = moves.left_in(schema, tenant.cell)
    page = {"tenant": tenant, "form": form, "effect": effect(tenant.cell, left), "others": others}
    return render(request, "telephony/operators/cell_move.html", page)


@require_POST
@member_required(Role.OPERATOR)
def finish(request: HttpRequest, move_id: int) -> HttpResponse:
    try:
        moves.finish_move(move_id=move_id, at=timezone.now())
        messages.success(request, _("The move is finished."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("operators:cells")


def _begin(request: HttpRequest, schema: str, cell: str, reason: str) -> None:
    try:
        moves.begin_move(schema=schema, to_cell=cell, at=timezone.now(), reason=reason)
        messages.success(request, _("From now on %(cell)s decides. No call was touched.") % {"cell": cell})
    except DomainError as refusal:
        messages.error(request, refusal.message)


def effect(cell: str, left: Left) -> list[str]:
    """What a move does, in figures, before it is done."""
    said = {"cell": cell, "waiting": left.waiting, "calls": left.calls - left.waiting, "phones": left.phones}
    return [
        _("%(waiting)s callers wait in %(cell)s now: they keep their place and their time.") % said,
        _("%(calls)s calls ring or go on there: they end where they are.") % said,
        _("%(phones)s phones are registered there: they are rung there until they register in the new cell.")
        % said,
        _(
            "Afterwards let the carrier send the tenant's numbers to the switches of the new cell;"
            " until then calls that come to the old one are served too."
        ),
    ]


def steps(move: CellMove, left: Left) -> list[Step]:
    """How far a move is, in the order things usually end."""
    old, new = move.from_cell.name, move.to_cell.name
    return [
        Step(True, _("%(cell)s decides for every caller") % {"cell": new}),
        Step(not left.waiting, _waiting(left.waiting, old)),
        Step(not left.calls, _going_on(left.calls - left.waiting, old)),
        Step(not left.phones, _phones(left.phones, old)),
    ]


def _waiting(count: int, cell: str) -> str:
    if not count:
        return _("nobody waits in %(cell)s any more") % {"cell": cell}
    words = ngettext("%(n)s caller still waits in %(cell)s", "%(n)s callers still wait in %(cell)s", count)
    return words % {"n": count, "cell": cell}


def _going_on(count: int, cell: str) -> str:
    if not count:
        return _("no call goes on in %(cell)s") % {"cell": cell}
    words = ngettext("%(n)s call still goes on in %(cell)s", "%(n)s calls still go on in %(cell)s", count)
    return words % {"n": count, "cell": cell}


def _phones(count: int, cell: str) -> str:
    if not count:
        return _("no phone is registered in %(cell)s") % {"cell": cell}
    words = ngettext(
        "%(n)s phone is still registered in %(cell)s",
        "%(n)s phones are still registered in %(cell)s",
        count,
    )
    return words % {"n": count, "cell": cell}
