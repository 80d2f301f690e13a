"""What is done to the tree of teams: made, changed, moved, removed; people put into it."""

from typing import Any

from django.db import transaction

from tenants.people.actions import record_audit
from tenants.people.audit import difference, row_values
from tenants.people.errors import NameTaken, TeamInUse, TeamLoop, TeamNotFound
from tenants.people.models import Member, Site, Team


@transaction.atomic
def save_team(
    *,
    team_id: int | None,
    name: str,
    parent_id: int | None,
    site_id: int | None,
    lead_ids: list[int],
) -> Team:
    """A new team when `team_id` is None. Raises NameTaken, TeamLoop, TeamNotFound."""
    known = _locked_tree()
    team = known.get(team_id) if team_id is not None else Team()
    if team is None or (parent_id is not None and parent_id not in known):
        raise TeamNotFound
    _refuse_loop(known, team, parent_id)
    if any(one.name.casefold() == name.strip().casefold() for one in known.values() if one.pk != team.pk):
        raise NameTaken
    before = _as_kept(team) if team.pk else {}
    team.name, team.parent_id, team.site_id = name.strip(), parent_id, site_id
    team.save()
    team.leads.set(lead_ids)
    _write_down(team, before)
    return team


@transaction.atomic
def move_team(*, team_id: int, parent_id: int | None) -> Team:
    """Under another team, or to the top. What hangs below it goes along. Raises TeamLoop, TeamNotFound."""
    known = _locked_tree()
    team = known.get(team_id)
    if team is None or (parent_id is not None and parent_id not in known):
        raise TeamNotFound
    if team.parent_id == parent_id:
        return team
    _refuse_loop(known, team, parent_id)
    before = _as_kept(team)
    team.parent_id = parent_id
    team.save(update_fields=["parent"])
    _write_down(team, before)
    return team


@transaction.atomic
def remove_team(*, team_id: int) -> None:
    """Only an empty one: nobody loses their team, and no team its place, by the way. Raises TeamInUse."""
    team = _locked_tree().get(team_id)
    if team is None:
        return
    if team.members.exists() or team.children.exists():
        raise TeamInUse
    record_audit(verb="deleted", subject=team, before=_as_kept(team))
    team.delete()


@transaction.atomic
def put_into_team(*, member: Member, team: Team | None) -> None:
    if member.team_id == (team.pk if team else None):
        return
    before = str(member.team or "")
    member.team = team
    member.save(update_fields=["team"])
    record_audit(verb="changed", subject=member, before={"team": before}, after={"team": str(team or "")})


@transaction.atomic
def save_site(*, site: Site) -> Site:
    stored = Site.objects.filter(pk=site.pk).first() if site.pk else None
    before = row_values(stored) if stored else {}
    site.full_clean()
    site.save()
    was, now = difference(before, row_values(site))
    if now:
        record_audit(verb="changed" if before else "added", subject=site, before=was or None, after=now)
    return site


def _locked_tree() -> dict[int, Team]:
    """All of it: two moves at once could otherwise close a loop that neither of them sees."""
    return {team.pk: team for team in Team.objects.select_for_update().order_by("pk")}


def _refuse_loop(known: dict[int, Team], team: Team, parent_id: int | None) -> None:
    above = parent_id
    while above is not None and team.pk is not None:
        if above == team.pk:
            raise TeamLoop
        above = known[above].parent_id


def _as_kept(team: Team) -> dict[str, Any]:
    return row_values(team) | {"leads": sorted(team.leads.values_list("username", flat=True))}


def _write_down(team: Team, before: dict[str, Any]) -> None:
    was, now = difference(before, _as_kept(team))
    if now:
        record_audit(verb="changed" if before else "added", subject=team, before=was or None, after=now)
