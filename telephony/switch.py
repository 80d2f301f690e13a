"""What we may ask of a switch. Asking changes nothing of ours; the fact that comes back does.

Every method may be called from any thread and waits at most its time limit for the switch to take the command.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from telephony.facts import Direction, Fact


class SwitchError(Exception):
    """The switch did not do what was asked."""


class SwitchUnreachable(SwitchError):
    """There is no connection to the switch. Nothing was sent."""


class SwitchRefused(SwitchError):
    """The switch said no; its words are the message."""


class CommandTimedOut(SwitchError):
    """The switch did not answer in time. It may or may not have acted: wait for facts, or ask live_legs()."""


class UnsafeValue(SwitchRefused):
    """A value that could change the meaning of a command was refused before anything was sent."""


@dataclass(frozen=True, kw_only=True)
class RungPhone:
    """One phone an offer rings, with its own offer, agent and recording.

    `contact` is its address (sip:1001@10.0.0.7:5060) when it is registered at another switch than the caller's.
    """

    offer_id: UUID
    agent_id: int
    username: str
    recording: str | None = None
    contact: str = ""


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
    dials: str = ""
    """Nobody waits: once the phone is picked up the switch itself dials this number, and the leg it makes has the id
    `caller_leg_id`. So given twice, the command dials once.
    """
    shown_number: str = ""
    """Our own number, which the one who is dialled sees."""

    @property
    def phones(self) -> tuple[RungPhone, ...]:
        """All that are rung, the offer's own first."""
        own = RungPhone(
            offer_id=self.offer_id,
            agent_id=self.agent_id,
            username=self.username,
            recording=self.recording,
            contact=self.contact,
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
class LiveLeg:
    """A leg as the switch knows it now. `is_waiting`: in the waiting loop, free to be offered."""

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
    node: str = ""
    """Which switch of the cell, where there are several."""


@dataclass(frozen=True, kw_only=True)
class LegGlimpse:
    """A leg in the switch's list of calls: one question for all of them, cheap and a little late.

    `Switch.leg` is the truth of one. `place` is "waiting", "voicemail" or "" for anything else; a caller who was
    fetched out of the line may still show where they were.
    """

    leg_id: UUID
    other_leg_id: UUID | None = None
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Registration:
    username: str
    domain: str
    contact: str
    node: str = ""
    """Which switch of the cell, where there are several."""


class Switch(Protocol):
    @property
    def is_connected(self) -> bool: ...

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
        """The person on this leg puts the other one on hold."""

    def unhold(self, leg_id: UUID) -> None: ...

    def send_to_queue(self, leg_id: UUID, entry: QueueEntry) -> None:
        """Into the waiting loop; a leg bridged to it ends."""

    def exists(self, leg_id: UUID) -> bool: ...

    def live_legs(self) -> list[LiveLeg]: ...

    def leg(self, leg_id: UUID) -> LiveLeg | None:
        """One leg as it is at this moment; None when there is no such leg."""

    def glimpses(self) -> list[LegGlimpse]:
        """Every leg, in one question; see LegGlimpse."""

    def registrations(self) -> list[Registration]: ...

    def beat(self, now: datetime) -> None:
        """We are alive: until this is 15 s old, callers wait for us."""

    def close(self) -> None:
        """Hear what has already arrived, then go. Calls are not touched."""
