"""How the agent's page is arranged: one's own choices, saved as they are made, and the administrator's plan by role."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from telephony import queries
from telephony.actions import workplaces as actions
from telephony.actions.wrap_up import keep_left_note
from telephony.errors import NoCallHere
from telephony.queries import workplaces as reads
from telephony.queries.messages import WHO_WRITE
from telephony.queries.own_figures import own_figures
from telephony.queries.snippets import snippet_rows
from tenants.people.console.access import member_required
from tenants.people.policies import Role

DONE = 204
A_YEAR = 365 * 24 * 3600


@require_POST
@member_required(*WHO_WRITE)
def arrange(request: HttpRequest) -> HttpResponse:
    """`order` and `hidden` are lists of panels; `forget` goes back to the role's plan."""
    if request.POST.get("forget"):
        actions.forget_arrangement(member=request.user)
    else:
        order, hidden = request.POST.getlist("order"), request.POST.getlist("hidden")
        actions.arrange_panels(member=request.user, order=order, hidden=hidden)
    return HttpResponse(status=DONE)


@require_POST
@member_required(*WHO_WRITE)
def tune(request: HttpRequest) -> HttpResponse:
    volume = request.POST.get("ring_volume", "")
    actions.tune_workplace(
        member=request.user,
        ring_volume=int(volume) if volume.isascii() and volume.isdigit() and len(volume) < 4 else 70,
        sounds=request.POST.getlist("sounds"),
        notices=request.POST.getlist("notices"),
        text_size=(text_size := request.POST.get("text_size", "normal")),
    )
    answer = HttpResponse(status=DONE)
    # As the theme is kept: every page of this browser is drawn in it from the first paint on.
    answer.set_cookie("text_size", text_size, max_age=A_YEAR, samesite="Lax")
    return answer


@require_POST
@member_required(*WHO_WRITE)
def keep_note(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """What was left in the page when a wrap-up ended; sent until this answers."""
    agent = queries.agent_of(request.user)
    if agent is None:
        raise NoCallHere
    chosen = request.POST.get("disposition", "")
    keep_left_note(
        call_id=call_id,
        agent_id=agent.pk,
        disposition_id=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None,
        note=request.POST.get("note", "")[:4000].replace("\x00", ""),
        at=timezone.now(),
    )
    return HttpResponse(status=DONE)


@never_cache
@require_GET
@member_required(*WHO_WRITE)
def figures(request: HttpRequest) -> HttpResponse:
    agent = queries.agent_of(request.user)
    found = own_figures(agent.pk, timezone.now()) if agent else []
    return render(request, "telephony/workspace/_figures.html", {"figures": found})


@never_cache
@require_GET
@member_required(*WHO_WRITE)
def snippets(request: HttpRequest) -> HttpResponse:
    """All an agent may use; the page chooses what fits the call."""
    return JsonResponse({"snippets": snippet_rows(get_language() or "en")})


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(Role.OWNER, Role.ADMIN)
def panel_plans(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        role = request.POST.get("role", "")
        states = {key: request.POST.get(f"state-{key}", "") for key in reads.PANELS}
        order = sorted(reads.PANELS, key=lambda key: _place(request.POST.get(f"place-{key}", "")))
        actions.plan_panels(role=role, order=order, states=states)
        messages.success(request, _("Saved. It counts when a page is opened next."))
        return redirect("telephony:panel_plans")
    plans = reads.panel_plans()
    seen = {
        "roles": [_told(role, plans.get(role)) for role in reads.ROLES],
        "states": [
            (reads.SHOWN, pgettext("panel", "Shown")),
            (reads.HIDDEN, pgettext("panel", "Hidden, may be shown")),
            (reads.OFF, pgettext("panel", "Not there")),
        ],
    }
    return render(request, "telephony/workspace/panel_plans.html", seen)


def _told(role: Role, plan: Any) -> dict[str, Any]:
    states = reads.states_of(plan)
    panels = [
        {"key": key, "title": reads.PANELS[key][0], "state": states[key], "place": place}
        for place, key in enumerate(reads.in_order(plan.order if plan else []), start=1)
    ]
    return {"role": role, "name": role.label, "panels": panels}


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 999
