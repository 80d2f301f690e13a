"""From a phone's ringing to the talk nothing is asked of our web: an agent who has picked up waits for nobody of us."""

from __future__ import annotations

import time
from uuid import UUID

from telephony import facts
from telephony.freeswitch import waiting_document as answers
from telephony.freeswitch.waiting_document import Notice
from telephony.switch import OfferCommand
from tests.contract.driver import SwitchUnderTest, wait_until

FIRST_QUESTION_SECONDS = 2
"""Into the wait, as the suite's switches are configured: with the first round of music."""


def asked_about(line: SwitchUnderTest, leg_id: UUID) -> list[float]:
    """When our web was asked what this waiting caller is to hear, whether it answered or not."""
    return [at for at, leg, what in line.web.knocks if leg == str(leg_id) and what == "announce"]


def rings_until(line: SwitchUnderTest, leg_id: UUID) -> int:
    """The Unix second the caller's leg was told, 0 before."""
    told = line.api(f"uuid_getvar {leg_id} cc_rings_until").strip()
    return int(told) if told.isdecimal() else 0


def is_joined(line: SwitchUnderTest, offer: OfferCommand) -> bool:
    joined = line.log.wait(facts.LegsBridged, 15, offer_id=offer.offer_id)
    return {joined.leg_id, joined.other_leg_id} == {offer.offer_id, offer.caller_leg_id}


def test_a_web_that_stops_while_a_phone_rings_is_not_missed(line: SwitchUnderTest) -> None:
    """The first question would fall into the ringing, and its answer behind the agent's."""
    line.registered_phone(answer_after=FIRST_QUESTION_SECONDS + 0.5)
    caller = line.queued_caller()
    other = line.queued_caller(number="13800000002")
    offer = line.offer(caller.leg_id)
    line.web.delay_seconds = 5
    assert is_joined(line, offer)
    answered = line.log.wait(facts.LegAnswered, leg_id=offer.offer_id).answered_at
    assert (answered - caller.queued_at).total_seconds() > FIRST_QUESTION_SECONDS
    wait_until(lambda: asked_about(line, other.leg_id), 10, "whoever has no ringing phone is asked about")
    assert asked_about(line, caller.leg_id) == []


def test_what_is_due_is_told_when_the_phone_has_stopped_ringing(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=None)
    line.web.waiting["announce"] = answers.announcement(Notice(next_at=99_999_999_999, pieces=("thank-you",)))
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id, timeout_seconds=4)
    until = wait_until(lambda: rings_until(line, caller.leg_id), 5, "the caller was not told")
    assert until - caller.queued_at.timestamp() > FIRST_QUESTION_SECONDS + 0.5
    line.log.wait(facts.LegHungUp, 15, leg_id=offer.offer_id)
    [asked] = wait_until(lambda: asked_about(line, caller.leg_id), 10, "the announcement was forgotten")
    assert asked >= until


def test_phones_that_nobody_picks_up_do_not_keep_a_caller_uninformed_for_ever(line: SwitchUnderTest) -> None:
    caller = line.queued_caller()
    line.api(f"uuid_setvar {caller.leg_id} cc_rings_until {int(time.time()) + 600}")
    time.sleep(2.5 * FIRST_QUESTION_SECONDS)
    assert asked_about(line, caller.leg_id) == []
    line.api(f"uuid_setvar {caller.leg_id} cc_announce_at {int(time.time()) - 61}")
    wait_until(lambda: asked_about(line, caller.leg_id), 10, "a minute late nothing was said")


def test_callers_who_hear_an_announcement_are_taken_out_of_it_time_and_again(line: SwitchUnderTest) -> None:
    """Each is picked up at another moment of the question and its answer; nobody is lost in between."""
    line.registered_phone(answer_after=0.05)
    for attempt in range(4):
        caller = line.queued_caller(number=f"1380000010{attempt}")
        wait_until(lambda leg=caller.leg_id: line.api(f"uuid_getvar {leg} cc_place").strip() == "asking", 10)
        time.sleep(attempt * 0.06)
        offer = line.offer(caller.leg_id)
        assert is_joined(line, offer)
        time.sleep(0.3)
        assert line.switch.exists(caller.leg_id)
        assert line.switch.exists(offer.offer_id)
        line.switch.hang_up(offer.offer_id)
        line.log.wait(facts.LegHungUp, 10, leg_id=caller.leg_id)
