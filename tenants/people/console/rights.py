"""Somebody's page with their effective rights, and the matrix of all roles; both read from what is enforced."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tenants.context import is_public
from tenants.people import matrix
from tenants.people.console.access import member_required
from tenants.people.models import TENANT_ROLES, Member
from tenants.people.policies import (
    ARRANGING_ROLES,
    PERSON_READERS,
    RIGHTS_READERS,
    Role,
    can_change_member,
    can_see_audit,
    has_role,
)
from tenants.people.queries.teams import led_teams, person
from tenants.people.rights import Held, grounds_of, rights_of


@never_cache
@require_GET
@member_required()
def own_page(request: HttpRequest) -> HttpResponse:
    """Everybody may know what they may do. Operators have a console, and no page of this kind."""
    if is_public():
        raise Http404
    return _page(request, person(request.user.pk))


@never_cache
@require_GET
@member_required(*PERSON_READERS)
def person_page(request: HttpRequest, member_id: int) -> HttpResponse:
    found = person(member_id) if member_id < 2**63 else None
    if found is None or not _is_theirs(request.user, found):
        raise Http404
    return _page(request, found)


def _is_theirs(reader: Any, found: Member) -> bool:
    """A team lead reads of the people of their teams; whoever leads more, of everybody."""
    if has_role(reader, *ARRANGING_ROLES, Role.SUPERVISOR) or reader.pk == found.pk:
        return True
    return found.team_id in led_teams(reader)


def _page(request: HttpRequest, found: Member) -> HttpResponse:
    by_area: dict[str, list[Held]] = defaultdict(list)
    for held in rights_of(found):
        by_area[str(held.right.area)].append(held)
    seen = {
        "person": found,
        "areas": dict(by_area),
        "grounds": grounds_of(found),
        "is_own": found.pk == request.user.pk,
        "may_change": has_role(request.user, *ARRANGING_ROLES) and can_change_member(request.user, found),
        "may_see_history": can_see_audit(request.user),
    }
    return render(request, "tenants/people/person.html", seen)


@dataclass(frozen=True)
class Row:
    """One line of the matrix: what it is about, and a cell per role."""

    words: str
    detail: str
    cells: tuple[str, ...]


@never_cache
@require_GET
@member_required(*RIGHTS_READERS)
def rights(request: HttpRequest) -> HttpResponse:
    seen = {
        "roles": [role.label for role in TENANT_ROLES],
        "rights": [Row(str(r.words), str(r.area), _marks(roles)) for r, roles in matrix.rights()],
        "addresses": _addresses(),
        "sayings": _sayings(),
    }
    return render(request, "tenants/people/rights.html", seen)


@cache
def _addresses() -> list[Row]:
    """They change with our code alone."""
    return [
        Row("/" + door.pattern.replace("^", "").replace("$", ""), door.name, _letters(door))
        for door in matrix.addresses()
    ]


@cache
def _sayings() -> list[Row]:
    return [
        Row(said.where, f"{said.message} {said.about}".strip(), _marks(said.roles))
        for said in matrix.sayings()
    ]


def _marks(roles: frozenset[str]) -> tuple[str, ...]:
    return tuple("●" if role in roles else "" for role in TENANT_ROLES)


def _letters(door: Any) -> tuple[str, ...]:
    """R: may look; W: may send something there."""
    return tuple(
        ("R" if role in door.reading else "") + ("W" if role in door.writing else "") for role in TENANT_ROLES
    )
