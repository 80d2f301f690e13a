"""Everything a switch can be asked. Every method may be called from any thread and waits at most its time limit for the
switch to take the command.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol
from uuid import UUID

from telephony.facts import Fact
from telephony.switch.commands import (
    ConsultCommand,
    EarCommand,
    EarMode,
    ErrandCommand,
    OfferCommand,
    OnwardCommand,
    ParkCommand,
    QueueEntry,
)
from telephony.switch.legs import LegGlimpse, LiveLeg, Registration


class Switch(Protocol):
    @property
    def is_connected(self) -> bool: ...

    @property
    def core_uuid(self) -> str: ...

    @property
    def died_at(self) -> datetime | None:
        """Of one that is not connected: when it died, where that is sure. What was on it is over."""

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
