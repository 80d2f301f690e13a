"""A switch in memory with ears, as conf/ear.xml has them: a leg that hears an agent's leg, and then may wait."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from telephony import facts
from telephony.facts import Direction, HungUpBy
from telephony.switch import EarCommand, EarMode, LiveLeg, SwitchRefused
from tests.fakes.switch import FakeClock, FakeSwitch


class EarSwitch(FakeSwitch):
    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.ears: dict[UUID, EarCommand] = {}

    def listen(self, command: EarCommand) -> None:
        super().listen(command)
        if (command.username, command.domain) not in self.phones:
            text = "USER_NOT_REGISTERED"
            self.tell(facts.CommandFinished, command_id=command.ear_id, is_ok=False, text=text)
            return
        self.ears[command.ear_id] = command
        self.legs[command.ear_id] = LiveLeg(
            leg_id=command.ear_id,
            tenant=command.tenant,
            direction=Direction.OUTBOUND,
            dialled=command.username,
            caller_number=command.shown_number,
            caller_name="",
            created_at=self.clock(),
            answered_at=None,
            bridged_leg_id=None,
            offer_id=None,
            call_id=None,
            agent_id=command.agent_id,
            queue_id=None,
            queued_at=None,
            priority=0,
            is_waiting=False,
            is_held=False,
        )
        self.tell(
            facts.LegCreated,
            **self._of(command.ear_id),
            direction=Direction.OUTBOUND,
            dialled=command.username,
            caller_number=command.shown_number,
            caller_name="",
            agent_id=command.agent_id,
            username=command.username,
            domain=command.domain,
        )

    def ear_picks_up(self, leg_id: UUID) -> None:
        self.answered(leg_id)
        self.tell(facts.CommandFinished, command_id=leg_id, is_ok=True, text=str(leg_id))
        self._set(leg_id, self.ears[leg_id].mode)

    def set_ear(self, ear_leg_id: UUID, mode: EarMode) -> None:
        super().set_ear(ear_leg_id, mode)
        self._set(ear_leg_id, mode)

    def move_ear(self, ear_leg_id: UUID, agent_leg_id: UUID) -> None:
        super().move_ear(ear_leg_id, agent_leg_id)
        self.ears[ear_leg_id] = replace(self.ears[ear_leg_id], agent_leg_id=agent_leg_id)
        self._set(ear_leg_id, EarMode.LISTEN)

    def _set(self, leg_id: UUID, mode: EarMode) -> None:
        self.legs[leg_id] = replace(self.legs[leg_id], ear_mode=str(mode))
        self.tell(
            facts.EarSet, **self._of(leg_id), agent_leg_id=self.ears[leg_id].agent_leg_id, mode=str(mode)
        )

    def take_over(self, ear_leg_id: UUID, caller_leg_id: UUID, agent_leg_id: UUID) -> None:
        super().take_over(ear_leg_id, caller_leg_id, agent_leg_id)
        agent = self.legs.get(agent_leg_id)
        if agent is None or agent.bridged_leg_id != caller_leg_id:
            raise SwitchRefused("The two do not talk with each other.")
        del self.ears[ear_leg_id]
        self.legs[agent_leg_id] = replace(agent, bridged_leg_id=None)
        self.tell(facts.LegsUnbridged, **self._of(agent_leg_id), other_leg_id=caller_leg_id)
        self.legs[ear_leg_id] = replace(
            self.legs[ear_leg_id], bridged_leg_id=caller_leg_id, offer_id=ear_leg_id, ear_mode=""
        )
        self.legs[caller_leg_id] = replace(self.legs[caller_leg_id], bridged_leg_id=ear_leg_id)
        self.tell(facts.LegsBridged, **self._of(ear_leg_id), other_leg_id=caller_leg_id)
        self.end(agent_leg_id, cause="PICKED_OFF", by=HungUpBy.SWITCH)

    def end(self, leg_id: UUID, *, cause: str = "NORMAL_CLEARING", by: HungUpBy = HungUpBy.PARTY) -> None:
        super().end(leg_id, cause=cause, by=by)
        for ear_id, command in list(self.ears.items()):
            # Whose caller may come to another agent waits for that.
            caller = self.legs.get(command.call_id)
            is_kept = caller is not None and not caller.has_fallen_back
            if command.agent_leg_id not in self.legs and not is_kept:
                del self.ears[ear_id]
                super().end(ear_id, by=HungUpBy.SWITCH)
