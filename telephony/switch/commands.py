"""What a switch is asked to do with calls: each command with everything it needs to go on without us."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class OutsidePhone:
    """An agent's external number, dialled instead of a registered phone. Whoever picks up hears in `language` ("zh" or
    "en") to press a key: until then nobody has answered for us; a mailbox never will. They see `shown_number`, ours.
    """

    dials: str
    shown_number: str
    language: str
    line: str = "backup"
    """The trunk it is dialled by, as the switch knows it; without trunks there is the one of the settings."""


@dataclass(frozen=True, kw_only=True)
class RungPhone:
    """One phone an offer rings, with its own offer, agent and recording.

    `contact` is its address (sip:1001@10.0.0.7:5060) when it is registered at another switch than the caller's;
    `outside` is given where no phone of ours is rung at all.
    """

    offer_id: UUID
    agent_id: int
    username: str
    recording: str | None = None
    contact: str = ""
    outside: OutsidePhone | None = None


@dataclass(frozen=True, kw_only=True)
class OfferCommand:
    """Ring an agent's phone for one waiting caller; once answered the switch joins them by itself.

    `recording` is the path of the recording relative to the recordings directory ("acme/2026-11-20/<offer>.wav"), or
    None. The caller's number shows on the phone; anything but digits and a leading + is not sent.
    `together` are rung in the same moment: the first to answer is joined, and the switch ends the others.
    """

    offer_id: UUID
    tenant: str
    caller_leg_id: UUID
    call_id: UUID
    agent_id: int
    epoch: int
    username: str
    domain: str
    timeout_seconds: int
    caller_number: str = ""
    recording: str | None = None
    together: tuple[RungPhone, ...] = ()
    contact: str = ""
    outside: OutsidePhone | None = None
    dials: str = ""
    """Nobody waits: once the phone is picked up the switch itself dials this number, and the leg it makes has the id
    `caller_leg_id`. So given twice, the command dials once.
    """
    shown_number: str = ""
    """Our own number, which the one who is dialled sees."""
    lines: tuple[str, ...] = ("backup",)
    """By which trunks it is dialled, in order; the next one when a call fails at a carrier."""
    is_parked: bool = False
    """The caller stands aside (parked) instead of waiting in the line: the phone picks them up there."""

    @property
    def phones(self) -> tuple[RungPhone, ...]:
        """All that are rung, the offer's own first."""
        own = RungPhone(
            offer_id=self.offer_id,
            agent_id=self.agent_id,
            username=self.username,
            recording=self.recording,
            contact=self.contact,
            outside=self.outside,
        )
        return (own, *self.together)


@dataclass(frozen=True, kw_only=True)
class QueueEntry:
    """Where a leg waits from now on. `language` is "zh" or "en"; `queued_at` None means now."""

    tenant: str
    queue_id: int
    priority: int
    max_wait_seconds: int
    language: str
    queued_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ConsultCommand:
    """The caller steps aside, with music, and the agent's leg rings somebody else: a colleague's phone (`username` at
    `domain`, `agent_id`) or an outside number (`dials`, who sees `shown_number`).

    From here the switch goes on alone. Nobody answers, or the one asked hangs up: agent and caller talk again. The
    agent hangs up (`complete_consult`, or the phone): the one asked gets the caller. The caller is gone: the two talk
    on. Both are gone: the caller waits in the line, as `entry` says.
    """

    consult_id: UUID
    """The new leg's id. A colleague's is an offer's: facts of the leg bear it as `offer_id`."""
    tenant: str
    agent_leg_id: UUID
    caller_leg_id: UUID
    call_id: UUID
    entry: QueueEntry
    epoch: int
    timeout_seconds: int
    agent_id: int | None = None
    """The colleague who is asked; None for an outside number."""
    username: str = ""
    domain: str = ""
    contact: str = ""
    outside: OutsidePhone | None = None
    dials: str = ""
    shown_number: str = ""
    lines: tuple[str, ...] = ("backup",)
    caller_number: str = ""
    """Shows on the colleague's phone."""
    recording: str | None = None
    """Of the new leg from its answer on; the agent's own goes on as it is."""


@dataclass(frozen=True, kw_only=True)
class OnwardCommand:
    """The caller is sent to an outside number. The agent's leg ends; an unanswered caller is back in the line, as
    `entry` says.
    """

    onward_id: UUID
    """The new leg's id."""
    tenant: str
    caller_leg_id: UUID
    call_id: UUID
    entry: QueueEntry
    dials: str
    shown_number: str
    timeout_seconds: int
    recording: str | None = None
    lines: tuple[str, ...] = ("backup",)


@dataclass(frozen=True, kw_only=True)
class ErrandCommand:
    """The caller goes through a flow and comes back to the same agent, who hears nothing of it and waits.

    From here the switch goes on alone; `recording`, the agent's running one, is silent while a secret is keyed in.
    Somewhere else in the end (a queue, a message)? The agent's leg ends. The agent is gone? The caller goes through
    the flow, then waits in the line, as `entry` says.
    """

    tenant: str
    caller_leg_id: UUID
    agent_leg_id: UUID
    call_id: UUID
    version_id: int
    """Of the flow, as it stands on the switch."""
    entry: QueueEntry
    recording: str | None = None


@dataclass(frozen=True, kw_only=True)
class ParkCommand:
    """The caller stands aside until somebody picks them up (an offer with `is_parked`); the agent's leg ends.

    After `seconds` they are back in the line, as `entry` says.
    """

    tenant: str
    caller_leg_id: UUID
    agent_leg_id: UUID
    entry: QueueEntry
    seconds: int


class EarMode(StrEnum):
    """LISTEN: nobody hears the ear. WHISPER: the agent alone does. BARGE: both do."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


@dataclass(frozen=True, kw_only=True)
class EarCommand:
    """Ring a supervisor's phone; picked up, it hears the talk of `agent_leg_id` and ends with it."""

    ear_id: UUID
    tenant: str
    agent_leg_id: UUID
    call_id: UUID
    agent_id: int
    """The supervisor's own agent."""
    epoch: int
    username: str
    domain: str
    timeout_seconds: int
    mode: EarMode = EarMode.LISTEN
    contact: str = ""
    outside: OutsidePhone | None = None
    shown_number: str = ""
    """Shows on the supervisor's phone: the agent's extension."""
    recording: str | None = None
    """Of the ear's leg, from the moment it takes the talk over; before that an ear is not recorded."""
