"""What the switch in memory does inside a call, as cc.xml does it: the caller stands aside, somebody else is rung,
rooms, parked callers. Each of our commands begins it; the rest are people.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from telephony import facts
from telephony.facts import Direction, HeldWhy, HungUpBy
from telephony.switch import (
    ConsultCommand,
    ErrandCommand,
    NotYet,
    OnwardCommand,
    ParkCommand,
    QueueEntry,
    SwitchRefused,
)

if TYPE_CHECKING:
    from tests.fakes.switch import FakeSwitch


class InCall:
    """Mixed into FakeSwitch."""

    def hold(self: FakeSwitch, leg_id: UUID) -> None:
        self._refuse_agreeing(leg_id)
        self._ask("hold", leg_id)
        self.tell(facts.LegHeld, **self._of(leg_id))

    def unhold(self: FakeSwitch, leg_id: UUID) -> None:
        self._refuse_agreeing(leg_id)
        self._ask("unhold", leg_id)
        self.tell(facts.LegUnheld, **self._of(leg_id))

    def _refuse_agreeing(self: FakeSwitch, leg_id: UUID) -> None:
        if leg_id in self.agreeing:
            raise NotYet

    def send_to_queue(self: FakeSwitch, leg_id: UUID, entry: QueueEntry) -> None:
        self._ask("send_to_queue", leg_id, entry)
        leg = self.legs[leg_id]
        if leg.bridged_leg_id:
            other = leg.bridged_leg_id
            self.legs[leg_id] = replace(leg, bridged_leg_id=None)
            self.legs[other] = replace(self.legs[other], bridged_leg_id=None)
            self.tell(facts.LegsUnbridged, **self._of(leg_id), other_leg_id=other)
            self.end(other, cause="NORMAL_CLEARING", by=HungUpBy.SWITCH)
        self._out_of_room(leg_id)
        self._wait(leg_id, entry.queue_id, entry.queued_at or self.clock(), entry.priority)

    def send_digits(self: FakeSwitch, leg_id: UUID, digits: str) -> None:
        self._ask("send_digits", leg_id, digits)

    def start_recording(self: FakeSwitch, leg_id: UUID, path: str) -> None:
        self._ask("start_recording", leg_id, path)

    def stop_recording(self: FakeSwitch, leg_id: UUID, path: str) -> None:
        self._ask("stop_recording", leg_id, path)

    def mask_recording(self: FakeSwitch, leg_id: UUID, path: str, *, is_masked: bool) -> None:
        self._ask("mask_recording", leg_id, path, is_masked)

    def consult(self: FakeSwitch, command: ConsultCommand) -> None:
        self._ask("consult", command)
        self._aside(
            command.caller_leg_id, command.agent_leg_id, command.consult_id, HeldWhy.CONSULT, command.entry
        )
        if command.username and (command.username, command.domain) not in self.phones:
            text = "USER_NOT_REGISTERED"
            self.tell(facts.CommandFinished, command_id=command.consult_id, is_ok=False, text=text)
            return
        is_colleague = command.agent_id is not None
        self.legs[command.consult_id] = replace(
            self._new_leg(command.consult_id, command.tenant, Direction.OUTBOUND),
            offer_id=command.consult_id if is_colleague else None,
            call_id=command.call_id,
            agent_id=command.agent_id,
            dialled=command.username or command.dials,
        )
        self._asks[command.consult_id] = command
        self._tell_created(command.consult_id, command.call_id)

    def consulted_answers(self: FakeSwitch, leg_id: UUID) -> None:
        self.answered(leg_id)
        self._bridge(self._asks[leg_id].agent_leg_id, leg_id)

    def end_consult(self: FakeSwitch, consult_leg_id: UUID) -> None:
        self._ask("end_consult", consult_leg_id)
        self.consulted_leaves(consult_leg_id, by=HungUpBy.SWITCH)

    def consulted_leaves(
        self: FakeSwitch, leg_id: UUID, *, by: HungUpBy = HungUpBy.PARTY, cause: str = "NORMAL_CLEARING"
    ) -> None:
        """Hung up, refused or did not answer: agent and caller talk again."""
        command = self._asks.pop(leg_id)
        self._part(leg_id)
        self.end(leg_id, cause=cause, by=by)
        if command.caller_leg_id in self.legs and command.agent_leg_id in self.legs:
            self._bridge(command.agent_leg_id, command.caller_leg_id)

    def complete_consult(self: FakeSwitch, agent_leg_id: UUID) -> None:
        self._ask("complete_consult", agent_leg_id)
        self.asker_leaves(agent_leg_id, by=HungUpBy.SWITCH)

    def asker_leaves(self: FakeSwitch, agent_leg_id: UUID, *, by: HungUpBy = HungUpBy.PARTY) -> None:
        """The agent hangs up: whoever was asked and is on the line gets the caller; else the caller waits again."""
        command = next(one for one in self._asks.values() if one.agent_leg_id == agent_leg_id)
        del self._asks[command.consult_id]
        asked = self.legs.get(command.consult_id)
        self._part(agent_leg_id)
        self.end(agent_leg_id, by=by)
        if asked is not None and asked.answered_at:
            self._bridge(command.consult_id, command.caller_leg_id)
            return
        self.end(command.consult_id, cause="ORIGINATOR_CANCEL", by=HungUpBy.SWITCH)
        self._wait(command.caller_leg_id, command.entry.queue_id, self.clock(), command.entry.priority)

    def conference(self: FakeSwitch, agent_leg_id: UUID, caller_leg_id: UUID, call_id: UUID) -> None:
        self._ask("conference", agent_leg_id, caller_leg_id, call_id)
        asked = next(one for one in self._asks.values() if one.agent_leg_id == agent_leg_id)
        del self._asks[asked.consult_id]
        self._part(agent_leg_id)
        for leg_id in (caller_leg_id, agent_leg_id, asked.consult_id):
            self.legs[leg_id] = replace(self.legs[leg_id], room_id=call_id)
            self.tell(facts.RoomEntered, **self._of(leg_id), room_id=call_id, entered_at=self.clock())

    def leaves_room(self: FakeSwitch, leg_id: UUID, call_id: UUID) -> None:
        self.tell(facts.RoomLeft, **self._of(leg_id), room_id=call_id)
        self.end(leg_id)

    def _out_of_room(self: FakeSwitch, leg_id: UUID) -> None:
        """Sent on from there; whoever is alone then is let go."""
        call_id = self.legs[leg_id].room_id
        if call_id is None:
            return
        self.legs[leg_id] = replace(self.legs[leg_id], room_id=None)
        self.tell(facts.RoomLeft, **self._of(leg_id), room_id=call_id)
        there = [pk for pk, leg in self.legs.items() if leg.room_id == call_id]
        if len(there) == 1:
            self.tell(facts.RoomLeft, **self._of(there[0]), room_id=call_id)
            self.end(there[0], by=HungUpBy.SWITCH)

    def park(self: FakeSwitch, command: ParkCommand) -> None:
        self._ask("park", command)
        self._aside(command.caller_leg_id, None, None, HeldWhy.PARK, command.entry)
        self.end(command.agent_leg_id, by=HungUpBy.SWITCH)

    def parked_too_long(self: FakeSwitch, leg_id: UUID) -> None:
        """Nobody took them: they go where the command said, and wait there from now on."""
        command = next(one for (one,) in reversed(self.asked("park")) if one.caller_leg_id == leg_id)
        self.legs[leg_id] = replace(self.legs[leg_id], held_at=None, held_why=None)
        self._wait(leg_id, command.entry.queue_id, self.clock(), command.entry.priority)

    def send_on_errand(self: FakeSwitch, command: ErrandCommand) -> None:
        self._ask("send_on_errand", command)
        self._aside(command.caller_leg_id, command.agent_leg_id, None, HeldWhy.FLOW, command.entry)

    def end_errand(self: FakeSwitch, caller_leg_id: UUID) -> None:
        self._ask("end_errand", caller_leg_id)
        command = next(
            one for (one,) in reversed(self.asked("send_on_errand")) if one.caller_leg_id == caller_leg_id
        )
        self._bridge(command.agent_leg_id, caller_leg_id)

    def send_to_number(self: FakeSwitch, command: OnwardCommand) -> None:
        self._ask("send_to_number", command)
        caller = self.legs[command.caller_leg_id]
        if caller.bridged_leg_id is None and caller.room_id is None:
            raise SwitchRefused("The caller talks with nobody.")
        self._out_of_room(command.caller_leg_id)
        if caller.bridged_leg_id is not None:
            self._part(caller.bridged_leg_id)
            self.end(caller.bridged_leg_id, by=HungUpBy.SWITCH)
        leg = replace(
            self._new_leg(command.onward_id, command.tenant, Direction.OUTBOUND), dialled=command.dials
        )
        self.legs[command.onward_id] = replace(leg, call_id=command.call_id)
        self._tell_created(command.onward_id, command.call_id)

    def outsider_answers(self: FakeSwitch, leg_id: UUID, caller_leg_id: UUID) -> None:
        self.answered(leg_id)
        self._bridge(leg_id, caller_leg_id)

    def _aside(
        self: FakeSwitch, leg_id: UUID, by: UUID | None, whom: UUID | None, why: HeldWhy, entry: QueueEntry
    ) -> None:
        self._part(leg_id)
        self.tell(
            facts.CallerHeld, **self._of(leg_id), by_leg_id=by, for_leg_id=whom, why=why, held_at=self.clock()
        )
        self.legs[leg_id] = replace(self.legs[leg_id], is_waiting=False, queue_id=entry.queue_id)

    def _bridge(self: FakeSwitch, leg_id: UUID, other: UUID) -> None:
        self.legs[leg_id] = replace(self.legs[leg_id], bridged_leg_id=other)
        self.legs[other] = replace(self.legs[other], bridged_leg_id=leg_id, is_waiting=False)
        self.tell(facts.LegsBridged, **self._of(leg_id), other_leg_id=other)

    def _part(self: FakeSwitch, leg_id: UUID) -> None:
        other = self.legs[leg_id].bridged_leg_id
        if other is None:
            return
        self.legs[leg_id] = replace(self.legs[leg_id], bridged_leg_id=None)
        self.legs[other] = replace(self.legs[other], bridged_leg_id=None)
        self.tell(facts.LegsUnbridged, **self._of(leg_id), other_leg_id=other)

    def _tell_created(self: FakeSwitch, leg_id: UUID, call_id: UUID) -> None:
        leg = self.legs[leg_id]
        self.tell(
            facts.LegCreated,
            **self._of(leg_id),
            direction=Direction.OUTBOUND,
            dialled=leg.dialled,
            caller_number="",
            caller_name="",
            call_id=call_id,
            agent_id=leg.agent_id,
        )
