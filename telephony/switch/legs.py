"""What a switch says is there now: legs, whole or at a glance, and phones."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from telephony.facts import Direction, HeldWhy


@dataclass(frozen=True, kw_only=True)
class LiveLeg:
    """A leg as the switch knows it now. `is_waiting`: in the waiting loop, free to be offered. An external number that
    was picked up and whose person has not pressed the key yet is not answered here.
    """

    leg_id: UUID
    tenant: str
    direction: Direction
    dialled: str
    caller_number: str
    caller_name: str
    created_at: datetime
    answered_at: datetime | None
    bridged_leg_id: UUID | None
    offer_id: UUID | None
    call_id: UUID | None
    agent_id: int | None
    queue_id: int | None
    queued_at: datetime | None
    priority: int
    is_waiting: bool
    is_held: bool
    has_fallen_back: bool = False
    """The switch took the caller out of the line itself: a message is being left."""
    held_why: HeldWhy | None = None
    """The caller stands aside (CallerHeld), for the two legs below."""
    held_by_leg_id: UUID | None = None
    held_for_leg_id: UUID | None = None
    held_at: datetime | None = None
    room_id: UUID | None = None
    """The room this leg is in (RoomEntered)."""
    ear_mode: str = ""
    """This leg is a supervisor's ear, and hears so (EarSet)."""
    node: str = ""
    """Which switch of the cell, where there are several."""


@dataclass(frozen=True, kw_only=True)
class LegGlimpse:
    """A leg in the switch's list of calls, cheap and a little late: `Switch.leg` is the truth. `place` is "waiting" (in
    `queue_id` since `queued_at`, where the list says so), "voicemail" or ""; whoever was fetched may still show theirs.
    """

    leg_id: UUID
    other_leg_id: UUID | None = None
    place: str = ""
    is_answered: bool = False
    queue_id: int | None = None
    queued_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Registration:
    username: str
    domain: str
    contact: str
    node: str = ""
