"""An agent's external number: whoever picks up presses 1 first, so that no mailbox ever takes a caller.

The switch asks for the key itself, and counts the leg as answered only then; what it costs is counted from the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID, uuid4

from telephony import facts
from telephony.freeswitch import cdr
from telephony.freeswitch.translate import Source
from telephony.switch import OfferCommand, OutsidePhone, RungPhone
from tests.contract.driver import HOT_LINE, SwitchUnderTest, seconds_of, wait_until
from tests.contract.talks import OUTSIDE, begin
from tests.contract.tones import TONES, heard, voices

MOBILE = OutsidePhone(dials=f"+86{OUTSIDE}", shown_number=HOT_LINE, language="en")


def press(line: SwitchUnderTest, leg_id: UUID, key: str) -> None:
    """As the person at the far end does."""
    assert line.api(f"uuid_recv_dtmf {leg_id} {key}").startswith("+OK")


def picked_up(line: SwitchUnderTest, offer: OfferCommand) -> facts.LegAnswered:
    """Somebody or something answers out there, and is asked for the key."""
    answered = line.log.wait(facts.LegAnswered, leg_id=offer.offer_id)
    live = line.switch.leg(offer.offer_id)
    assert live is not None
    assert live.answered_at is None, "nobody has answered for us"
    return answered


def joined(line: SwitchUnderTest) -> Callable[[], list[facts.LegsBridged]]:
    return lambda: line.log.all(facts.LegsBridged)


def settled(line: SwitchUnderTest, leg_id: UUID) -> facts.LegSettled:
    found = next(line.settings.spool_dir.glob(f"*{leg_id}*.json"))
    told = cdr.settle(found.read_bytes(), Source(line.node))
    return next(fact for fact in told if isinstance(fact, facts.LegSettled))


def test_the_caller_is_joined_once_the_key_is_pressed(line: SwitchUnderTest) -> None:
    line.carrier(answer_after=0.1, hertz=TONES["outside"])
    caller = line.queued_caller(hertz=TONES["caller"])
    offer = line.offer(caller.leg_id, "", outside=MOBILE)
    created = line.log.wait(facts.LegCreated, leg_id=offer.offer_id)
    assert (created.offer_id, created.agent_id, created.dialled) == (offer.offer_id, 11, f"86{OUTSIDE}")
    answered = picked_up(line, offer)
    press(line, offer.offer_id, "5")
    time.sleep(1)
    assert joined(line)() == [], "a wrong key is no answer"
    press(line, offer.offer_id, "1")
    [met] = wait_until(joined(line), 5)
    assert {met.leg_id, met.other_leg_id} == {offer.offer_id, caller.leg_id}
    live = line.switch.leg(offer.offer_id)
    assert live is not None
    assert live.answered_at == answered.answered_at
    assert heard(line, agent=offer.offer_id, caller=caller.leg_id) == {
        "agent": {"caller"},
        "caller": {"outside"},
    }
    line.switch.hang_up(offer.offer_id)
    ended = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    path = line.settings.recordings_dir / str(offer.recording)
    assert abs(seconds_of(path) - (ended.ended_at - met.at).total_seconds()) < 0.7, (
        "the question is not in it"
    )
    assert voices(path) == [{"outside"}, {"caller"}]
    record = settled(line, offer.offer_id)
    assert (record.is_outside, record.dialled, record.caller_number) == (True, f"86{OUTSIDE}", HOT_LINE)
    assert record.answered_at == answered.answered_at, "what it costs counts from there"


def test_a_mailbox_takes_nobody_and_the_next_agent_gets_the_caller(line: SwitchUnderTest) -> None:
    """It answers, speaks and never presses a key. Nothing of it is recorded, and the caller notices nothing."""
    line.registered_phone("1001", answer_after=0.05, hertz=TONES["agent"])
    line.carrier(answer_after=0.1, hertz=TONES["outside"])
    caller = line.queued_caller(hertz=TONES["caller"])
    mailbox = line.offer(caller.leg_id, "", outside=MOBILE, timeout_seconds=2)
    picked_up(line, mailbox)
    given_up = line.log.wait(facts.LegHungUp, leg_id=mailbox.offer_id)
    assert (given_up.cause, given_up.by) == ("NO_ANSWER", facts.HungUpBy.SWITCH)
    assert line.log.all(facts.RecordingStarted) == joined(line)() == []
    waiting = line.switch.leg(caller.leg_id)
    assert waiting is not None
    assert waiting.is_waiting
    again = line.offer(caller.leg_id, "", outside=MOBILE)
    picked_up(line, again)
    line.switch.withdraw(again.offer_id)
    assert line.log.wait(facts.LegHungUp, leg_id=again.offer_id).cause == "ORIGINATOR_CANCEL"
    next_one = line.offer(caller.leg_id, "1001")
    [met] = wait_until(joined(line), 5)
    assert {met.leg_id, met.other_leg_id} == {next_one.offer_id, caller.leg_id}
    assert heard(line, caller=caller.leg_id) == {"caller": {"agent"}}


def test_of_a_mailbox_and_a_phone_rung_together_the_phone_gets_the_caller(line: SwitchUnderTest) -> None:
    line.registered_phone("1001", answer_after=0.8)
    line.carrier(answer_after=0.1)
    caller = line.queued_caller()
    a_phone = RungPhone(offer_id=uuid4(), agent_id=12, username="1001")
    number = line.offer(caller.leg_id, "", outside=MOBILE, together=(a_phone,))
    [met] = wait_until(joined(line), 8)
    assert {met.leg_id, met.other_leg_id} == {a_phone.offer_id, caller.leg_id}
    assert line.log.wait(facts.LegHungUp, leg_id=number.offer_id).cause == "LOSE_RACE"


def test_a_colleague_at_a_number_is_asked_once_the_key_is_pressed(line: SwitchUnderTest) -> None:
    talk = begin(line)
    line.carrier(answer_after=0.1, hertz=TONES["outside"])
    mailbox = talk.consult("", outside=MOBILE, timeout_seconds=2)
    assert line.log.wait(facts.LegHungUp, leg_id=mailbox).cause == "NO_ANSWER"
    talk.met(talk.agent, talk.caller, times=2)
    assert line.log.all(facts.RecordingStarted, leg_id=mailbox) == []
    asked = talk.consult("", outside=MOBILE)
    line.log.wait(facts.LegAnswered, leg_id=asked)
    press(line, asked, "1")
    met = talk.met(talk.agent, asked)
    created = line.log.wait(facts.LegCreated, leg_id=asked)
    assert (created.offer_id, created.agent_id, created.dialled) == (asked, 12, f"86{OUTSIDE}")
    assert talk.hear(agent=talk.agent, colleague=asked) == {"agent": {"outside"}, "colleague": {"agent"}}
    line.switch.complete_consult(talk.agent)
    talk.met(asked, talk.caller)
    assert talk.hear(caller=talk.caller) == {"caller": {"outside"}}
    line.switch.hang_up(asked)
    talk.gone(asked, talk.caller)
    ended = line.log.wait(facts.LegHungUp, leg_id=asked)
    path = talk.recording(asked)
    assert voices(path) == [{"outside"}, {"agent", "caller"}]
    assert abs(seconds_of(path) - (ended.ended_at - met.at).total_seconds()) < 0.7
    record = settled(line, asked)
    assert (record.is_outside, record.caller_number) == (True, HOT_LINE)
