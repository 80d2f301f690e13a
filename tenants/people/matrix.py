"""Role × what it may do: rights in words, every address, every socket message and order. Read from what is enforced."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tenants.people.doors import Door, doors, probe
from tenants.people.models import TENANT_ROLES
from tenants.people.rights import Right, every_right, roles_with


@dataclass(frozen=True)
class Said:
    """One message of one socket, or one order of the API, and the roles it is taken from.

    `about` is "own" (the sender's own work) or "other" (somebody else's).
    """

    where: str
    message: str
    about: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Speaking:
    """What may be said through one road, and who is asked whether a member may. `may_say(member, message, about)`."""

    where: str
    messages: Callable[[], Iterable[str]]
    may_say: Callable[[Any, str, str], bool]


OWN, OTHER = "own", "other"
_roads: list[Speaking] = []


def add_road(road: Speaking) -> None:
    """Floors above add theirs."""
    if all(known.where != road.where for known in _roads):
        _roads.append(road)


def known_roads() -> list[str]:
    return [road.where for road in _roads]


def sayings() -> list[Said]:
    people = {role: probe(role) for role in TENANT_ROLES}
    return [
        Said(
            road.where,
            message,
            about,
            frozenset(r for r, m in people.items() if road.may_say(m, message, about)),
        )
        for road in _roads
        for message in ("", *sorted(road.messages()))
        for about in ((OWN, OTHER) if message else (OWN,))
    ]


def rights() -> list[tuple[Right, frozenset[str]]]:
    return [(right, roles_with(right)) for right in every_right()]


def addresses() -> list[Door]:
    return sorted(doors(), key=lambda door: door.pattern.strip("^"))
