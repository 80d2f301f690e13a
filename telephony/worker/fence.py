"""Between the worker and the switch: no command of a holder whose time is over goes out.

The database refuses the offers of an old epoch (cells.actions.hold_epoch). This refuses everything else that would
change a call, by the lease's own count of time, right before it is sent: a worker that was paused for ten seconds
wakes in the middle of what it was doing.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from uuid import UUID

from telephony.errors import EpochIsOver
from telephony.facts import Fact
from telephony.switch import (
    ConsultCommand,
    EarCommand,
    EarMode,
    ErrandCommand,
    LegGlimpse,
    LiveLeg,
    OfferCommand,
    OnwardCommand,
    ParkCommand,
    QueueEntry,
    Registration,
    Switch,
)


class FencedSwitch:
    """A telephony.switch.Switch. Raises EpochIsOver for a command while `may_act` says no; questions pass.

    A beat passes too: it says that somebody lives, and a worker that cannot reach the database still does.
    """

    def __init__(self, switch: Switch, may_act: Callable[[], bool]) -> None:
        self._switch = switch
        self._may_act = may_act

    def _open(self) -> Switch:
        if not self._may_act():
            raise EpochIsOver
        return self._switch

    def offer(self, command: OfferCommand) -> None:
        self._open().offer(command)

    def hang_up(self, leg_id: UUID, cause: str = "NORMAL_CLEARING") -> None:
        self._open().hang_up(leg_id, cause)

    def withdraw(self, leg_id: UUID, cause: str = "ORIGINATOR_CANCEL") -> None:
        self._open().withdraw(leg_id, cause)

    def answer(self, leg_id: UUID) -> None:
        self._open().answer(leg_id)

    def hold(self, leg_id: UUID) -> None:
        self._open().hold(leg_id)

    def unhold(self, leg_id: UUID) -> None:
        self._open().unhold(leg_id)

    def send_to_queue(self, leg_id: UUID, entry: QueueEntry) -> None:
        self._open().send_to_queue(leg_id, entry)

    def consult(self, command: ConsultCommand) -> None:
        self._open().consult(command)

    def complete_consult(self, agent_leg_id: UUID) -> None:
        self._open().complete_consult(agent_leg_id)

    def end_consult(self, consult_leg_id: UUID) -> None:
        self._open().end_consult(consult_leg_id)

    def conference(self, agent_leg_id: UUID, caller_leg_id: UUID, call_id: UUID) -> None:
        self._open().conference(agent_leg_id, caller_leg_id, call_id)

    def send_to_number(self, command: OnwardCommand) -> None:
        self._open().send_to_number(command)

    def park(self, command: ParkCommand) -> None:
        self._open().park(command)

    def send_on_errand(self, command: ErrandCommand) -> None:
        self._open().send_on_errand(command)

    def end_errand(self, caller_leg_id: UUID) -> None:
        self._open().end_errand(caller_leg_id)

    def send_digits(self, leg_id: UUID, digits: str) -> None:
        self._open().send_digits(leg_id, digits)

    def start_recording(self, leg_id: UUID, path: str) -> None:
        self._open().start_recording(leg_id, path)

    def stop_recording(self, leg_id: UUID, path: str) -> None:
        self._open().stop_recording(leg_id, path)

    def mask_recording(self, leg_id: UUID, path: str, *, is_masked: bool) -> None:
        self._open().mask_recording(leg_id, path, is_masked=is_masked)

    def listen(self, command: EarCommand) -> None:
        self._open().listen(command)

    def set_ear(self, ear_leg_id: UUID, mode: EarMode) -> None:
        self._open().set_ear(ear_leg_id, mode)

    def move_ear(self, ear_leg_id: UUID, agent_leg_id: UUID) -> None:
        self._open().move_ear(ear_leg_id, agent_leg_id)

    def take_over(self, ear_leg_id: UUID, caller_leg_id: UUID, agent_leg_id: UUID) -> None:
        self._open().take_over(ear_leg_id, caller_leg_id, agent_leg_id)

    @property
    def is_connected(self) -> bool:
        return self._switch.is_connected

    @property
    def core_uuid(self) -> str:
        return self._switch.core_uuid

    @property
    def died_at(self) -> datetime | None:
        return self._switch.died_at

    def next_fact(self, timeout_seconds: float) -> Fact | None:
        return self._switch.next_fact(timeout_seconds)

    def facts(self) -> Iterator[Fact]:
        return self._switch.facts()

    def existing(self, leg_ids: Collection[UUID]) -> set[UUID]:
        return self._switch.existing(leg_ids)

    def leg(self, leg_id: UUID) -> LiveLeg | None:
        return self._switch.leg(leg_id)

    def legs_named(self, leg_ids: Collection[UUID]) -> list[LiveLeg]:
        return self._switch.legs_named(leg_ids)

    def glimpses(self) -> list[LegGlimpse]:
        return self._switch.glimpses()

    def registrations(self) -> list[Registration]:
        return self._switch.registrations()

    def beat(self, now: datetime) -> None:
        self._switch.beat(now)

    def close(self) -> None:
        self._switch.close()
