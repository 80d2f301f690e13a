"""The supervisors' board, the same for a big screen, and the page that says what each figure means."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from telephony import policies, queries
from telephony.console.floor_figures import FIGURES, OF_THE_MOMENT
from telephony.console.vault_words import STOPPED
from telephony.queries.floor_views import default_view, groups_seen_by, skills, views_of
from telephony.queries.recording_room import recording_stopped_by
from tenants.people.console.access import member_required
from tenants.people.queries.teams import flat, sites, team_tree


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def floor(request: HttpRequest) -> HttpResponse:
    first = None if request.GET else default_view(request.user)
    if first is not None and first.query:
        return redirect(f"{request.path}?{first.query}")
    own = queries.agent_of(request.user)
    seen = {
        "reasons": queries.not_ready_reasons(),
        "me": own.pk if own else 0,
        "not_recorded": STOPPED.get(recording_stopped_by(), ""),
        "views": views_of(request.user),
        "groups": groups_seen_by(request.user),
        "skills": skills(),
        "teams": [(knot, [one.team.pk for one in flat([knot])]) for knot in flat(team_tree())],
        "sites": sites(),
    }
    return render(request, "telephony/floor.html", _seen() | seen)


@never_cache
@require_GET
@member_required(*policies.LEADERS)
def wall(request: HttpRequest) -> HttpResponse:
    """Nothing on it is pressed: it is read from across the room."""
    return render(request, "telephony/wall.html", _seen())


@require_GET
@member_required()
def definitions(request: HttpRequest) -> HttpResponse:
    """Whoever looks up a figure may not open the calls behind it: then the page says the meaning alone."""
    seen = {"moment": OF_THE_MOMENT, "may_open": policies.can_see_floor(request.user)}
    return render(request, "telephony/figures.html", _seen() | seen)


def _seen() -> dict[str, Any]:
    return {
        "figures": FIGURES,
        "queues": queries.queues(),
        "today": timezone.localdate(),
        "zone": timezone.get_current_timezone_name(),
    }
