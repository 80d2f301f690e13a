"""What we may ask of a switch. Asking changes nothing of ours; the fact that comes back does.

Every method may be called from any thread and waits at most its time limit for the switch to take the command.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from telephony.facts import Direction, Fact, HeldWhy


class SwitchError(Exception):
    """The switch did not do what was asked."""


class SwitchUnreachable(SwitchError):
    """There is no connection to the switch. Nothing was sent."""


class SwitchRefused(SwitchError):
    """The switch said no; its words are the message."""


class CommandTimedOut(SwitchError):
    """The switch did not answer in time. It may or may not have acted: wait for facts, or ask leg()."""


class NotYet(SwitchError):
    """The change of hold before is still under way, or the two were joined this moment. Nothing was sent: ask again."""


class UnsafeValue(SwitchRefused):
    """A value that could change the meaning of a command was refused before anything was sent."""


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


class Switch(Protocol):
    @property
    def is_connected(self) -> bool: ...

    @property
    def core_uuid(self) -> str: ...

    def next_fact(self, timeout_seconds: float) -> Fact | None:
        """The next fact, or None when none came in time."""

    def facts(self) -> Iterator[Fact]:
        """Facts for ever, until close()."""

    def offer(self, command: OfferCommand) -> None:
        """Returns once the switch has taken the command; CommandFinished and leg facts tell how it went."""

    def hang_up(self, leg_id: UUID, cause: str = "NORMAL_CLEARING") -> None: ...

    def withdraw(self, leg_id: UUID, cause: str = "ORIGINATOR_CANCEL") -> None:
        """Stop an offer's ringing. Refused once the phone was picked up: a talk is never cut by a late decision."""

    def answer(self, leg_id: UUID) -> None:
        """Ask the ringing phone of this leg to pick up."""

    def hold(self, leg_id: UUID) -> None:
        """The person on this leg puts the other one on hold, if not so already. Raises NotYet, as `unhold` does."""

    def unhold(self, leg_id: UUID) -> None: ...

    def send_to_queue(self, leg_id: UUID, entry: QueueEntry) -> None:
        """Into the waiting loop; a leg bridged to it ends."""

    def consult(self, command: ConsultCommand) -> None:
        """Returns once both legs are on their way; CallerHeld and the new leg's facts tell how it goes."""

    def complete_consult(self, agent_leg_id: UUID) -> None:
        """The agent steps out: the one who was asked gets the caller."""

    def end_consult(self, consult_leg_id: UUID) -> None:
        """The one who was asked is let go (or rings no more): agent and caller talk again."""

    def send_on_errand(self, command: ErrandCommand) -> None:
        """Returns once both legs are on their way; CallerHeld and FlowStepped tell how it goes."""

    def end_errand(self, caller_leg_id: UUID) -> None:
        """The caller leaves the flow where they are: agent and caller talk again."""

    def conference(self, agent_leg_id: UUID, caller_leg_id: UUID, call_id: UUID) -> None:
        """All three of a consult hear each other. Whoever is left alone there is let go."""

    def send_to_number(self, command: OnwardCommand) -> None: ...

    def park(self, command: ParkCommand) -> None: ...

    def send_digits(self, leg_id: UUID, digits: str) -> None:
        """The far end of this leg hears these keys (0-9, *, #, A-D; at most 32)."""

    def start_recording(self, leg_id: UUID, path: str) -> None:
        """`path` as in OfferCommand.recording; RecordingStarted tells that it runs."""

    def stop_recording(self, leg_id: UUID, path: str) -> None: ...

    def mask_recording(self, leg_id: UUID, path: str, *, is_masked: bool) -> None:
        """While masked both sides are silent in the file; it goes on, so that its moments stay those of the talk."""

    def listen(self, command: EarCommand) -> None:
        """Returns once the switch has taken the command; facts of the leg `ear_id` tell how it goes."""

    def set_ear(self, ear_leg_id: UUID, mode: EarMode) -> None:
        """EarSet tells that it hears, or is heard, in this way from then on."""

    def move_ear(self, ear_leg_id: UUID, agent_leg_id: UUID) -> None:
        """The ear hears another leg's talk from now on, silently; EarSet tells it."""

    def take_over(self, ear_leg_id: UUID, caller_leg_id: UUID, agent_leg_id: UUID) -> None:
        """The ear talks with the caller, the agent's leg ends (PICKED_OFF), in one step. Refused unless they talk."""

    def existing(self, leg_ids: Collection[UUID]) -> set[UUID]: ...

    def leg(self, leg_id: UUID) -> LiveLeg | None: ...

    def legs_named(self, leg_ids: Collection[UUID]) -> list[LiveLeg]:
        """These, or by `leg` the one, as they are at this moment; who is gone is not among them."""

    def glimpses(self) -> list[LegGlimpse]: ...

    def registrations(self) -> list[Registration]: ...

    def beat(self, now: datetime) -> None:
        """We are alive: until this is 15 s old, callers wait for us."""

    def close(self) -> None:
        """Hear what has already arrived, then go. Calls are not touched."""
