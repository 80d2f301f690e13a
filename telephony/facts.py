"""What a switch tells us, in our words: the first stop on the road of news, and no switch's own word in it.

Each fact is frozen and stands alone. `node` names the switch; `sequence` orders the facts of one run of that switch
(it restarts with the switch, and is 0 where the switch gives none); `at` is an aware UTC moment by the switch's clock.
Facts may come twice, late and in any order. `tenant` is a schema name, or "" while the switch cannot tell whose leg
it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Direction(StrEnum):
    """Seen from the switch: INBOUND legs rang us, OUTBOUND legs we rang."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class HungUpBy(StrEnum):
    """PARTY is the person on this leg (hung up, cancelled or refused); SWITCH is everything else."""

    PARTY = "party"
    SWITCH = "switch"


@dataclass(frozen=True, kw_only=True)
class Fact:
    node: str
    at: datetime
    sequence: int = 0


@dataclass(frozen=True, kw_only=True)
class LegFact(Fact):
    tenant: str
    leg_id: UUID
    offer_id: UUID | None = None
    """The offer this leg rings an agent for; equal to leg_id there, None on every other leg."""


@dataclass(frozen=True, kw_only=True)
class LegCreated(LegFact):
    """A leg exists. Of an inbound leg only its number is known yet; LegQueued says the tenant."""

    direction: Direction
    dialled: str
    caller_number: str
    caller_name: str
    call_id: UUID | None = None
    agent_id: int | None = None
    epoch: int | None = None
    username: str = ""
    domain: str = ""
    line: str = ""
    """The trunk it goes out by, in the switch's word."""


@dataclass(frozen=True, kw_only=True)
class LegQueued(LegFact):
    """A caller waits in the switch's loop, from the dialled number or sent there by us. Complete without LegCreated."""

    queue_id: int
    queued_at: datetime
    priority: int
    dialled: str
    caller_number: str
    caller_name: str
    arrived_at: datetime
    skills: tuple[tuple[int, int], ...] = ()
    """(skill, lowest level) a flow asks for beside the queue."""
    wanted_agent_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class LegRinging(LegFact):
    """The far phone rings."""


@dataclass(frozen=True, kw_only=True)
class LegAnswered(LegFact):
    answered_at: datetime


@dataclass(frozen=True, kw_only=True)
class LegsBridged(LegFact):
    """The two hear each other. `offer_id` is given when either leg is an offer's."""

    other_leg_id: UUID


@dataclass(frozen=True, kw_only=True)
class LegsUnbridged(LegFact):
    other_leg_id: UUID


@dataclass(frozen=True, kw_only=True)
class LegHeld(LegFact):
    """The person on this leg put the other one on hold."""


@dataclass(frozen=True, kw_only=True)
class LegUnheld(LegFact):
    pass


class HeldWhy(StrEnum):
    """Why a caller stands aside. CONSULT: the agent asks somebody first. PARK: until somebody picks them up. FLOW: they
    go through a flow and come back.
    """

    CONSULT = "consult"
    PARK = "park"
    FLOW = "flow"


@dataclass(frozen=True, kw_only=True)
class CallerHeld(LegFact):
    """The switch has put a caller aside, with music, for somebody's return; joined to nobody from here on.

    It ends with the next LegsBridged, RoomEntered, LegQueued or LegHungUp of this leg. Told twice it says the same;
    `held_at` stays that of the beginning.
    """

    by_leg_id: UUID | None
    """The agent's leg that may take the caller back; None where nobody is awaited (PARK)."""
    for_leg_id: UUID | None
    """The leg that gets the caller when the agent's is gone: that of the one who is asked."""
    why: HeldWhy
    held_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoomEntered(LegFact):
    """This leg hears, and is heard by, all others in the room from here on."""

    room_id: UUID
    """The call's id: a call has one room."""
    entered_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoomLeft(LegFact):
    """May be missing, when the leg ended: LegHungUp says it as well."""

    room_id: UUID


@dataclass(frozen=True, kw_only=True)
class EarSet(LegFact):
    """A supervisor's ear hears the talk of `agent_leg_id`: silently ("listen"), heard by the agent ("whisper") or by
    both ("barge"). Told again with each change.
    """

    agent_leg_id: UUID
    mode: str


@dataclass(frozen=True, kw_only=True)
class LegHungUp(LegFact):
    """The leg is gone. `cause` is a Q.850 name such as NORMAL_CLEARING, NO_ANSWER, USER_BUSY, ORIGINATOR_CANCEL."""

    direction: Direction
    cause: str
    by: HungUpBy
    created_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    line: str = ""
    """As in LegCreated."""


@dataclass(frozen=True, kw_only=True)
class RecordingStarted(LegFact):
    """`path` is relative to the recordings directory when the file lies in it."""

    path: str


@dataclass(frozen=True, kw_only=True)
class RecordingStopped(LegFact):
    path: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class VoicemailLeft(LegFact):
    queue_id: int | None
    path: str
    seconds: float
    caller_number: str
    caller_name: str


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(LegFact):
    """A caller is asked what they think of the call: told when it is asked, when a key is pressed, when a comment is
    recorded, and once more by the leg's record. What is not known yet is None.
    """

    survey_id: int
    queue_id: int | None
    asked_at: datetime
    score: int | None = None
    answered_at: datetime | None = None
    comment_path: str = ""
    comment_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class StepTaken:
    """One node of a flow; not left yet while `exit` is empty."""

    position: int
    node: str
    kind: str
    entered_at: datetime
    exit: str = ""
    value: str = ""
    left_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FlowStepped(LegFact):
    """Where a caller is in a flow and the whole way there, so that one telling heals all that were missed.

    With `ended_at` the leg's record tells it, for the last time. Secrets are in none of it.
    """

    version_id: int
    taken: tuple[StepTaken, ...]
    current: StepTaken | None
    language: str
    collected: Mapping[str, str]
    dialled: str
    caller_number: str
    caller_name: str
    arrived_at: datetime
    ended_at: datetime | None = None
    masked_leg_id: UUID | None = None
    """Sent here in the middle of a talk: the agent's leg, whose recording (`masked_path`) the switch masks in each step
    since `masked_since` that asks for a secret.
    """
    masked_path: str = ""
    masked_since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WaitFellBack(LegFact):
    """The switch took the caller out of the loop itself: to voicemail ("no_router", "max_wait"…), or back into a flow
    whose agent could not be reached ("unreached").
    """

    queue_id: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class DeviceRegistered(Fact):
    username: str
    domain: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class DeviceUnregistered(Fact):
    username: str
    domain: str


@dataclass(frozen=True, kw_only=True)
class LineStated(Fact):
    """How the switch finds a trunk now. `registration` is its own word (REGED, TRYING, FAIL_WAIT, NOREG …);
    `sip_status` and `phrase` are the carrier's last answer, None and "" where this is not about one.
    """

    line: str
    registration: str
    is_up: bool | None
    sip_status: int | None = None
    phrase: str = ""


@dataclass(frozen=True, kw_only=True)
class LineFailed(Fact):
    """A call failed at this trunk's carrier before anybody was rung, and the switch tries the next one by itself: the
    leg with this id comes again.
    """

    line: str
    leg_id: UUID
    cause: str


@dataclass(frozen=True, kw_only=True)
class CommandFinished(Fact):
    """The end of a command that runs on in the switch; for an offer, `command_id` is the offer's id."""

    command_id: UUID
    is_ok: bool
    text: str
    """What the switch said, e.g. a leg id, or NO_ANSWER, USER_NOT_REGISTERED, SUBSCRIBER_ABSENT."""


@dataclass(frozen=True, kw_only=True)
class SwitchConnected(Fact):
    """We hear the switch from now on: resync. Another `core_uuid` than before means that it restarted."""

    core_uuid: str


@dataclass(frozen=True, kw_only=True)
class SwitchLost(Fact):
    """We are deaf until the next SwitchConnected; calls go on without us, unless the switch has died.

    Until `alive_until` this run of it lived: until now, when its own system closed the connection, else until the last
    word we had.
    """

    reason: str
    core_uuid: str
    alive_until: datetime


@dataclass(frozen=True, kw_only=True)
class SwitchBeat(Fact):
    core_uuid: str
    live_legs: int


@dataclass(frozen=True, kw_only=True)
class LegMeasured(LegFact):
    """How well the sound was that this leg sent, over all of it; from its call record."""

    trunk: str
    packets: int
    mos: float
    loss_percent: float
    jitter_ms: float
    delay_ms: float | None = None


@dataclass(frozen=True, kw_only=True)
class LegSettled(LegFact):
    """The record a bill is made of, from the switch's own call record on disk, never from events."""

    direction: Direction
    dialled: str
    caller_number: str
    caller_name: str
    call_id: UUID | None
    agent_id: int | None
    queue_id: int | None
    created_at: datetime
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime
    billable_seconds: int
    cause: str
    other_leg_id: UUID | None = None
    by: HungUpBy | None = None
    is_outside: bool = False
    """An agent's leg that went to an external number: it costs what such a call costs."""
