"""A waiting caller is offered to an agent, and the switch finishes the offer alone."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from telephony import facts
from telephony.facts import HungUpBy
from telephony.switch import OfferCommand, RungPhone, SwitchRefused
from tests.contract.driver import SwitchUnderTest, event_socket, loudness, seconds_of, wait_until


def bridged(line: SwitchUnderTest, caller: facts.LegQueued, offer: OfferCommand) -> facts.LegsBridged:
    fact = line.log.wait(facts.LegsBridged, offer_id=offer.offer_id)
    assert {fact.leg_id, fact.other_leg_id} == {caller.leg_id, offer.offer_id}
    return fact


def recording_of(line: SwitchUnderTest, offer: OfferCommand):
    stopped = line.log.wait(facts.RecordingStopped, leg_id=offer.offer_id)
    assert stopped.path == offer.recording
    path = line.settings.recordings_dir / stopped.path
    assert abs(stopped.seconds - seconds_of(path)) < 0.5
    return path


def test_a_call_is_known_from_its_first_moment(line: SwitchUnderTest) -> None:
    line.call(number="13900002222", name="Wang Fang")
    created = line.log.wait(facts.LegCreated, caller_number="13900002222")
    queued = line.log.wait(facts.LegQueued, leg_id=created.leg_id)
    assert (created.tenant, created.direction, created.dialled) == ("", "inbound", "+862155500001")
    assert (queued.tenant, queued.queue_id, queued.dialled) == ("acme", 7, "+862155500001")
    assert (queued.caller_number, queued.caller_name) == ("13900002222", "Wang Fang")
    assert 0 <= (queued.queued_at - queued.arrived_at).total_seconds() < 3
    assert created.sequence < queued.sequence


def test_an_answered_offer_joins_caller_and_agent(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.3)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    created = line.log.wait(facts.LegCreated, leg_id=offer.offer_id)
    assert (created.tenant, created.offer_id, created.call_id) == ("acme", offer.offer_id, caller.leg_id)
    assert (created.agent_id, created.epoch, created.username) == (11, 1, "1001")
    line.log.wait(facts.LegRinging, leg_id=offer.offer_id)
    answered = line.log.wait(facts.LegAnswered, leg_id=offer.offer_id)
    joined = bridged(line, caller, offer)
    assert (joined.at - answered.answered_at).total_seconds() < 0.5
    assert line.log.wait(facts.CommandFinished, command_id=offer.offer_id).is_ok


def test_the_recording_has_both_voices_and_the_length_of_the_talk(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2, hang_up_after=3)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    joined = bridged(line, caller, offer)
    started = line.log.wait(facts.RecordingStarted, leg_id=offer.offer_id)
    assert started.path == offer.recording
    ended = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    path = recording_of(line, offer)
    talk = (ended.ended_at - joined.at).total_seconds()
    assert abs(seconds_of(path) - talk) < 1
    sides = loudness(path, 1, 2.5)
    assert len(sides) == 2
    assert min(sides) > 0.01


def test_an_unrecorded_queue_leaves_no_file(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2, hang_up_after=1)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id, recording=None)
    bridged(line, caller, offer)
    line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    assert line.log.all(facts.RecordingStarted) == []


def test_the_two_are_joined_and_recorded_when_we_are_gone(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=1.5, hang_up_after=2.5)
    caller = line.queued_caller()
    second = line.connect()
    assert second.wait_connected(5)
    offer_id = uuid4()
    first, line.switch = line.switch, second
    try:
        offer = line.offer(caller.leg_id, offer_id=offer_id)
        line.log.wait(facts.LegRinging, leg_id=offer_id)
    finally:
        line.switch = first
    second.close()
    bridged(line, caller, offer)
    line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    path = recording_of(line, offer)
    assert 2 < seconds_of(path) < 3.6
    assert min(loudness(path, 0.8, 2)) > 0.01


def test_a_killed_connection_touches_no_call(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2)
    talking, waiting = line.queued_caller(number="13800000001"), line.queued_caller(number="13800000002")
    offer = line.offer(talking.leg_id)
    bridged(line, talking, offer)
    with event_socket(line.settings) as ask:
        ask("event json ALL")
    time.sleep(2)
    assert all(line.switch.exists(leg) for leg in (talking.leg_id, waiting.leg_id, offer.offer_id))
    assert line.log.all(facts.LegHungUp) == []


def test_a_caller_who_leaves_while_it_rings_ends_the_offer_at_the_answer(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=2.5)
    caller = line.queued_caller(hang_up_after=1)
    offer = line.offer(caller.leg_id)
    gone = line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    assert gone.by == HungUpBy.PARTY
    ended = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    assert ended.answered_at is not None
    assert (ended.ended_at - ended.answered_at).total_seconds() < 1
    assert line.log.all(facts.LegsBridged) == []


def test_a_withdrawn_offer_stops_the_ringing(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=None)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    line.log.wait(facts.LegRinging, leg_id=offer.offer_id)
    line.switch.withdraw(offer.offer_id)
    ended = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    assert (ended.cause, ended.answered_at) == ("ORIGINATOR_CANCEL", None)
    assert line.switch.exists(caller.leg_id)


def test_an_offer_that_was_answered_cannot_be_withdrawn(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    line.log.wait(facts.LegAnswered, leg_id=offer.offer_id)
    with pytest.raises(SwitchRefused):
        line.switch.withdraw(offer.offer_id)
    bridged(line, caller, offer)
    time.sleep(0.5)
    assert line.switch.exists(offer.offer_id)
    assert line.log.all(facts.LegHungUp) == []


def test_an_unanswered_offer_ends_as_no_answer_and_the_caller_waits_on(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=None)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id, timeout_seconds=2)
    ended = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    finished = line.log.wait(facts.CommandFinished, command_id=offer.offer_id)
    assert (ended.cause, ended.offer_id, ended.answered_at) == ("NO_ANSWER", offer.offer_id, None)
    assert (finished.is_ok, finished.text) == (False, "NO_ANSWER")
    assert 0.9 < (ended.ended_at - ended.created_at).total_seconds() < 4
    assert next(leg for leg in line.switch.live_legs() if leg.leg_id == caller.leg_id).is_waiting


def test_an_offer_to_a_phone_that_is_not_there_fails_at_once(line: SwitchUnderTest) -> None:
    line.web.phones[("1009", "acme.localhost")] = line.web_phone("1009")
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id, "1009")
    finished = line.log.wait(facts.CommandFinished, 3, command_id=offer.offer_id)
    assert (finished.is_ok, finished.text) == (False, "USER_NOT_REGISTERED")
    nobody = line.offer(caller.leg_id, "1010")
    assert not line.log.wait(facts.CommandFinished, 3, command_id=nobody.offer_id).is_ok


def test_an_offer_asks_our_web_nothing(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller()
    line.web.asked.clear()
    line.web.is_broken = True
    bridged(line, caller, line.offer(caller.leg_id))
    assert line.web.asked == []


def test_of_two_racing_offers_one_is_joined(line: SwitchUnderTest) -> None:
    line.registered_phone("1001", answer_after=0.5)
    line.registered_phone("1002", answer_after=0.5)
    caller = line.queued_caller()
    offers = [line.offer(caller.leg_id, name) for name in ("1001", "1002")]
    winner = line.log.wait(facts.LegsBridged)
    loser = next(offer for offer in offers if offer.offer_id != winner.offer_id)
    ended = line.log.wait(facts.LegHungUp, leg_id=loser.offer_id)
    assert ended.cause in {"LOSE_RACE", "PICKED_OFF", "NORMAL_CLEARING"}
    time.sleep(1)
    assert len(line.log.all(facts.LegsBridged)) == 1
    assert line.switch.exists(caller.leg_id)


def further_phone(username: str, agent_id: int) -> RungPhone:
    offer_id = uuid4()
    return RungPhone(
        offer_id=offer_id,
        agent_id=agent_id,
        username=username,
        recording=f"acme/2026-11-20/{offer_id}.wav",
    )


def rung_together(line: SwitchUnderTest, caller: facts.LegQueued, *others: str) -> OfferCommand:
    """The group's offer, once all its phones that are there ring."""
    further = tuple(further_phone(name, 20 + number) for number, name in enumerate(others))
    offer = line.offer(caller.leg_id, together=further)
    for rung in (offer, *further):
        if rung.username != "1009":
            line.log.wait(facts.LegRinging, leg_id=rung.offer_id)
    return offer


def test_of_phones_rung_together_the_first_to_answer_is_joined(line: SwitchUnderTest) -> None:
    line.registered_phone("1001", answer_after=None)
    line.registered_phone("1002", answer_after=None)
    line.registered_phone("1003", answer_after=None)
    caller = line.queued_caller()
    offer = rung_together(line, caller, "1002", "1003")
    winner = offer.together[0]
    line.switch.answer(winner.offer_id)
    joined = line.log.wait(facts.LegsBridged)
    assert joined.offer_id == winner.offer_id
    assert {joined.leg_id, joined.other_leg_id} == {caller.leg_id, winner.offer_id}
    for loser in (offer, offer.together[1]):
        ended = line.log.wait(facts.LegHungUp, leg_id=loser.offer_id)
        assert (ended.cause, ended.by, ended.answered_at) == ("LOSE_RACE", HungUpBy.SWITCH, None)
        assert (ended.ended_at - joined.at).total_seconds() < 1
    created = {fact.leg_id: fact for fact in line.log.all(facts.LegCreated)}
    told = [(created[leg.offer_id].agent_id, created[leg.offer_id].username) for leg in (offer, winner)]
    assert told == [(11, "1001"), (20, "1002")]
    recorded = line.log.wait(facts.RecordingStarted)
    assert (recorded.leg_id, recorded.path) == (winner.offer_id, winner.recording)
    finished = line.log.wait(facts.CommandFinished, command_id=offer.offer_id)
    assert (finished.is_ok, finished.text) == (True, str(winner.offer_id))
    assert len(line.log.all(facts.LegsBridged)) == len(line.log.all(facts.RecordingStarted)) == 1
    assert line.switch.exists(caller.leg_id)


def test_of_two_phones_that_answer_in_one_moment_one_is_joined(line: SwitchUnderTest) -> None:
    line.registered_phone("1001", answer_after=0.5)
    line.registered_phone("1002", answer_after=0.5)
    caller = line.queued_caller()
    offer = rung_together(line, caller, "1002")
    joined = line.log.wait(facts.LegsBridged)
    [loser] = {offer.offer_id, offer.together[0].offer_id} - {joined.offer_id}
    ended = line.log.wait(facts.LegHungUp, leg_id=loser)
    assert ended.cause == "LOSE_RACE"
    time.sleep(0.5)
    assert len(line.log.all(facts.LegsBridged)) == 1
    assert line.switch.exists(caller.leg_id)


def test_one_phone_that_refuses_does_not_silence_the_others(line: SwitchUnderTest) -> None:
    line.registered_phone("1001", answer_after=None)
    line.registered_phone("1002", answer_after=None)
    caller = line.queued_caller()
    offer = rung_together(line, caller, "1002", "1009")
    line.switch.withdraw(offer.offer_id)
    ended = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    assert ended.cause == "ORIGINATOR_CANCEL"
    line.switch.answer(offer.together[0].offer_id)
    assert line.log.wait(facts.LegsBridged).offer_id == offer.together[0].offer_id
    assert line.log.all(facts.LegCreated, leg_id=offer.together[1].offer_id) == []


def test_phones_rung_together_in_vain_all_end_and_the_caller_waits_on(line: SwitchUnderTest) -> None:
    line.registered_phone("1001", answer_after=None)
    line.registered_phone("1002", answer_after=None)
    caller = line.queued_caller()
    further = further_phone("1002", 12)
    offer = line.offer(caller.leg_id, together=(further,), timeout_seconds=2)
    for rung in (offer, further):
        ended = line.log.wait(facts.LegHungUp, leg_id=rung.offer_id)
        assert (ended.cause, ended.answered_at) == ("NO_ANSWER", None)
    finished = line.log.wait(facts.CommandFinished, command_id=offer.offer_id)
    assert (finished.is_ok, finished.text) == (False, "NO_ANSWER")
    assert next(leg for leg in line.switch.live_legs() if leg.leg_id == caller.leg_id).is_waiting


def test_answer_asks_the_ringing_phone_to_pick_up(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=None)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    line.log.wait(facts.LegRinging, leg_id=offer.offer_id)
    line.switch.answer(offer.offer_id)
    bridged(line, caller, offer)


def test_an_agent_who_hangs_up_ends_the_callers_call(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2, hang_up_after=1)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    bridged(line, caller, offer)
    agent = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    left = line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    assert (agent.by, left.by) == (HungUpBy.PARTY, HungUpBy.SWITCH)
    assert (left.ended_at - agent.ended_at).total_seconds() < 1


def test_a_caller_who_hangs_up_ends_the_agents_leg(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller(hang_up_after=3)
    offer = line.offer(caller.leg_id)
    bridged(line, caller, offer)
    left = line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    agent = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    assert (left.by, agent.by) == (HungUpBy.PARTY, HungUpBy.SWITCH)
    assert left.offer_id is None
    assert agent.offer_id == offer.offer_id


def test_the_worker_can_hang_up_a_call(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    bridged(line, caller, offer)
    line.switch.hang_up(caller.leg_id)
    ended = line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    assert (ended.cause, ended.by) == ("NORMAL_CLEARING", HungUpBy.SWITCH)
    line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    wait_until(lambda: not line.switch.exists(caller.leg_id))
