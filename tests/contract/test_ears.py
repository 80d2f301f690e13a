"""A supervisor's ear: who hears whom in each mode, measured where people hear it; what is recorded; how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from telephony import facts
from telephony.switch import EarCommand, EarMode, OfferCommand, QueueEntry, SwitchRefused
from tests.contract.driver import DOMAIN, SwitchUnderTest, seconds_of, wait_until
from tests.contract.holding import put_on_hold, take_back
from tests.contract.tones import voices
from tests.contract.voices import House

EVERYBODY_BUT_THE_EAR = {"caller": {"agent"}, "agent": {"caller"}, "supervisor": {"caller", "agent"}}


class Supervised(House):
    """A caller talks with an agent; a supervisor's phone is there too."""

    offer: OfferCommand

    def begin(self) -> Supervised:
        self.phone("agent", "1001")
        self.phone("supervisor", "1019")
        self.caller()
        queued = self.line.log.wait(facts.LegQueued)
        self.offer = self.line.offer(queued.leg_id, "1001")
        self.line.log.wait(facts.LegsBridged, offer_id=self.offer.offer_id)
        self.legs = {"caller": queued.leg_id, "agent": self.offer.offer_id}
        return self

    def listen(self, **changes: object) -> UUID:
        ear = uuid4()
        values = {
            "ear_id": ear,
            "tenant": "acme",
            "agent_leg_id": self.legs["agent"],
            "call_id": self.legs["caller"],
            "agent_id": 19,
            "epoch": 1,
            "username": "1019",
            "domain": DOMAIN,
            "timeout_seconds": 10,
            "shown_number": "1001",
            "recording": f"acme/2026-11-20/{ear}.wav",
        }
        self.line.switch.listen(EarCommand(**values | changes))
        return ear

    def listens(self) -> UUID:
        """Until it hears."""
        ear = self.legs["supervisor"] = self.listen()
        self.line.log.wait(facts.EarSet, leg_id=ear, mode="listen", agent_leg_id=self.legs["agent"])
        return ear

    def is_set(self, mode: EarMode, times: int = 1) -> facts.EarSet:
        ear = self.legs["supervisor"]
        self.line.switch.set_ear(ear, mode)
        told = wait_until(lambda: self.line.log.all(facts.EarSet, leg_id=ear, mode=str(mode))[times - 1 :])
        return told[0]


@pytest.fixture
def talk(line: SwitchUnderTest) -> Iterator[Supervised]:
    house = Supervised(line)
    yield house.begin()
    house.close()


def test_the_supervisors_microphone_reaches_nobody_but_whom_the_mode_names(talk: Supervised) -> None:
    """Pain 39: "monitor" joined with an open microphone. Not here, at media level, whatever is pressed on the phone."""
    line, ear = talk.line, talk.listens()
    assert talk.hear() == EVERYBODY_BUT_THE_EAR
    assert line.api(f"uuid_recv_dtmf {ear} 3").startswith("+OK")
    assert talk.hear() == EVERYBODY_BUT_THE_EAR
    whispered = talk.is_set(EarMode.WHISPER)
    assert talk.hear() == EVERYBODY_BUT_THE_EAR | {"agent": {"caller", "supervisor"}}
    barged = talk.is_set(EarMode.BARGE)
    both = {"caller": {"agent", "supervisor"}, "agent": {"caller", "supervisor"}}
    assert talk.hear() == EVERYBODY_BUT_THE_EAR | both
    silent = talk.is_set(EarMode.LISTEN, times=2)
    assert talk.hear() == EVERYBODY_BUT_THE_EAR
    live = line.switch.leg(ear)
    assert live is not None
    assert (live.ear_mode, live.call_id, live.offer_id, live.bridged_leg_id) == ("listen", None, None, None)
    glimpse = next(one for one in line.switch.glimpses() if one.leg_id == ear)
    assert (glimpse.other_leg_id, glimpse.place) == (None, "")

    line.switch.hang_up(talk.legs["agent"])
    ended = line.log.wait(facts.LegHungUp, leg_id=talk.legs["agent"])
    over = line.log.wait(facts.LegHungUp, leg_id=ear)
    assert (over.ended_at - ended.ended_at).total_seconds() < 0.5
    assert over.cause == "NORMAL_CLEARING"
    began = line.log.wait(facts.RecordingStarted, leg_id=talk.legs["agent"]).at
    stopped = line.log.wait(facts.RecordingStopped, leg_id=talk.legs["agent"])
    path = line.settings.recordings_dir / stopped.path
    at = {name: (fact.at - began).total_seconds() for name, fact in
          (("whisper", whispered), ("barge", barged), ("silent", silent))}  # fmt: skip
    # A busy switch leaves moments out of the file: what stands in it at some second was said so much later at most.
    late = max(0.0, (stopped.at - began).total_seconds() - seconds_of(path))
    assert voices(path, 0.1, at["whisper"] - late) == [{"agent"}, {"caller"}]
    assert voices(path, at["whisper"] + 0.2, at["barge"] - 0.1 - late) == [{"agent"}, {"caller"}], (
        "a whisper is in no file"
    )
    assert voices(path, at["barge"] + 0.2, at["silent"] - 0.1 - late) == [{"agent", "supervisor"}, {"caller"}]
    assert voices(path, at["silent"] + 0.2) == [{"agent"}, {"caller"}]
    assert not line.log.all(facts.RecordingStarted, leg_id=ear)


def test_an_ear_goes_with_the_caller_to_the_next_agent_for_a_while_and_hears_no_other_tenant(
    talk: Supervised,
) -> None:
    line = talk.line
    foreign = talk.listen(tenant="globex")
    line.log.wait(facts.LegHungUp, leg_id=foreign)
    of_the_caller = talk.listen(agent_leg_id=talk.legs["caller"])
    line.log.wait(facts.LegHungUp, leg_id=of_the_caller)
    assert not line.log.all(facts.EarSet)
    ear = talk.listens()
    put_on_hold(line, talk.legs["agent"])
    line.log.wait(facts.LegHeld, leg_id=talk.legs["agent"])
    assert talk.hear()["caller"] == set(), "music, and neither agent nor ear"
    assert line.switch.exists(ear)
    take_back(line, talk.legs["agent"])
    line.log.wait(facts.LegUnheld, leg_id=talk.legs["agent"])
    # The phone is asked anew where its sound goes: that takes a moment.
    wait_until(lambda: talk.hear() == EVERYBODY_BUT_THE_EAR, 3, "the ear lost the talk")
    entry = QueueEntry(tenant="acme", queue_id=8, priority=5, max_wait_seconds=60, language="zh")
    line.switch.send_to_queue(talk.legs["caller"], entry)
    line.log.wait(facts.LegQueued, queue_id=8)
    line.log.wait(facts.LegHungUp, leg_id=talk.legs.pop("agent"))
    # The caller may come to another agent: the ear waits for that, is sent on, and is silent there.
    talk.phone("colleague", "1002")
    offer = line.offer(talk.legs["caller"], "1002")
    line.log.wait(facts.LegsBridged, offer_id=offer.offer_id)
    talk.legs["colleague"] = offer.offer_id
    assert line.switch.exists(ear)
    line.switch.move_ear(ear, offer.offer_id)
    line.log.wait(facts.EarSet, leg_id=ear, mode="listen", agent_leg_id=offer.offer_id)
    with_the_colleague = {
        "caller": {"colleague"},
        "colleague": {"caller"},
        "supervisor": {"caller", "colleague"},
    }
    assert {name: whom for name, whom in talk.hear().items() if name != "agent"} == with_the_colleague
    line.switch.send_to_queue(talk.legs["caller"], entry)
    line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    assert line.switch.exists(ear)

    def its_patience_is_over() -> bool:
        # The switch sets it when the ear begins to wait, on a busy machine after we did.
        line.api(f"uuid_setvar {ear} cc_ear_until 0")
        return bool(line.log.all(facts.LegHungUp, leg_id=ear))

    wait_until(its_patience_is_over, 10, "the ear waits for ever")
    assert line.switch.exists(talk.legs["caller"])
    with pytest.raises(SwitchRefused):
        line.switch.set_ear(ear, EarMode.BARGE)


def test_a_talk_is_taken_over_in_one_step_and_goes_on_recorded(talk: Supervised) -> None:
    line, ear = talk.line, talk.listens()
    caller, agent = talk.legs["caller"], talk.legs["agent"]
    with pytest.raises(SwitchRefused):
        line.switch.take_over(ear, uuid4(), agent)
    line.switch.take_over(ear, caller, agent)
    gone = line.log.wait(facts.LegHungUp, leg_id=agent)
    joined = wait_until(lambda: line.log.all(facts.LegsBridged, offer_id=ear))[0]
    assert {joined.leg_id, joined.other_leg_id} == {ear, caller}
    assert gone.cause == "PICKED_OFF"
    del talk.legs["agent"]
    assert talk.hear() == {"caller": {"supervisor"}, "supervisor": {"caller"}}
    live = line.switch.leg(ear)
    assert live is not None
    assert (live.offer_id, live.call_id, live.agent_id, live.ear_mode) == (ear, caller, 19, "")
    line.switch.hang_up(ear)
    stopped = line.log.wait(facts.RecordingStopped, leg_id=ear)
    path = line.settings.recordings_dir / stopped.path
    assert voices(path, 0.3) == [{"supervisor"}, {"caller"}]
    line.log.wait(facts.LegHungUp, leg_id=caller)
