"""What somebody may do, in words, and where it comes from.

A right is words beside the very policy that is asked when it matters: the page cannot say what is not enforced. Floors
above add theirs (`add_rights`), and what follows from more than roles (`add_grounds`): teams led, people mentored.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.people import policies
from tenants.people.doors import probe
from tenants.people.models import TENANT_ROLES, Role


@dataclass(frozen=True)
class Right:
    """`policy` takes a member and says yes or no by roles alone."""

    area: str | Promise
    words: str | Promise
    policy: Callable[[Any], bool]


@dataclass(frozen=True)
class Held:
    """A right somebody has, and the roles it comes from."""

    right: Right
    roles: tuple[str, ...]


Grounds = Callable[[Any], Iterable[str]]
_rights: list[Right] = []
_grounds: list[Grounds] = []


def add_rights(*rights: Right) -> None:
    _rights.extend(right for right in rights if right not in _rights)


def add_grounds(grounds: Grounds) -> None:
    """Sentences of what widens or narrows somebody's rights beside the roles."""
    if grounds not in _grounds:
        _grounds.append(grounds)


def every_right() -> list[Right]:
    return list(_rights)


def roles_with(right: Right, roles: Iterable[str] = TENANT_ROLES) -> frozenset[str]:
    return frozenset(role for role in roles if right.policy(probe(role)))


def rights_of(member: Any) -> list[Held]:
    """What this member may do at this moment; nothing when they may not sign in."""
    held = []
    for right in _rights:
        if right.policy(member):
            givers = roles_with(right, member.roles)
            held.append(Held(right, tuple(str(Role(role).label) for role in member.roles if role in givers)))
    return held


def grounds_of(member: Any) -> list[str]:
    return [str(sentence) for grounds in _grounds for sentence in grounds(member)]


PEOPLE = _("People")
OF_PEOPLE = (
    Right(PEOPLE, _("Add people, give roles, end access"), policies.can_manage_members),
    Right(PEOPLE, _("Read the audit log"), policies.can_see_audit),
    Right(PEOPLE, _("See teams and sites, who belongs where"), policies.can_see_teams),
    Right(PEOPLE, _("Make, move and remove teams"), policies.can_arrange_teams),
    Right(PEOPLE, _("See somebody's roles, rights and seat"), policies.can_see_person),
    Right(PEOPLE, _("See which role may do what"), policies.can_see_rights),
    Right(PEOPLE, _("Open the settings"), policies.can_open_tenant_admin),
    Right(_("Rollout"), _("Read the plan of the rollout"), policies.can_see_rollout),
    Right(_("Rollout"), _("Plan the rollout, accept what is done"), policies.can_run_rollout),
    Right(
        pgettext_lazy("rights", "System"),
        _("See the system's health and logs, without customers' data"),
        policies.can_see_health,
    ),
)
