"""What the switch says now, from two questions for the whole cell."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from telephony.switch import LegGlimpse, Switch


@dataclass(frozen=True)
class Sight:
    """One look at the switches. Their lists lag a little: what they say is a hint, `Switch.leg` is the truth."""

    nodes: frozenset[str]
    """Those that answered: of what is on another one nobody can say anything."""
    at: datetime
    legs: dict[UUID, LegGlimpse]
    phones: dict[tuple[str, str], str]
    """(user name, domain) → contact."""
    is_whole: bool = True
    """Every node of the cell answered."""


def look(switch: Switch, *, nodes: Iterable[str], away: Callable[[], Collection[str]], at: datetime) -> Sight:
    names = set(nodes)
    legs = {seen.leg_id: seen for seen in switch.glimpses()}
    phones = {(phone.username, phone.domain): phone.contact for phone in switch.registrations()}
    # Asked last: a node that went meanwhile counts as away.
    missing = set(away())
    return Sight(nodes=frozenset(names - missing), at=at, legs=legs, phones=phones, is_whole=not missing)
