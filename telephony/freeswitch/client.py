"""FreeSWITCH behind the port of telephony.switch: commands out, facts in, both from ordinary threads."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from telephony.facts import Fact, HeldWhy
from telephony.freeswitch import call_commands, commands, ear_commands, hold_music, inventory, page_commands
from telephony.freeswitch.agreements import Agreements
from telephony.freeswitch.listener import Address, Inbox, Listener
from telephony.freeswitch.translate import Source
from telephony.switch import (
    ConsultCommand,
    EarCommand,
    EarMode,
    ErrandCommand,
    LegGlimpse,
    LiveLeg,
    NotYet,
    OfferCommand,
    OnwardCommand,
    ParkCommand,
    QueueEntry,
    Registration,
    SwitchRefused,
)

SETTLED_SECONDS = 0.3
"""How long two legs are joined before one of them is sent elsewhere."""
LEAVING_HOLD_SECONDS = 1.0
"""How long a leg that is sent elsewhere may take to agree on the hold it is taken off again."""
LOOK_EVERY_SECONDS = 0.03


@dataclass(frozen=True)
class Patience:
    """How long an answer may take, in seconds."""

    command: float = 2
    listing: float = 10


class FreeSwitch:
    """A telephony.switch.Switch. Connects in the background; facts begin with SwitchConnected."""

    def __init__(self, address: Address, source: Source, patience: Patience | None = None) -> None:
        self._inbox = Inbox()
        self._patience = patience or Patience()
        self._agreements = Agreements()
        self._listener = Listener(address, source, self._inbox.deliver)
        self._closed = False
        self._listener.start()

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any]) -> FreeSwitch:
        address = Address(
            host=settings["host"], port=int(settings["event_port"]), password=str(settings["password"])
        )
        return cls(address, Source(settings["node"], str(settings["recordings_dir"])))

    # --- facts -------------------------------------------------------------------------------------------------------
    @property
    def is_connected(self) -> bool:
        return self._listener.is_connected

    @property
    def core_uuid(self) -> str:
        """Which run of it is connected; "" while none is."""
        return self._listener.core_uuid

    @property
    def died_at(self) -> datetime | None:
        return self._listener.died_at

    def wait_connected(self, seconds: float) -> bool:
        return self._listener.wait_connected(seconds)

    @property
    def waiting_facts(self) -> int:
        return self._inbox.waiting

    def next_fact(self, timeout_seconds: float) -> Fact | None:
        return self._inbox.take(timeout_seconds)

    def facts(self) -> Iterator[Fact]:
        while not self._closed or self._inbox.waiting:
            fact = self._inbox.take(0.5)
            if fact is not None:
                yield fact

    def close(self) -> None:
        self._listener.close()
        self._closed = True

    # --- commands ----------------------------------------------------------------------------------------------------
    def offer(self, command: OfferCommand) -> None:
        self._do(commands.originate_offer(command), job_id=str(command.offer_id))
        if not command.is_parked and not command.dials:
            # A caller not told of it hears their announcement, and whoever picks up may wait for it: no more than that.
            self._listener.tell(commands.rings_for(command.caller_leg_id, int(command.timeout_seconds)))

    def hang_up(self, leg_id: UUID, cause: str = "NORMAL_CLEARING") -> None:
        self._do(commands.kill(leg_id, cause))

    def withdraw(self, leg_id: UUID, cause: str = "ORIGINATOR_CANCEL") -> None:
        leg = inventory.live_leg(self._ask(commands.dump(leg_id)))
        if leg is None or leg.answered_at is not None:
            raise SwitchRefused("The phone rings no more.")
        self._do(commands.kill(leg_id, cause))

    def answer(self, leg_id: UUID) -> None:
        self._do(commands.pick_up(leg_id))

    def hold(self, leg_id: UUID) -> None:
        self._change_hold(leg_id, is_held=True)

    def unhold(self, leg_id: UUID) -> None:
        self._change_hold(leg_id, is_held=False)

    def send_to_queue(self, leg_id: UUID, entry: QueueEntry) -> None:
        self._do(commands.set_queue(leg_id, entry, datetime.now(UTC)))
        self._do(commands.rejoin(leg_id))

    # --- in the call -------------------------------------------------------------------------------------------------
    def consult(self, command: ConsultCommand) -> None:
        agent, caller = command.agent_leg_id, command.caller_leg_id
        aside = call_commands.step_aside(
            caller, command.entry, datetime.now(UTC), why=HeldWhy.CONSULT, by=agent, to=command.consult_id
        )
        self._refuse_unless_joined(agent, caller)
        self._do(call_commands.prepare_consult(command))
        self._do(aside)
        self._goes_once_alone(agent, "consult")
        self._do(call_commands.aside(caller))

    def complete_consult(self, agent_leg_id: UUID) -> None:
        self._settled(agent_leg_id)
        self._do(commands.kill(agent_leg_id, "NORMAL_CLEARING"))

    def end_consult(self, consult_leg_id: UUID) -> None:
        self._do(commands.kill(consult_leg_id, "NORMAL_CLEARING"))

    def conference(self, agent_leg_id: UUID, caller_leg_id: UUID, call_id: UUID) -> None:
        """The caller last: were we cut off in between, whoever leaves the room takes the caller back."""
        agent = self._settled(agent_leg_id)
        if agent is None or agent.bridged_leg_id in (None, caller_leg_id):
            raise SwitchRefused("The agent asks nobody.")
        for leg_id in (agent_leg_id, agent.bridged_leg_id, caller_leg_id):
            self._do(call_commands.set_room(leg_id, call_id))
        self._do(call_commands.both_to_room(agent_leg_id))
        self._do(call_commands.to_room(caller_leg_id))

    def send_to_number(self, command: OnwardCommand) -> None:
        self._take_off_hold(command.caller_leg_id)
        self._do(call_commands.prepare_onward(command, datetime.now(UTC)))
        self._do(call_commands.onward(command.caller_leg_id))

    def park(self, command: ParkCommand) -> None:
        self._refuse_unless_joined(command.agent_leg_id, command.caller_leg_id)
        self._do(call_commands.park(command, datetime.now(UTC)))
        self._do(call_commands.aside(command.caller_leg_id))

    def send_on_errand(self, command: ErrandCommand) -> None:
        self._refuse_unless_joined(command.agent_leg_id, command.caller_leg_id)
        self._do(call_commands.name_caller(command.agent_leg_id, command.caller_leg_id))
        self._do(call_commands.prepare_errand(command, datetime.now(UTC)))
        self._goes_once_alone(command.agent_leg_id, "awaits")
        self._do(call_commands.errand(command.caller_leg_id))

    def end_errand(self, caller_leg_id: UUID) -> None:
        caller = self.leg(caller_leg_id)
        if caller is None or caller.held_why is not HeldWhy.FLOW:
            raise SwitchRefused("The caller goes through no flow.")
        self._do(call_commands.back(caller_leg_id))

    def _goes_once_alone(self, agent_leg_id: UUID, destination: str) -> None:
        plan = self._ask(call_commands.CALL_PLAN).strip()
        self._do(call_commands.once_alone(agent_leg_id, destination, plan))

    def send_digits(self, leg_id: UUID, digits: str) -> None:
        self._do(call_commands.digits(leg_id, digits))

    def start_recording(self, leg_id: UUID, path: str) -> None:
        self._do(call_commands.in_stereo(leg_id))
        self._do(call_commands.record(leg_id, "start", path))

    def stop_recording(self, leg_id: UUID, path: str) -> None:
        self._do(call_commands.record(leg_id, "stop", path))

    def mask_recording(self, leg_id: UUID, path: str, *, is_masked: bool) -> None:
        self._do(call_commands.record(leg_id, "mask" if is_masked else "unmask", path))

    # --- a supervisor's ear (conf/ear.xml) ---------------------------------------------------------------------------
    def listen(self, command: EarCommand) -> None:
        self._do(ear_commands.originate_ear(command), job_id=str(command.ear_id))

    def set_ear(self, ear_leg_id: UUID, mode: EarMode) -> None:
        self._do(ear_commands.set_ear(ear_leg_id, mode))

    def move_ear(self, ear_leg_id: UUID, agent_leg_id: UUID) -> None:
        self._do(ear_commands.name_agent(ear_leg_id, agent_leg_id))
        self._do(ear_commands.set_ear(ear_leg_id, EarMode.LISTEN))

    def take_over(self, ear_leg_id: UUID, caller_leg_id: UUID, agent_leg_id: UUID) -> None:
        self._refuse_unless_joined(agent_leg_id, caller_leg_id)
        self._do(ear_commands.name_caller(ear_leg_id, caller_leg_id))
        self._do(ear_commands.take(ear_leg_id))

    def _refuse_unless_joined(self, agent_leg_id: UUID, caller_leg_id: UUID) -> None:
        """The switch would send the agent's other leg aside, whoever that is."""
        agent = self._settled(agent_leg_id)
        if agent is None or agent.bridged_leg_id != caller_leg_id:
            raise SwitchRefused("The two do not talk with each other.")
        if agent.is_held:
            self._leave_hold(agent_leg_id)

    def _settled(self, leg_id: UUID) -> LiveLeg | None:
        """The leg, once it may be sent elsewhere: in the very moment two are joined they lose their way. Seen up to
        50 ms after it; people are slower, machines are not.
        """
        dump = self._ask(commands.dump(leg_id))
        if bridged_at := inventory.bridged_at(dump):
            passed = (datetime.now(UTC) - bridged_at).total_seconds()
            time.sleep(max(0.0, min(SETTLED_SECONDS, SETTLED_SECONDS - passed)))
        return inventory.live_leg(dump)

    def _take_off_hold(self, caller_leg_id: UUID) -> None:
        caller = self._settled(caller_leg_id)
        agent = self.leg(caller.bridged_leg_id) if caller and caller.bridged_leg_id else None
        if agent and agent.is_held:
            self._leave_hold(agent.leg_id)

    def beat(self, now: datetime) -> None:
        self._do(commands.beat())

    # --- questions ---------------------------------------------------------------------------------------------------
    def exists(self, leg_id: UUID) -> bool:
        return self._ask(commands.exists(leg_id)).strip() == "true"

    def existing(self, leg_ids: Collection[UUID]) -> set[UUID]:
        """Those of these that are there, all asked at once."""
        asked = list(leg_ids)
        questions = [commands.exists(leg_id) for leg_id in asked]
        answers = self._listener.ask_all(questions, seconds=self._patience.listing)
        return {leg_id for leg_id, said in zip(asked, answers, strict=True) if said.strip() == "true"}

    def live_legs(self) -> list[LiveLeg]:
        return self.legs_named(inventory.leg_ids(self._ask(commands.LIST_CHANNELS, self._patience.listing)))

    def legs_named(self, leg_ids: Collection[UUID]) -> list[LiveLeg]:
        questions = [commands.dump(leg_id) for leg_id in leg_ids]
        dumps = self._listener.ask_all(questions, seconds=self._patience.listing)
        return [leg for dump in dumps if (leg := inventory.live_leg(dump)) is not None]

    def leg(self, leg_id: UUID) -> LiveLeg | None:
        return inventory.live_leg(self._ask(commands.dump(leg_id)))

    def glimpses(self) -> list[LegGlimpse]:
        return inventory.glimpses(self._ask(commands.LIST_CALLS, self._patience.listing))

    def registrations(self) -> list[Registration]:
        return inventory.registrations(self._ask(commands.LIST_REGISTRATIONS, self._patience.listing))

    def _ask(self, command: str, seconds: float | None = None) -> str:
        return self._listener.ask(command, seconds=seconds or self._patience.command)

    def _change_hold(self, leg_id: UUID, *, is_held: bool) -> None:
        """Of a leg that is gone the switch says "+OK Success" to a hold, so the leg is looked at first."""
        dump = self._ask(commands.dump(leg_id))
        leg = inventory.live_leg(dump)
        if leg is None:
            raise SwitchRefused("No such leg.")
        if leg.is_held is is_held:
            return
        if leg.bridged_leg_id:
            self._mind_the_music(dump, leg.bridged_leg_id, is_held=is_held)
        if where := page_commands.asked_contact(dump):
            self._find_page(leg_id, where, dump)
        self._do(commands.hold(leg_id) if is_held else commands.unhold(leg_id))

    def _mind_the_music(self, agent: str, caller_leg_id: UUID, *, is_held: bool) -> None:
        """Raises NotYet: music that is ordered too soon begins too late, and what has not begun cannot be stopped."""
        now = datetime.now(UTC)
        if not is_held:
            if hold_music.is_to_come(agent, self._ask(commands.dump(caller_leg_id)), now):
                raise NotYet("The caller's music has not begun.")
            return
        if hold_music.would_be_lost(agent, now):
            raise NotYet("The two have been joined this moment.")

    def _leave_hold(self, leg_id: UUID) -> None:
        """Before it is sent elsewhere; nobody does that in the moment of holding, but for machines."""
        patience = LEAVING_HOLD_SECONDS
        while True:
            try:
                self.unhold(leg_id)
                return
            except NotYet:
                if patience <= 0:
                    raise
            time.sleep(LOOK_EVERY_SECONDS)
            patience -= LOOK_EVERY_SECONDS

    def _find_page(self, leg_id: UUID, where: str, dump: str) -> None:
        """Holding asks the phone; one in a page may have been loaded again since it was rung. Raises NotYet."""
        if self._agreements.is_open(leg_id, dump):
            raise NotYet("The phone has not answered the change before.")
        if moved := page_commands.move(leg_id, self._ask(where)):
            self._do(moved)
        self._agreements.ask(leg_id, dump)

    def _do(self, command: str, *, job_id: str = "") -> None:
        answer = self._listener.ask(command, job_id=job_id, seconds=self._patience.command).strip()
        if not answer.startswith("+OK"):
            raise SwitchRefused(answer.removeprefix("-ERR").strip() or "The switch gave no reason.")
