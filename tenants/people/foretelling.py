"""What a change of somebody's rights would do, found by doing it and taking it back before anybody sees it.

The very policies that will be asked afterwards are asked, so that what is foretold is what happens. Floors above add
what they know: figures of what somebody sees (`add_figures`), and what is open at this moment (`add_touched`).
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import transaction

from tenants.people.doors import READING, WRITING, open_to
from tenants.people.models import Member, Team
from tenants.people.queries.teams import with_those_above
from tenants.people.rights import every_right, grounds_of

FIELDS = ("roles", "is_active", "team", "mentor", "seat", "seat_ends_at")
"""Of these a member's rights are made."""
ENDS_SESSIONS = frozenset({"roles", "is_active"})
MOST_OTHERS = 20
Figure = tuple[str, int]
Figures = Callable[[Any], Iterable[Figure]]
Touched = Callable[[Any, bool], Iterable[str]]
"""Of a member, and whether they are signed out everywhere: sentences."""
_figures: list[Figures] = []
_touched: list[Touched] = []


def add_figures(figures: Figures) -> None:
    if figures not in _figures:
        _figures.append(figures)


def add_touched(touched: Touched) -> None:
    if touched not in _touched:
        _touched.append(touched)


@dataclass(frozen=True)
class Held:
    """What somebody has at one moment. `doors`: (address, method) of every address that lets them in."""

    rights: frozenset[str]
    doors: frozenset[tuple[str, str]]
    grounds: tuple[str, ...]
    figures: Mapping[str, int]


@dataclass(frozen=True)
class Forecast:
    """One person. `is_other`: nothing of theirs is changed, and yet they gain or lose something by it."""

    member: Member
    before: Held
    after: Held
    is_other: bool = False
    touched: Sequence[str] = field(default_factory=tuple)

    @property
    def gains(self) -> list[str]:
        return sorted(self.after.rights - self.before.rights)

    @property
    def loses(self) -> list[str]:
        return sorted(self.before.rights - self.after.rights)

    @property
    def opens(self) -> list[tuple[str, str]]:
        return sorted(self.after.doors - self.before.doors)

    @property
    def shuts(self) -> list[tuple[str, str]]:
        return sorted(self.before.doors - self.after.doors)

    @property
    def new_grounds(self) -> list[str]:
        return [one for one in self.after.grounds if one not in self.before.grounds]

    @property
    def old_grounds(self) -> list[str]:
        return [one for one in self.before.grounds if one not in self.after.grounds]

    @property
    def figures(self) -> list[tuple[str, int, int]]:
        """(what, before, after) of those that change."""
        names = [
            *self.before.figures,
            *(name for name in self.after.figures if name not in self.before.figures),
        ]
        told = ((name, self.before.figures.get(name, 0), self.after.figures.get(name, 0)) for name in names)
        return [one for one in told if one[1] != one[2]]

    @property
    def is_change(self) -> bool:
        return self.before != self.after


class _TakenBack(Exception):
    "Nothing of it is kept."


def foretell(changes: Mapping[int, Mapping[str, Any]]) -> list[Forecast]:
    """Of these members (pk → field → value, of FIELDS), then of others who gain or lose by it. Nothing is changed."""
    members = list(Member.objects.filter(pk__in=changes).order_by("name", "pk"))

    def change() -> None:
        for one in members:
            Member.objects.filter(pk=one.pk).update(**changes[one.pk])

    touched = {one.pk: _what_is_open(one, changes[one.pk]) for one in members}
    return foretell_act(change, members, _others(members, changes), touched)


def foretell_act(
    act: Callable[[], object],
    members: Sequence[Member],
    others: Sequence[Member] = (),
    touched: Mapping[int, Sequence[str]] | None = None,
) -> list[Forecast]:
    """What `act` makes of these members, then of those of the `others` who gain or lose by it.

    It is done and taken back, so it may do nothing but write rows and ask for things after the commit. What it raises
    is raised.
    """
    everybody = [*members, *others]
    before = {one.pk: held_by(one) for one in everybody}
    after: dict[int, Held] = {}
    try:
        with transaction.atomic():
            act()
            again = Member.objects.in_bulk([one.pk for one in everybody])
            after = {pk: held_by(found) for pk, found in again.items()}
            raise _TakenBack
    except _TakenBack:
        pass
    known = touched or {}
    told = [Forecast(one, before[one.pk], after[one.pk], touched=known.get(one.pk, ())) for one in members]
    apart = [Forecast(one, before[one.pk], after[one.pk], is_other=True) for one in others]
    return told + [one for one in apart if one.is_change]


def held_by(member: Member) -> Held:
    figures: dict[str, int] = {}
    for source in _figures:
        figures.update(source(member))
    rights = frozenset(f"{right.area}: {right.words}" for right in every_right() if right.policy(member))
    may_sign_in = member.is_active and not member.is_seat_over
    doors = _doors(frozenset(member.roles)) if may_sign_in else frozenset()
    return Held(rights, doors, tuple(grounds_of(member)) if may_sign_in else (), figures)


@lru_cache(maxsize=256)
def _doors(roles: frozenset[str]) -> frozenset[tuple[str, str]]:
    """They change with our code alone."""
    one = Member(username="somebody", name="Somebody", roles=sorted(roles))
    return frozenset((where, method) for where, method in open_to(one) if method in (READING, WRITING))


def _others(members: Sequence[Member], changes: Mapping[int, Mapping[str, Any]]) -> list[Member]:
    """Leads of the teams left and joined, of those above them, and mentors."""
    teams, mentors = set(), set()
    for one in members:
        change = changes[one.pk]
        teams |= {one.team_id, getattr(change.get("team"), "pk", one.team_id)}
        mentors |= {one.mentor_id, getattr(change.get("mentor"), "pk", one.mentor_id)}
    return leads_above(teams - {None}, and_also=mentors - {None}, but=[one.pk for one in members])


def leads_above(
    teams: Iterable[int], *, and_also: Iterable[int] = (), but: Iterable[int] = ()
) -> list[Member]:
    """Whoever leads one of these teams or one they hang under, and these others, in order of their names."""
    leads = Team.leads.through.objects.filter(team_id__in=with_those_above(teams))
    concerned = {*leads.values_list("member_id", flat=True), *and_also} - {*but}
    return list(Member.objects.filter(pk__in=concerned, is_active=True).order_by("name", "pk")[:MOST_OTHERS])


def _what_is_open(member: Member, change: Mapping[str, Any]) -> list[str]:
    ends = any(name in change and change[name] != getattr(member, name) for name in ENDS_SESSIONS)
    return [sentence for touched in _touched for sentence in touched(member, ends)]


def seal_of(forecasts: Iterable[Forecast]) -> str:
    """The same for the same forecast: what is confirmed is what was shown."""
    told = [
        (
            one.member.pk,
            one.gains,
            one.loses,
            one.opens,
            one.shuts,
            one.new_grounds,
            one.old_grounds,
            one.figures,
        )
        for one in forecasts
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()
