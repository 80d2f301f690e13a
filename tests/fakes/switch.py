"""A switch in memory behind the same port: legs, phones and waiting callers, told and asked without a network.

It tells facts only when the test says what the people do: a caller arrives, a phone is picked up, someone hangs up.
"""

from __future__ import annotations

import queue
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from telephony import facts
from telephony.facts import Direction, Fact, HungUpBy
from telephony.switch import (
    ConsultCommand,
    EarCommand,
    EarMode,
    LegGlimpse,
    LiveLeg,
    OfferCommand,
    Registration,
    RungPhone,
    SwitchRefused,
    SwitchUnreachable,
)
from tests.fakes.in_call import InCall


class FakeClock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_seconds(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class FakeSwitch(InCall):
    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime.now(UTC)))
    node: str = "main-1"
    core_uuid: str = field(default_factory=lambda: str(uuid4()))
    is_connected: bool = True
    died_at: datetime | None = None
    legs: dict[UUID, LiveLeg] = field(default_factory=dict)
    phones: dict[tuple[str, str], Registration] = field(default_factory=dict)
    told: queue.Queue = field(default_factory=queue.Queue)
    commands: list[tuple] = field(default_factory=list)
    beats: list[datetime] = field(default_factory=list)
    answers_by_itself: bool = False
    refuses_offers: str = ""
    agreeing: set[UUID] = field(default_factory=set)
    """Legs whose phone has not answered the change of hold before."""
    _dials: dict[UUID, OfferCommand] = field(default_factory=dict)
    _together: dict[UUID, tuple[UUID, tuple[UUID, ...]]] = field(default_factory=dict)
    _asks: dict[UUID, ConsultCommand] = field(default_factory=dict)
    _sequence: int = 0

    # ---- the port

    def next_fact(self, timeout_seconds: float) -> Fact | None:
        try:
            return self.told.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def facts(self) -> Iterator[Fact]:
        while (fact := self.told.get()) is not None:
            yield fact

    def offer(self, command: OfferCommand) -> None:
        self._ask("offer", command)
        if self.refuses_offers:
            raise SwitchRefused(self.refuses_offers)
        if command.dials:
            self._dials[command.offer_id] = command
        there = [
            phone
            for phone in command.phones
            if phone.outside or (phone.username, command.domain) in self.phones
        ]
        if not there:
            text = "USER_NOT_REGISTERED"
            self.tell(facts.CommandFinished, command_id=command.offer_id, is_ok=False, text=text)
            return
        rung = tuple(phone.offer_id for phone in there)
        for phone in there:
            self._together[phone.offer_id] = command.offer_id, rung
            self._ring(command, phone)

    def _ring(self, command: OfferCommand, phone: RungPhone) -> None:
        leg = _leg(phone.offer_id, command.tenant, Direction.OUTBOUND, self.clock())
        self.legs[leg.leg_id] = replace(
            leg, offer_id=phone.offer_id, call_id=command.call_id, agent_id=phone.agent_id
        )
        self.tell(
            facts.LegCreated,
            **self._of(leg.leg_id),
            direction=Direction.OUTBOUND,
            dialled=phone.username,
            caller_number=command.caller_number,
            caller_name="",
            call_id=command.call_id,
            agent_id=phone.agent_id,
            epoch=command.epoch,
        )

    def hang_up(self, leg_id: UUID, cause: str = "NORMAL_CLEARING") -> None:
        self._ask("hang_up", leg_id, cause)
        self.end(leg_id, cause=cause, by=HungUpBy.SWITCH)

    def withdraw(self, leg_id: UUID, cause: str = "ORIGINATOR_CANCEL") -> None:
        self._ask("withdraw", leg_id, cause)
        leg = self.legs.get(leg_id)
        if leg is None or leg.answered_at is not None:
            raise SwitchRefused("The phone rings no more.")
        self.end(leg_id, cause=cause, by=HungUpBy.SWITCH)

    def answer(self, leg_id: UUID) -> None:
        self._ask("answer", leg_id)
        self.pick_up(leg_id)

    def listen(self, command: EarCommand) -> None:
        self._ask("listen", command)

    def move_ear(self, ear_leg_id: UUID, agent_leg_id: UUID) -> None:
        self._ask("move_ear", ear_leg_id, agent_leg_id)

    def set_ear(self, ear_leg_id: UUID, mode: EarMode) -> None:
        self._ask("set_ear", ear_leg_id, mode)

    def take_over(self, ear_leg_id: UUID, caller_leg_id: UUID, agent_leg_id: UUID) -> None:
        self._ask("take_over", ear_leg_id, caller_leg_id, agent_leg_id)

    def exists(self, leg_id: UUID) -> bool:
        return leg_id in self.legs

    def existing(self, leg_ids: Collection[UUID]) -> set[UUID]:
        return self.legs.keys() & set(leg_ids)

    def leg(self, leg_id: UUID) -> LiveLeg | None:
        self._ask("leg", leg_id)
        return self.legs.get(leg_id)

    def legs_named(self, leg_ids: Collection[UUID]) -> list[LiveLeg]:
        self._ask("legs_named", tuple(leg_ids))
        return [self.legs[leg_id] for leg_id in leg_ids if leg_id in self.legs]

    def glimpses(self) -> list[LegGlimpse]:
        self._ask("glimpses")
        places = {leg.leg_id: "waiting" if leg.is_waiting else "" for leg in self.legs.values()}
        places |= {leg.leg_id: "voicemail" for leg in self.legs.values() if leg.has_fallen_back}
        return [
            LegGlimpse(
                leg_id=leg.leg_id,
                other_leg_id=leg.bridged_leg_id,
                place=places[leg.leg_id],
                is_answered=leg.answered_at is not None,
                queue_id=leg.queue_id if leg.is_waiting else None,
                queued_at=leg.queued_at if leg.is_waiting else None,
            )
            for leg in self.legs.values()
        ]

    def registrations(self) -> list[Registration]:
        return list(self.phones.values())

    def beat(self, now: datetime) -> None:
        if not self.is_connected:
            raise SwitchUnreachable
        self.beats.append(now)

    def close(self) -> None:
        self.told.put(None)

    # ---- what people do

    def connect(self) -> None:
        self.is_connected, self.died_at = True, None
        self._put(facts.SwitchConnected(node=self.node, at=self.clock(), core_uuid=self.core_uuid))

    def register(self, username: str, domain: str) -> None:
        contact = f"sip:{username}@127.0.0.1:7000"
        self.phones[username, domain] = Registration(username=username, domain=domain, contact=contact)
        self.tell(facts.DeviceRegistered, username=username, domain=domain, contact=contact)

    def unregister(self, username: str, domain: str) -> None:
        self.phones.pop((username, domain), None)
        self.tell(facts.DeviceUnregistered, username=username, domain=domain)

    def caller_dials(
        self, tenant: str, dialled: str, queue_id: int, *, number: str = "+8613812342211", name: str = ""
    ) -> UUID:
        leg = replace(
            _leg(uuid4(), tenant, Direction.INBOUND, self.clock()), dialled=dialled, caller_number=number
        )
        self.legs[leg.leg_id] = leg
        of_leg = self._of(leg.leg_id) | {"tenant": ""}
        numbers = {"dialled": dialled, "caller_number": number, "caller_name": name}
        self.tell(facts.LegCreated, **of_leg, direction=Direction.INBOUND, **numbers)
        self.tell(facts.LegAnswered, **self._of(leg.leg_id), answered_at=self.clock())
        self._wait(leg.leg_id, queue_id, self.clock(), 0, **numbers)
        return leg.leg_id

    def agent_dials(self, tenant: str, agent_id: int, dialled: str) -> UUID:
        """From their own phone, without asking us."""
        leg = replace(_leg(uuid4(), tenant, Direction.INBOUND, self.clock()), dialled=dialled)
        self.legs[leg.leg_id] = replace(leg, agent_id=agent_id)
        numbers = {"dialled": dialled, "caller_number": "", "caller_name": ""}
        self.tell(
            facts.LegCreated,
            **self._of(leg.leg_id),
            direction=Direction.INBOUND,
            agent_id=agent_id,
            **numbers,
        )
        return leg.leg_id

    def agent_is_dialled(self, tenant: str, username: str, domain: str) -> UUID:
        """A colleague rings the phone of an agent directly."""
        leg = replace(_leg(uuid4(), tenant, Direction.OUTBOUND, self.clock()), dialled=username)
        self.legs[leg.leg_id] = leg
        known = {"dialled": username, "caller_number": "1099", "caller_name": ""}
        phone = {"username": username, "domain": domain}
        self.tell(facts.LegCreated, **self._of(leg.leg_id), direction=Direction.OUTBOUND, **known, **phone)
        return leg.leg_id

    def answered(self, leg_id: UUID) -> None:
        """Whoever a leg without an offer rings picks up."""
        self.legs[leg_id] = replace(self.legs[leg_id], answered_at=self.clock())
        self.tell(facts.LegAnswered, **self._of(leg_id), answered_at=self.clock())

    def pick_up(self, leg_id: UUID) -> None:
        """The agent answers; the switch ends the phones rung with this one, and joins the two by itself when the
        caller is still free.
        """
        leg = self.legs[leg_id]
        self.legs[leg_id] = replace(leg, answered_at=self.clock())
        self.tell(facts.LegAnswered, **self._of(leg_id), answered_at=self.clock())
        command_id, rung = self._together.get(leg_id, (leg_id, (leg_id,)))
        for other in rung:
            if other != leg_id:
                self.end(other, cause="LOSE_RACE", by=HungUpBy.SWITCH)
        self.tell(facts.CommandFinished, command_id=command_id, is_ok=True, text=str(leg_id))
        if leg_id in self._dials:
            self._dial(self._dials[leg_id])
            return
        caller = self.legs.get(leg.call_id) if leg.call_id else None
        if caller is None or caller.bridged_leg_id:
            self.end(leg_id, cause="NORMAL_CLEARING", by=HungUpBy.SWITCH)
            return
        self.legs[leg_id] = replace(self.legs[leg_id], bridged_leg_id=caller.leg_id)
        self.legs[caller.leg_id] = replace(caller, bridged_leg_id=leg_id, is_waiting=False)
        self.tell(facts.LegsBridged, **self._of(leg_id), other_leg_id=caller.leg_id)

    def _dial(self, command: OfferCommand) -> None:
        """The switch itself rings the customer; the story says what they do: `joins` or `declines`."""
        leg = replace(
            _leg(command.call_id, command.tenant, Direction.OUTBOUND, self.clock()), dialled=command.dials
        )
        self.legs[leg.leg_id] = replace(leg, call_id=command.call_id)
        self.tell(
            facts.LegCreated,
            **self._of(leg.leg_id),
            direction=Direction.OUTBOUND,
            dialled=command.dials,
            caller_number=command.shown_number,
            caller_name="",
            call_id=command.call_id,
        )

    def joins(self, offer_id: UUID) -> None:
        """The customer who is called back answers, and speaks with the agent."""
        call_id = self._dials[offer_id].call_id
        self.answered(call_id)
        self.legs[offer_id] = replace(self.legs[offer_id], bridged_leg_id=call_id)
        self.legs[call_id] = replace(self.legs[call_id], bridged_leg_id=offer_id)
        self.tell(facts.LegsBridged, **self._of(offer_id), other_leg_id=call_id)

    def declines(self, offer_id: UUID, cause: str = "NO_ANSWER") -> None:
        """The customer does not answer: their leg ends, then the agent's."""
        self.end(self._dials[offer_id].call_id, cause=cause, by=HungUpBy.SWITCH)
        self.end(offer_id, cause="NORMAL_CLEARING", by=HungUpBy.SWITCH)

    def end(self, leg_id: UUID, *, cause: str = "NORMAL_CLEARING", by: HungUpBy = HungUpBy.PARTY) -> None:
        """A leg ends, and the other one of a conversation with it."""
        leg = self.legs.get(leg_id)
        if leg is None:
            return
        of_leg = self._of(leg_id)
        del self.legs[leg_id]
        self.tell(
            facts.LegHungUp,
            **of_leg,
            direction=leg.direction,
            cause=cause,
            by=by,
            created_at=leg.created_at,
            answered_at=leg.answered_at,
            ended_at=self.clock(),
        )
        if leg.bridged_leg_id:
            self.end(leg.bridged_leg_id, cause="NORMAL_CLEARING", by=HungUpBy.SWITCH)

    def give_up_waiting(self, leg_id: UUID, reason: str = "max_wait") -> None:
        leg = self.legs[leg_id]
        self.legs[leg_id] = replace(leg, is_waiting=False, has_fallen_back=True)
        self.tell(facts.WaitFellBack, **self._of(leg_id), queue_id=leg.queue_id, reason=reason)

    def disconnect(self) -> None:
        """Its system has closed the connection: it lived until now."""
        now = self.clock()
        known = {"node": self.node, "at": now, "core_uuid": self.core_uuid, "alive_until": now}
        self._put(facts.SwitchLost(**known, reason="closed by the switch"))
        self.is_connected = False

    def restart(self) -> None:
        """kill -9 of the switch: every leg and every registration is gone and nobody says so."""
        self.legs.clear()
        self.phones.clear()
        self.core_uuid = str(uuid4())
        self._sequence = 0

    # ---- telling

    def tell(self, kind: type[Fact], **values) -> Fact:
        self._sequence += 1
        fact = kind(node=self.node, at=self.clock(), sequence=self._sequence, **values)
        self._put(fact)
        return fact

    def all_told(self) -> list[Fact]:
        """Take everything told so far."""
        found = []
        while not self.told.empty():
            found.append(self.told.get_nowait())
        return found

    def asked(self, what: str) -> list[tuple]:
        return [command[1:] for command in self.commands if command[0] == what]

    def _put(self, fact: Fact) -> None:
        if self.is_connected:
            self.told.put(fact)

    def _ask(self, *command) -> None:
        if not self.is_connected:
            raise SwitchUnreachable
        self.commands.append(command)

    def _of(self, leg_id: UUID) -> dict:
        leg = self.legs[leg_id]
        return {"tenant": leg.tenant, "leg_id": leg_id, "offer_id": leg.offer_id}

    def _new_leg(self, leg_id: UUID, tenant: str, direction: Direction) -> LiveLeg:
        return _leg(leg_id, tenant, direction, self.clock())

    def _wait(self, leg_id: UUID, queue_id: int, queued_at: datetime, priority: int, **numbers: str) -> None:
        leg = replace(
            self.legs[leg_id], queue_id=queue_id, queued_at=queued_at, priority=priority, is_waiting=True
        )
        self.legs[leg_id] = replace(leg, answered_at=leg.answered_at or self.clock())
        known = {"dialled": leg.dialled, "caller_number": leg.caller_number, "caller_name": leg.caller_name}
        self.tell(
            facts.LegQueued,
            **self._of(leg_id),
            queue_id=queue_id,
            queued_at=queued_at,
            priority=priority,
            arrived_at=leg.created_at,
            **(known | numbers),
        )


def _leg(leg_id: UUID, tenant: str, direction: Direction, at: datetime) -> LiveLeg:
    return LiveLeg(
        leg_id=leg_id,
        tenant=tenant,
        direction=direction,
        dialled="",
        caller_number="",
        caller_name="",
        created_at=at,
        answered_at=None,
        bridged_leg_id=None,
        offer_id=None,
        call_id=None,
        agent_id=None,
        queue_id=None,
        queued_at=None,
        priority=0,
        is_waiting=False,
        is_held=False,
    )
