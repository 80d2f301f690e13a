"""Reads of the tree of teams, of sites, of seats that end and of who is whose mentor."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from tenants.people.models import Member, RolloutStep, Site, Team


@dataclass
class Knot:
    """One team where it stands. `own` are its active people, `all_people` those of the teams below as well."""

    team: Team
    depth: int
    own: int = 0
    all_people: int = 0
    below: list["Knot"] = field(default_factory=list)


def teams() -> QuerySet[Team]:
    return Team.objects.select_related("parent", "site").prefetch_related("leads")


def sites() -> QuerySet[Site]:
    people = Count("members", filter=Q(members__is_active=True), distinct=True)
    return Site.objects.annotate(people=people, team_count=Count("teams", distinct=True)).order_by(
        "name", "id"
    )


def team_tree() -> list[Knot]:
    """The roots with everything below them, each level by name."""
    found = list(teams())
    counted = dict(
        Member.objects.filter(is_active=True, team__isnull=False)
        .order_by()
        .values_list("team_id")
        .annotate(Count("id"))
    )
    children: dict[int | None, list[Team]] = defaultdict(list)
    for team in found:
        children[team.parent_id].append(team)
    return [_knot(team, 0, children, counted) for team in children[None]]


def _knot(team: Team, depth: int, children: dict[int | None, list[Team]], counted: dict[int, int]) -> Knot:
    below = [_knot(child, depth + 1, children, counted) for child in children[team.pk]]
    own = counted.get(team.pk, 0)
    return Knot(team, depth, own, own + sum(knot.all_people for knot in below), below)


def flat(knots: Iterable[Knot]) -> list[Knot]:
    """From the top down, each team before those below it."""
    found = []
    for knot in knots:
        found += [knot, *flat(knot.below)]
    return found


def with_those_below(team_ids: Iterable[int]) -> set[int]:
    """These teams and all below them."""
    parents = dict(Team.objects.order_by().values_list("pk", "parent_id"))
    found = set(team_ids) & parents.keys()
    grew = True
    while grew:
        more = {pk for pk, parent in parents.items() if parent in found} - found
        found |= more
        grew = bool(more)
    return found


def with_those_above(team_ids: Iterable[int]) -> set[int]:
    """These teams and all above them."""
    parents = dict(Team.objects.order_by().values_list("pk", "parent_id"))
    found: set[int] = set()
    for pk in team_ids:
        here: int | None = pk
        while here is not None and here not in found:
            found.add(here)
            here = parents.get(here)
    return found


def led_teams(member: Any) -> set[int]:
    """Ids of the teams this member leads, those below included; empty when they lead none."""
    named = set(Team.objects.filter(leads=member.pk).order_by().values_list("pk", flat=True))
    return with_those_below(named) if named else set()


def members_of_teams(team_ids: Iterable[int]) -> QuerySet[Member]:
    return Member.objects.filter(team__in=list(team_ids))


def mentees_of(member: Any) -> QuerySet[Member]:
    if not getattr(member, "pk", None):
        return Member.objects.none()
    return Member.objects.filter(mentor=member.pk, is_active=True).order_by("name", "id")


def seats_that_end(before: datetime) -> QuerySet[Member]:
    """Active members whose seat ends before then, the next first."""
    ending = Member.objects.filter(is_active=True, seat_ends_at__lt=before)
    return ending.select_related("team").order_by("seat_ends_at", "id")


def seats_over(at: datetime) -> QuerySet[Member]:
    """Whose seat is over and who still counts as active."""
    return Member.objects.filter(is_active=True, seat_ends_at__lte=at).order_by("id")


def time_left(member: Any, at: datetime) -> timedelta | None:
    return member.seat_ends_at - at if member.seat_ends_at else None


def people_of(team: Team) -> QuerySet[Member]:
    return (
        Member.objects.filter(team=team, is_active=True)
        .select_related("site", "mentor")
        .order_by("name", "id")
    )


def people_without_team() -> QuerySet[Member]:
    return Member.objects.filter(team=None, is_active=True).order_by("name", "id")


def person(member_id: int) -> Member | None:
    found = Member.objects.select_related("team__site", "team__parent", "site", "mentor")
    return found.prefetch_related("led_teams", "mentees").filter(pk=member_id).first()


def rollout() -> QuerySet[RolloutStep]:
    return RolloutStep.objects.select_related("responsible", "accepted_by")
