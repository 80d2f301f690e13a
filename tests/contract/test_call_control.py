"""In the call: hold, ask, come back, hand over, meet, park, send on. Who hears whom is measured in the sound itself.

What the switch began it finishes alone; whoever leaves at whatever moment, nobody is left standing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from telephony import facts
from telephony.facts import HeldWhy
from telephony.freeswitch import call_commands
from telephony.switch import QueueEntry, SwitchRefused, UnsafeValue
from tests.contract.driver import HOT_LINE, SwitchUnderTest, loudness, seconds_of, wait_until
from tests.contract.holding import put_on_hold, take_back
from tests.contract.rehearsed import RehearsalUnderTest
from tests.contract.talks import OUTSIDE, Talk, begin, only_the_first_command
from tests.contract.tones import TONES, voices, write_music


@pytest.fixture
def house(line: SwitchUnderTest) -> Iterator[SwitchUnderTest]:
    """A line whose queue has music of its own."""
    music = write_music(line, "7.wav")
    yield line
    music.unlink()


def test_a_caller_on_hold_hears_the_queue_s_music_and_the_recording_stands_still(
    house: SwitchUnderTest,
) -> None:
    talk = begin(house)
    put_on_hold(house, talk.agent)
    held = house.log.wait(facts.LegHeld, leg_id=talk.agent)
    assert talk.hear(caller=talk.caller) == {"caller": {"music"}}
    time.sleep(1)
    take_back(house, talk.agent)
    unheld = house.log.wait(facts.LegUnheld, leg_id=talk.agent)
    assert talk.hear(caller=talk.caller, agent=talk.agent) == {"caller": {"agent"}, "agent": {"caller"}}
    house.switch.hang_up(talk.agent)
    ended = house.log.wait(facts.LegHungUp, leg_id=talk.agent)
    joined = house.log.wait(facts.LegsBridged, offer_id=talk.agent)
    in_talk = (ended.ended_at - joined.at).total_seconds() - (unheld.at - held.at).total_seconds()
    path = talk.recording(talk.agent)
    assert abs(seconds_of(path) - in_talk) < 0.6
    assert voices(path) == [{"agent"}, {"caller"}]


def test_music_on_hold_is_heard_to_its_end_and_again(house: SwitchUnderTest) -> None:
    """Not its first two seconds for ever: a caller who waited was sent on in rounds of that length."""
    write_music(house, "7.wav", tones=(("music", 3), ("outside", 3)))
    talk = begin(house)
    # Whoever's key orders the music, ours or the telephone's own.
    assert "_undef_" in house.api(f"uuid_getvar {talk.caller} playback_timeout_sec")
    put_on_hold(house, talk.agent)
    house.log.wait(facts.LegHeld, leg_id=talk.agent)
    if isinstance(house, RehearsalUnderTest):  # of a piece it knows the beginning alone
        return
    assert talk.hear(caller=talk.caller) == {"caller": {"music"}}
    wait_until(lambda: talk.hear(caller=talk.caller) == {"caller": {"outside"}}, 4, "it began again too soon")
    wait_until(lambda: talk.hear(caller=talk.caller) == {"caller": {"music"}}, 4, "it did not begin again")


def test_an_agent_asks_a_colleague_and_comes_back(house: SwitchUnderTest) -> None:
    talk = begin(house)
    asked = talk.asks()
    held = house.log.wait(facts.CallerHeld, leg_id=talk.caller)
    assert (held.by_leg_id, held.for_leg_id, held.why) == (talk.agent, asked, HeldWhy.CONSULT)
    created = house.log.wait(facts.LegCreated, leg_id=asked)
    assert (created.offer_id, created.call_id, created.agent_id) == (asked, talk.caller, 12)
    assert (created.tenant, created.dialled, created.epoch) == ("acme", "1002", 1)
    leg = house.switch.leg(talk.caller)
    assert leg is not None
    assert (leg.held_why, leg.held_by_leg_id, leg.held_for_leg_id) == (
        HeldWhy.CONSULT,
        talk.agent,
        asked,
    )
    assert (leg.held_at, leg.is_waiting) == (held.held_at, False)
    assert talk.hear(agent=talk.agent, colleague=asked, caller=talk.caller) == {
        "agent": {"colleague"},
        "colleague": {"agent"},
        "caller": {"music"},
    }
    house.switch.end_consult(asked)
    talk.met(talk.agent, talk.caller, times=2)
    assert talk.hear(agent=talk.agent, caller=talk.caller) == {"agent": {"caller"}, "caller": {"agent"}}
    house.switch.hang_up(talk.agent)
    talk.gone(talk.agent, talk.caller, asked)
    joined = house.log.wait(facts.LegsBridged, offer_id=talk.agent)
    ended = house.log.wait(facts.LegHungUp, leg_id=talk.agent)
    own, theirs = talk.recording(talk.agent), talk.recording(asked)
    assert abs(seconds_of(own) - (ended.ended_at - joined.at).total_seconds()) < 1
    assert voices(own) == [{"agent"}, {"caller", "colleague"}]
    assert voices(theirs) == [{"colleague"}, {"agent"}]


def test_a_colleague_is_handed_the_caller_while_we_are_away(house: SwitchUnderTest) -> None:
    talk = begin(house, hang_up_after=3)
    with only_the_first_command(house):
        asked = talk.consult()
    talk.met(talk.agent, asked)
    talk.gone(talk.agent)
    talk.met(asked, talk.caller)
    assert talk.hear(colleague=asked, caller=talk.caller) == {
        "colleague": {"caller"},
        "caller": {"colleague"},
    }
    house.api(f"uuid_kill {asked}")
    talk.gone(asked, talk.caller)
    answered = house.log.wait(facts.LegAnswered, leg_id=asked)
    ended = house.log.wait(facts.LegHungUp, leg_id=asked)
    path = talk.recording(asked)
    assert voices(path) == [{"colleague"}, {"agent", "caller"}]
    assert abs(seconds_of(path) - (ended.ended_at - answered.answered_at).total_seconds()) < 1
    told = talk.record(talk.caller)
    [aside] = [fact for fact in told if isinstance(fact, facts.CallerHeld)]
    heard = house.log.wait(facts.CallerHeld, leg_id=talk.caller)
    assert (aside.held_at, aside.by_leg_id, aside.for_leg_id) == (heard.held_at, talk.agent, asked)
    with_whom = [fact.other_leg_id for fact in told if isinstance(fact, facts.LegsBridged)]
    assert with_whom == [talk.agent, asked], "the record tells it to whoever did not listen"


def test_an_outside_number_is_asked_and_gets_the_caller(house: SwitchUnderTest) -> None:
    house.carrier(answer_after=0.1, hertz=TONES["outside"])
    talk = begin(house)
    outside = talk.asks(dials=OUTSIDE)
    created = house.log.wait(facts.LegCreated, leg_id=outside)
    assert (created.offer_id, created.agent_id, created.dialled) == (None, None, OUTSIDE)
    assert (created.tenant, created.call_id) == ("acme", talk.caller)
    assert talk.hear(agent=talk.agent, outside=outside) == {"agent": {"outside"}, "outside": {"agent"}}
    house.switch.complete_consult(talk.agent)
    talk.met(outside, talk.caller)
    assert talk.hear(caller=talk.caller, outside=outside) == {"caller": {"outside"}, "outside": {"caller"}}
    house.switch.hang_up(talk.caller)
    talk.gone(outside)


def test_whoever_cannot_be_asked_leaves_agent_and_caller_together(house: SwitchUnderTest) -> None:
    talk = begin(house)
    nobody = talk.consult("1999")
    failed = house.log.wait(facts.CommandFinished, command_id=nobody)
    assert (failed.is_ok, failed.text) == (False, "USER_NOT_REGISTERED")
    talk.met(talk.agent, talk.caller, times=2)
    assert house.log.all(facts.LegCreated, leg_id=nobody) == []
    house.registered_phone("1004", answer_after=None)
    silent = talk.consult("1004", timeout_seconds=2)
    house.log.wait(facts.LegRinging, leg_id=silent)
    missed = house.log.wait(facts.LegHungUp, leg_id=silent)
    assert (missed.answered_at, missed.cause) == (None, "NO_ANSWER")
    talk.met(talk.agent, talk.caller, times=3)
    assert talk.hear(agent=talk.agent, caller=talk.caller) == {"agent": {"caller"}, "caller": {"agent"}}


def test_a_consult_is_only_for_those_who_talk(house: SwitchUnderTest) -> None:
    talk = begin(house)
    asked = talk.asks()
    with pytest.raises(SwitchRefused):
        talk.consult("1002")
    with pytest.raises(SwitchRefused):
        talk.park()
    with pytest.raises(UnsafeValue):
        talk.onward(dials="1;hupall")
    assert talk.hear(agent=talk.agent, colleague=asked) == {"agent": {"colleague"}, "colleague": {"agent"}}
    house.switch.end_consult(asked)
    talk.met(talk.agent, talk.caller, times=2)
    with pytest.raises(SwitchRefused):
        house.switch.conference(talk.agent, talk.caller, talk.caller)


def test_a_caller_who_leaves_lets_the_two_talk_on(house: SwitchUnderTest) -> None:
    talk = begin(house)
    asked = talk.asks()
    house.switch.hang_up(talk.caller)
    talk.gone(talk.caller)
    assert talk.hear(agent=talk.agent, colleague=asked) == {"agent": {"colleague"}, "colleague": {"agent"}}
    house.api(f"uuid_kill {talk.agent}")
    talk.gone(talk.agent, asked)


def test_a_caller_for_whom_nobody_comes_back_is_in_the_line_again(house: SwitchUnderTest) -> None:
    house.registered_phone("1004", answer_after=None)
    talk = begin(house)
    with only_the_first_command(house):
        rung = talk.consult("1004")
    house.log.wait(facts.LegRinging, leg_id=rung)
    house.api(f"uuid_kill {talk.agent}")
    talk.gone(talk.agent, rung)
    house.start_beating()
    talk.waits_again()
    offer = house.offer(talk.caller, "1002")
    house.log.wait(facts.LegsBridged, offer_id=offer.offer_id)


def test_three_hear_each_other_until_two_have_left(house: SwitchUnderTest) -> None:
    talk = begin(house)
    asked = talk.asks()
    house.switch.conference(talk.agent, talk.caller, talk.caller)
    legs = (talk.agent, asked, talk.caller)
    for leg in legs:
        assert house.log.wait(facts.RoomEntered, leg_id=leg).room_id == talk.caller
    assert talk.hear(agent=talk.agent, colleague=asked, caller=talk.caller) == {
        "agent": {"caller", "colleague"},
        "colleague": {"caller", "agent"},
        "caller": {"agent", "colleague"},
    }
    assert {leg.room_id for leg in house.switch.live_legs()} == {talk.caller}
    house.switch.hang_up(talk.agent)
    talk.gone(talk.agent)
    assert talk.hear(colleague=asked, caller=talk.caller) == {
        "colleague": {"caller"},
        "caller": {"colleague"},
    }
    house.switch.hang_up(asked)
    house.log.wait(facts.RoomLeft, leg_id=talk.caller, room_id=talk.caller)
    talk.gone(asked, talk.caller)
    joined = house.log.wait(facts.LegsBridged, offer_id=talk.agent)
    ended = house.log.wait(facts.LegHungUp, leg_id=talk.agent)
    own = talk.recording(talk.agent)
    assert abs(seconds_of(own) - (ended.ended_at - joined.at).total_seconds()) < 1
    assert voices(own) == [{"agent"}, {"caller", "colleague"}]
    assert voices(talk.recording(asked)) == [{"colleague"}, {"caller", "agent"}]
    kinds = [type(fact) for fact in talk.record(talk.caller)]
    for kind in (facts.CallerHeld, facts.RoomEntered, facts.RoomLeft):
        assert kinds.count(kind) == 1


@pytest.mark.parametrize("who_leaves", ["agent", "colleague"])
def test_a_caller_who_was_not_brought_into_the_room_is_taken_by_whoever_stays(
    house: SwitchUnderTest, who_leaves: str
) -> None:
    """We died between the two commands that bring three people into a room."""
    talk = begin(house)
    asked = talk.asks()
    for leg in (talk.agent, asked, talk.caller):
        house.api(call_commands.set_room(leg, talk.caller).removeprefix("api "))
    house.api(call_commands.both_to_room(talk.agent).removeprefix("api "))
    house.log.wait(facts.RoomEntered, leg_id=talk.agent)
    house.log.wait(facts.RoomEntered, leg_id=asked)
    leaving, staying = (talk.agent, asked) if who_leaves == "agent" else (asked, talk.agent)
    house.api(f"uuid_kill {leaving}")
    talk.met(staying, talk.caller, times=1 if staying == asked else 2)
    assert talk.hear(caller=talk.caller) == {
        "caller": {"colleague" if who_leaves == "agent" else "agent"},
    }
    house.api(f"uuid_kill {staying}")
    talk.gone(talk.caller)


def test_a_caller_sent_to_a_number_talks_there_or_keeps_the_place_in_the_line(house: SwitchUnderTest) -> None:
    talk = begin(house)
    house.carrier_goes()
    lost = talk.onward()
    talk.gone(talk.agent)
    talk.waits_again()
    assert house.log.all(facts.LegAnswered, leg_id=lost) == []
    house.carrier(answer_after=0.1, hertz=TONES["outside"])
    outside = talk.onward()
    talk.met(talk.caller, outside)
    created = house.log.wait(facts.LegCreated, leg_id=outside)
    assert (created.offer_id, created.dialled, created.call_id) == (None, OUTSIDE, talk.caller)
    assert talk.hear(caller=talk.caller, outside=outside) == {"caller": {"outside"}, "outside": {"caller"}}
    house.switch.hang_up(outside)
    talk.gone(outside, talk.caller)
    assert voices(talk.recording(outside)) == [{"outside"}, {"caller"}]


def test_masked_seconds_are_silent_and_the_rest_keeps_its_place(house: SwitchUnderTest) -> None:
    talk = begin(house)
    path = talk.offer.recording
    assert path is not None
    time.sleep(0.6)
    house.switch.mask_recording(talk.agent, path, is_masked=True)
    time.sleep(1.4)
    house.switch.mask_recording(talk.agent, path, is_masked=False)
    time.sleep(0.8)
    house.switch.hang_up(talk.agent)
    file = talk.recording(talk.agent)
    joined = house.log.wait(facts.LegsBridged, offer_id=talk.agent)
    ended = house.log.wait(facts.LegHungUp, leg_id=talk.agent)
    assert abs(seconds_of(file) - (ended.ended_at - joined.at).total_seconds()) < 0.6
    assert voices(file, 0.1, 0.4) == [{"agent"}, {"caller"}]
    middle = seconds_of(file) - 0.8 - 0.7
    assert loudness(file, middle - 0.3, middle + 0.3) == [0, 0]
    assert voices(file, seconds_of(file) - 0.4) == [{"agent"}, {"caller"}]


def test_a_recording_is_begun_and_ended_during_the_talk(house: SwitchUnderTest) -> None:
    house.registered_phone("1001", answer_after=0.05, hertz=TONES["agent"])
    queued = house.queued_caller(hertz=TONES["caller"])
    offer = house.offer(queued.leg_id, recording=None)
    house.log.wait(facts.LegsBridged, offer_id=offer.offer_id)
    path = f"acme/2026-11-20/on-demand-{offer.offer_id}.wav"
    with pytest.raises(SwitchRefused):
        house.switch.mask_recording(offer.offer_id, path, is_masked=True)
    house.switch.start_recording(offer.offer_id, path)
    assert house.log.wait(facts.RecordingStarted, leg_id=offer.offer_id).path == path
    time.sleep(1)
    house.switch.stop_recording(offer.offer_id, path)
    stopped = house.log.wait(facts.RecordingStopped, leg_id=offer.offer_id)
    assert stopped.path == path
    assert 0.7 < stopped.seconds < 1.6
    assert voices(house.settings.recordings_dir / path) == [{"agent"}, {"caller"}]
    assert house.switch.exists(queued.leg_id)


def test_keys_reach_the_far_end(house: SwitchUnderTest) -> None:
    house.registered_phone("1001", answer_after=0.05)
    far = house.keypad_call(number="13800002222")
    queued = house.log.wait(facts.LegQueued, 15, caller_number="13800002222")
    offer = house.offer(queued.leg_id)
    house.log.wait(facts.LegsBridged, offer_id=offer.offer_id)
    house.switch.send_digits(queued.leg_id, "42#")
    wait_until(lambda: house.keys_heard(far, queued.leg_id) == "42#", 4, "the keys did not arrive")


def test_a_customer_who_was_called_back_is_handed_over_like_any_caller(house: SwitchUnderTest) -> None:
    """Their leg is one that we rang: it has been in no queue, and knows of none."""
    house.carrier(answer_after=0.1, hertz=TONES["caller"])
    phone = house.registered_phone("1001", answer_after=0.05, hertz=TONES["agent"])
    house.registered_phone("1002", answer_after=0.05, hertz=TONES["colleague"])
    offer = house.offer(uuid4(), dials=OUTSIDE, shown_number=HOT_LINE)
    customer = offer.caller_leg_id
    joined = house.log.wait(facts.LegsBridged, 10)
    never = facts.LegQueued(
        node=house.node,
        at=joined.at,
        tenant="acme",
        leg_id=customer,
        queue_id=7,
        queued_at=joined.at,
        priority=0,
        dialled="",
        caller_number="",
        caller_name="",
        arrived_at=joined.at,
    )
    talk = Talk(house, never, offer, phone)
    asked = talk.asks()
    assert talk.hear(agent=talk.agent, caller=customer) == {"agent": {"colleague"}, "caller": {"music"}}
    house.switch.complete_consult(talk.agent)
    talk.met(asked, customer)
    assert talk.hear(colleague=asked, caller=customer) == {"colleague": {"caller"}, "caller": {"colleague"}}
    house.switch.hang_up(asked)
    talk.gone(talk.agent, asked, customer)


def left_in_a_room(house: SwitchUnderTest) -> Talk:
    """Of three who heard each other the agent and the caller are left."""
    talk = begin(house)
    asked = talk.asks()
    house.switch.conference(talk.agent, talk.caller, talk.caller)
    house.log.wait(facts.RoomEntered, leg_id=talk.caller)
    house.switch.hang_up(asked)
    talk.gone(asked)
    return talk


def test_a_caller_is_sent_to_the_queue_out_of_a_room(house: SwitchUnderTest) -> None:
    talk = left_in_a_room(house)
    entry = QueueEntry(tenant="acme", queue_id=8, priority=0, max_wait_seconds=60, language="en")
    house.switch.send_to_queue(talk.caller, entry)
    house.log.wait(facts.RoomLeft, leg_id=talk.caller, room_id=talk.caller)
    house.log.wait(facts.LegQueued, queue_id=8, leg_id=talk.caller)
    talk.gone(talk.agent)
    offer = house.offer(talk.caller, "1002")
    house.log.wait(facts.LegsBridged, offer_id=offer.offer_id)
    assert talk.hear(caller=talk.caller, colleague=offer.offer_id) == {
        "caller": {"colleague"},
        "colleague": {"caller"},
    }


def test_a_caller_is_sent_to_a_number_out_of_a_room(house: SwitchUnderTest) -> None:
    talk = left_in_a_room(house)
    house.carrier(answer_after=0.1, hertz=TONES["outside"])
    outside = talk.onward()
    house.log.wait(facts.RoomLeft, leg_id=talk.caller, room_id=talk.caller)
    talk.gone(talk.agent)
    talk.met(talk.caller, outside)
    assert talk.hear(caller=talk.caller, outside=outside) == {"caller": {"outside"}, "outside": {"caller"}}
    house.switch.hang_up(outside)
    talk.gone(outside, talk.caller)
