"""The page that says what a change of rights would do, before it is made; and the way back, once it was."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from tenants.lists.models import UNDO_FOR, BulkAct
from tenants.people.foretelling import Forecast, seal_of

CONFIRMED = "_foretold"


def look_first(
    request: HttpRequest,
    forecasts: Sequence[Forecast],
    *,
    template: str,
    context: Mapping[str, Any],
    can_undo: bool = True,
    given: Iterable[tuple[str, str]] | None = None,
) -> HttpResponse | None:
    """The page; None once that very forecast was confirmed, or where nobody gains or loses anything.

    Its form sends again what was sent, or `given`. `context` has a title and the address of the way out (`back`).
    """
    if not any(one.is_change or one.touched for one in forecasts):
        return None
    seal = seal_of(forecasts)
    if request.POST.get(CONFIRMED) == seal:
        return None
    sent = [
        (name, value)
        for name, found in request.POST.lists()
        if name not in (CONFIRMED, "csrfmiddlewaretoken")
        for value in found
    ]
    told = {
        "forecasts": forecasts,
        "was_confirmed": CONFIRMED in request.POST,
        "given": sent if given is None else list(given),
        "confirmed": CONFIRMED,
        "seal": seal,
        "can_undo": can_undo,
        "minutes": int(UNDO_FOR.total_seconds() // 60),
    }
    return TemplateResponse(request, template, {**context, **told})


def tell_of_way_back(request: HttpRequest, act: BulkAct, said: str) -> None:
    undo = reverse("admin:lists_bulkact_change", args=[act.pk])
    link = format_html('<a class="underline" href="{}">{}</a>', undo, _("Look at it or undo it"))
    messages.success(request, format_html("{} {}", said, link))
