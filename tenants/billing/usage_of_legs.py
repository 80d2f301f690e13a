"""What is told of a leg, spelled as billing stores it."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from tenants.billing.models import Direction
from tenants.models import Tenant
from tenants.numbers import to_e164

LONGEST_NUMBER = 40
LONGEST_SECONDS = 30 * 24 * 3600  # a record that says more is not billed before somebody has looked at it


@dataclass(frozen=True, slots=True)
class LegUsage:
    """What a leg's settled record says. Seconds are whole; numbers are spelled as billing stores them."""

    leg_id: UUID
    node: str
    direction: str
    number: str
    other_number: str
    answered_at: datetime
    ended_at: datetime | None
    seconds: int
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class SettledLeg:
    """What `charge_leg` is told of one."""

    leg_id: UUID
    node: str
    direction: str
    number: str
    other_number: str
    answered_at: datetime | None
    ended_at: datetime | None
    billable_seconds: float
    is_estimated: bool = False


def usage_of(leg: SettledLeg, tenant: Tenant) -> LegUsage:
    assert leg.answered_at is not None
    return LegUsage(
        leg_id=leg.leg_id,
        node=leg.node[:LONGEST_NUMBER],
        direction=Direction(leg.direction).value,
        number=_spelled(leg.number, tenant),
        other_number=_spelled(leg.other_number, tenant),
        answered_at=leg.answered_at,
        ended_at=leg.ended_at,
        seconds=ceil(min(leg.billable_seconds, LONGEST_SECONDS + 1)),
        is_estimated=leg.is_estimated,
    )


def _spelled(number: str, tenant: Tenant) -> str:
    """E.164 where it is a number; else what was sent, without what no table takes and no page should show."""
    told = number or ""
    text = (told if told.isprintable() else "".join(sign for sign in told if sign.isprintable())).strip()
    return to_e164(text, tenant.country) or text[:LONGEST_NUMBER]
