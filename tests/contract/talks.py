"""A talk of a caller with an agent, and what is asked of the switch during it: for the tests of call control."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from telephony import facts
from telephony.freeswitch import cdr
from telephony.freeswitch.translate import Source
from telephony.switch import (
    ConsultCommand,
    ErrandCommand,
    OfferCommand,
    OnwardCommand,
    ParkCommand,
    QueueEntry,
)
from tests.contract.driver import DOMAIN, HOT_LINE, Party, SwitchUnderTest, wait_until
from tests.contract.tones import TONES, heard

OUTSIDE = "13900001234"


@dataclass
class Talk:
    line: SwitchUnderTest
    queued: facts.LegQueued
    offer: OfferCommand
    phone: Party
    asked: list[UUID] = field(default_factory=list)

    @property
    def caller(self) -> UUID:
        return self.queued.leg_id

    @property
    def agent(self) -> UUID:
        return self.offer.offer_id

    @property
    def entry(self) -> QueueEntry:
        """The queue the caller came from, at the old place."""
        return QueueEntry(
            tenant="acme",
            queue_id=7,
            priority=0,
            max_wait_seconds=300,
            language="en",
            queued_at=self.queued.queued_at,
        )

    def consult(self, username: str = "1002", **changes: Any) -> UUID:
        """A colleague is asked; an outside number with `dials`."""
        asked = uuid4()
        values: dict[str, Any] = {
            "consult_id": asked,
            "tenant": "acme",
            "agent_leg_id": self.agent,
            "caller_leg_id": self.caller,
            "call_id": self.caller,
            "entry": self.entry,
            "epoch": 1,
            "timeout_seconds": 10,
            "agent_id": None if "dials" in changes else 12,
            "username": "" if "dials" in changes else username,
            "domain": DOMAIN,
            "shown_number": HOT_LINE,
            "caller_number": "13800001111",
            "recording": f"acme/2026-11-20/{asked}.wav",
        }
        self.line.switch.consult(ConsultCommand(**values | changes))
        self.asked.append(asked)
        return asked

    def asks(self, username: str = "1002", **changes: Any) -> UUID:
        """As `consult`; returns once the two talk with each other."""
        asked = self.consult(username, **changes)
        self.met(self.agent, asked)
        return asked

    def met(self, one: UUID, other: UUID, times: int = 1) -> facts.LegsBridged:
        """They are joined, for the so-manieth time."""

        def found() -> list[facts.LegsBridged]:
            told = self.line.log.all(facts.LegsBridged)
            return [fact for fact in told if {fact.leg_id, fact.other_leg_id} == {one, other}]

        return wait_until(lambda: found()[times - 1 :], 5, "the two did not meet")[0]

    def onward(self, **changes: Any) -> UUID:
        leg = uuid4()
        values: dict[str, Any] = {
            "onward_id": leg,
            "tenant": "acme",
            "caller_leg_id": self.caller,
            "call_id": self.caller,
            "entry": self.entry,
            "dials": OUTSIDE,
            "shown_number": HOT_LINE,
            "timeout_seconds": 5,
            "recording": f"acme/2026-11-20/{leg}.wav",
        }
        self.line.switch.send_to_number(OnwardCommand(**values | changes))
        return leg

    def errand(self, version_id: int, recording: str | None = None) -> None:
        command = ErrandCommand(
            tenant="acme",
            caller_leg_id=self.caller,
            agent_leg_id=self.agent,
            call_id=self.caller,
            version_id=version_id,
            entry=self.entry,
            recording=recording,
        )
        self.line.switch.send_on_errand(command)

    def park(self, seconds: int = 60, *, by: UUID | None = None) -> None:
        command = ParkCommand(
            tenant="acme",
            caller_leg_id=self.caller,
            agent_leg_id=by or self.agent,
            entry=self.entry,
            seconds=seconds,
        )
        self.line.switch.park(command)

    def hear(self, **legs: UUID) -> dict[str, set[str]]:
        return heard(self.line, **legs)

    def gone(self, *legs: UUID) -> None:
        """Each of the legs has ended."""
        for leg in legs:
            self.line.log.wait(facts.LegHungUp, leg_id=leg)

    def waits_again(self) -> facts.LegQueued:
        """The caller is back in the line, at the old place, with as much patience for them as before."""
        told = wait_until(lambda: self.line.log.all(facts.LegQueued, leg_id=self.caller)[1:], 6, "lost")
        assert told[0].queued_at == self.queued.queued_at
        assert int(self.line.api(f"uuid_getvar {self.caller} cc_max_wait")) >= 300
        assert self.line.switch.exists(self.caller)
        return told[0]

    def recording(self, leg: UUID) -> Path:
        """Of a leg that has ended, whole."""
        self.line.log.wait(facts.LegHungUp, leg_id=leg)
        stopped = self.line.log.all(facts.RecordingStopped, leg_id=leg)
        return next(
            self.line.settings.recordings_dir / one.path for one in stopped if one.path.startswith("acme/")
        )

    def record(self, leg: UUID) -> list[facts.Fact]:
        """What the leg's own record on disk tells."""
        self.gone(leg)
        found = next(self.line.settings.spool_dir.glob(f"*{leg}*.json"))
        return cdr.settle(found.read_bytes(), Source(self.line.node))


def begin(line: SwitchUnderTest, **wishes: Any) -> Talk:
    """An agent with a phone talks with a caller; a colleague's phone is registered beside it."""
    phone = line.registered_phone("1001", answer_after=0.05, hertz=TONES["agent"], **wishes)
    line.registered_phone("1002", answer_after=0.05, hertz=TONES["colleague"])
    return again(line, phone)


def again(line: SwitchUnderTest, phone: Party) -> Talk:
    """Another caller, with the same phones."""
    queued = line.queued_caller(hertz=TONES["caller"])
    offer = line.offer(queued.leg_id, "1001")
    line.log.wait(facts.LegsBridged, offer_id=offer.offer_id)
    return Talk(line, queued, offer, phone)


@contextmanager
def only_the_first_command(line: SwitchUnderTest) -> Iterator[None]:
    """What is asked of the switch within goes over a connection of its own, which then is gone."""
    first, second = line.switch, line.connect()
    assert second.wait_connected(5)
    line.stop_beating()
    line.switch = second
    try:
        yield
    finally:
        line.switch = first
        second.close()
