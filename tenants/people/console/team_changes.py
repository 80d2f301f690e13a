"""A change of teams, foretold before it is made and put back by one click afterwards."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.lists.actions import do_many, keep_act
from tenants.lists.errors import ChangedSince
from tenants.lists.kept import add_kept_kind
from tenants.people import foretold
from tenants.people.actions.teams import put_into_team, save_team
from tenants.people.foretelling import Forecast, foretell, foretell_act, leads_above
from tenants.people.models import Member, Team
from tenants.people.policies import can_arrange_teams

Given = dict[str, Any]
"""What `save_team` takes, but for the team."""


def given_of(team: Team) -> Given:
    leads = sorted(team.leads.values_list("pk", flat=True))
    return {"name": team.name, "parent_id": team.parent_id, "site_id": team.site_id, "lead_ids": leads}


def _put_team_back(row: Team, kept: dict, at: datetime) -> None:
    if given_of(row) != kept["after"]:
        raise ChangedSince
    leads = Member.objects.filter(pk__in=kept["before"]["lead_ids"]).values_list("pk", flat=True)
    save_team(team_id=row.pk, **(kept["before"] | {"lead_ids": list(leads)}))


def _put_person_back(row: Member, kept: dict, at: datetime) -> None:
    if row.team_id != kept["after"]:
        raise ChangedSince
    put_into_team(member=row, team=Team.objects.filter(pk=kept["before"]).first())


TEAM = add_kept_kind("people.team", "team", gettext_lazy("Team changed"), can_arrange_teams, _put_team_back)
PLACES = add_kept_kind(
    "people.member", "places", gettext_lazy("Put into a team"), can_arrange_teams, _put_person_back
)


# --- a team: who leads it, and what it hangs under ---


def of_team(team: Team | None, given: Given, act: Callable[[], object]) -> list[Forecast]:
    """Of those who begin or end to lead it, then of those who lead what it came from or comes under."""
    before = given_of(team)["lead_ids"] if team else []
    changed = set(before) ^ set(given["lead_ids"])
    direct = list(Member.objects.filter(pk__in=changed, is_active=True).order_by("name", "pk"))
    places = {team.parent_id if team else None, given["parent_id"]}
    others = leads_above(places - {None}, but=changed) if len(places) > 1 else []
    return foretell_act(act, direct, others)


def keep_team(request: HttpRequest, team: Team, before: Given, said: str) -> None:
    """Once it was changed; of what nobody's rights hang on only that it was saved is told."""
    act = keep_act(
        place="people.team",
        code=TEAM.code,
        row=team,
        kept={"before": before, "after": given_of(team)},
        actor=request.user,
        at=timezone.now(),
    )
    foretold.tell_of_way_back(request, act, said)


# --- people, put into one or taken out ---


def of_people(people: Iterable[Member], team: Team | None) -> list[Forecast]:
    return foretell({one.pk: {"team": team} for one in people})


def put_people(request: HttpRequest, people: Iterable[Member], team: Team | None) -> None:
    def do(row: Member, at: datetime, reason: str) -> dict:
        before = row.team_id
        put_into_team(member=row, team=team)
        return {"before": before, "after": row.team_id}

    act = do_many(
        model=Member,
        pks=[one.pk for one in people],
        kind=replace(PLACES, do=do),
        reason="",
        actor=request.user,
        at=timezone.now(),
    )
    foretold.tell_of_way_back(request, act, _("Saved."))


def page(request: HttpRequest, forecasts: list[Forecast], title: str, back: str) -> HttpResponse | None:
    return foretold.look_first(
        request, forecasts, template="tenants/people/foretold.html", context={"title": title, "back": back}
    )
