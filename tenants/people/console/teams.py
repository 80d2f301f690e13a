"""The tree of teams: drawn with its people, and changed by forms that need no mouse."""

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.errors import DomainError
from tenants.people.actions.teams import move_team, remove_team, save_team
from tenants.people.console import team_changes as changes
from tenants.people.console.access import member_required
from tenants.people.console.team_forms import MoveForm, PeopleForm, TeamForm
from tenants.people.models import Team
from tenants.people.policies import (
    ARRANGING_ROLES,
    ORGANISATION_ROLES,
    can_arrange_teams,
    can_see_person,
)
from tenants.people.queries import teams as known

ENDING_WITHIN = timedelta(days=30)


@never_cache
@require_GET
@member_required(*ORGANISATION_ROLES)
def tree(request: HttpRequest) -> HttpResponse:
    knots = known.team_tree()
    may_change = can_arrange_teams(request.user)
    seen = {
        "knots": knots,
        "flat": known.flat(knots),
        "sites": known.sites(),
        "loose": known.people_without_team().count(),
        "may_change": may_change,
        "move": MoveForm() if may_change else None,
        "ending": known.seats_that_end(timezone.now() + ENDING_WITHIN) if may_change else [],
    }
    return render(request, "tenants/people/teams.html", seen)


@require_POST
@member_required(*ARRANGING_ROLES)
def move(request: HttpRequest) -> HttpResponse:
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This team is not there any more. Load the page again."))
        return redirect("people:teams")
    team, parent = form.cleaned_data["team"], form.cleaned_data["parent"]
    before = changes.given_of(team)
    given = before | {"parent_id": parent.pk if parent else None}
    act = partial(move_team, team_id=team.pk, parent_id=given["parent_id"])
    try:
        asked = changes.page(
            request,
            changes.of_team(team, given, act),
            _("Move %(name)s?") % {"name": team.name},
            reverse("people:teams"),
        )
        if asked is not None:
            return asked
        moved = act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        said = _("%(name)s is moved, with the teams below it.") % {"name": team.name}
        changes.keep_team(request, moved, before, said)
    return redirect("people:teams")


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*ARRANGING_ROLES)
def new_team(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@never_cache
@require_http_methods(["GET", "POST"])
@member_required(*ORGANISATION_ROLES, writers=ARRANGING_ROLES)
def team_page(request: HttpRequest, team_id: int) -> HttpResponse:
    return _form(request, _team(team_id))


def _form(request: HttpRequest, team: Team | None) -> HttpResponse:
    form = TeamForm(request.POST or None, team=team, initial=_initial(team))
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, team, form.values())
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    seen = {
        "team": team,
        "form": form,
        "may_change": can_arrange_teams(request.user),
        "may_see_people": can_see_person(request.user),
        "people": known.people_of(team) if team else [],
        "others": PeopleForm().fields["people"].queryset.exclude(team=team) if team else [],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "tenants/people/team.html", seen, status=status)


def _saved(request: HttpRequest, team: Team | None, given: changes.Given) -> HttpResponse:
    """Asks first where somebody gains or loses by it. Raises what `save_team` raises."""
    act = partial(save_team, team_id=team.pk if team else None, **given)
    before = changes.given_of(team) if team else None
    title = _("Change the team %(name)s?") % {"name": given["name"]}
    asked = changes.page(request, changes.of_team(team, given, act), title, request.path)
    if asked is not None:
        return asked
    saved = act()
    if before is None or before == changes.given_of(saved):
        messages.success(request, _("Saved."))
    else:
        changes.keep_team(request, saved, before, _("Saved."))
    return redirect("people:team", saved.pk)


@require_POST
@member_required(*ARRANGING_ROLES)
def people(request: HttpRequest, team_id: int) -> HttpResponse:
    """Chosen people come into the team, or (`out`) out of it."""
    team, form = _team(team_id), PeopleForm(request.POST)
    if form.is_valid():
        chosen, to = list(form.cleaned_data["people"]), None if "out" in request.POST else team
        title = _("Change who belongs to %(name)s?") % {"name": team.name}
        back = reverse("people:team", args=[team.pk])
        asked = changes.page(request, changes.of_people(chosen, to), title, back)
        if asked is not None:
            return asked
        if chosen:
            changes.put_people(request, chosen, to)
    return redirect("people:team", team.pk)


@require_POST
@member_required(*ARRANGING_ROLES)
def remove(request: HttpRequest, team_id: int) -> HttpResponse:
    try:
        remove_team(team_id=_team(team_id).pk)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("people:team", team_id)
    messages.success(request, _("The team is removed."))
    return redirect("people:teams")


def _team(team_id: int) -> Team:
    found = known.teams().filter(pk=team_id).first() if team_id < 2**63 else None
    if found is None:
        raise Http404
    return found


def _initial(team: Team | None) -> dict[str, object] | None:
    if team is None:
        return None
    return {
        "name": team.name,
        "parent": team.parent_id,
        "site": team.site_id,
        "leads": list(team.leads.all()),
    }
