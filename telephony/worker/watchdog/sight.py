"""What the switch says now, from two questions for the whole cell."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from telephony.switch import LegGlimpse, Switch


@dataclass(frozen=True)
class Sight:
    """One look at a switch. Its lists lag a little: what they say is a hint, `Switch.leg` is the truth."""

    node: str
    at: datetime
    legs: dict[UUID, LegGlimpse]
    phones: dict[tuple[str, str], str]
    """(user name, domain) → contact."""


def look(switch: Switch, *, node: str, at: datetime) -> Sight:
    legs = {seen.leg_id: seen for seen in switch.glimpses()}
    phones = {(phone.username, phone.domain): phone.contact for phone in switch.registrations()}
    return Sight(node=node, at=at, legs=legs, phones=phones)
