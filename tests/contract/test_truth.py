"""What the watchdog asks of a switch: the list of calls in one question, and one leg as it really is."""

from __future__ import annotations

from uuid import UUID

import pytest

from telephony import facts
from telephony.switch import LegGlimpse, SwitchRefused
from tests.contract.driver import SwitchUnderTest, wait_until
from tests.contract.holding import put_on_hold


def glimpses(line: SwitchUnderTest) -> dict[UUID, LegGlimpse]:
    return {seen.leg_id: seen for seen in line.switch.glimpses()}


def test_the_list_shows_who_waits_who_talks_with_whom_and_who_has_gone(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.3)
    queued = line.queued_caller()
    caller = queued.leg_id
    waits = LegGlimpse(
        leg_id=caller,
        place="waiting",
        is_answered=True,
        queue_id=queued.queue_id,
        queued_at=queued.queued_at,
    )
    wait_until(lambda: glimpses(line).get(caller) == waits)
    offer = line.offer(caller).offer_id
    line.log.wait(facts.LegsBridged, offer_id=offer)
    joined = {
        caller: LegGlimpse(leg_id=caller, other_leg_id=offer, is_answered=True),
        offer: LegGlimpse(leg_id=offer, other_leg_id=caller, is_answered=True),
    }
    wait_until(lambda: glimpses(line) == joined, why="the list never showed the two joined")
    assert line.switch.leg(offer).bridged_leg_id == caller
    put_on_hold(line, offer)
    line.log.wait(facts.LegHeld, leg_id=offer)
    assert line.switch.leg(offer).bridged_leg_id == caller
    line.switch.hang_up(offer)
    wait_until(lambda: not glimpses(line), why="the list kept what had ended")
    assert line.switch.leg(offer) is line.switch.leg(caller) is None


def test_the_list_shows_who_leaves_a_message(line: SwitchUnderTest) -> None:
    line.stop_beating()
    line.api("hash delete/cc/router_alive")
    caller = line.queued_caller().leg_id
    line.log.wait(facts.WaitFellBack, leg_id=caller)
    wait_until(lambda: glimpses(line)[caller].place == "voicemail")


def test_pain_09_no_phone_rings_for_a_caller_who_has_left(line: SwitchUnderTest) -> None:
    """The caller goes while the phone rings: withdrawing ends the ringing at once, and a second asking is refused."""
    line.registered_phone(answer_after=None)
    caller = line.queued_caller().leg_id
    offer = line.offer(caller).offer_id
    line.log.wait(facts.LegRinging, leg_id=offer)
    line.switch.hang_up(caller)
    line.log.wait(facts.LegHungUp, leg_id=caller)
    line.switch.withdraw(offer)
    ended = line.log.wait(facts.LegHungUp, leg_id=offer)
    assert (ended.answered_at, ended.cause) == (None, "ORIGINATOR_CANCEL")
    assert line.switch.leg(offer) is None
    with pytest.raises(SwitchRefused):
        line.switch.withdraw(offer)


def test_pain_10_an_agent_who_answers_hears_the_caller_at_once(line: SwitchUnderTest) -> None:
    """No dead air until music or an announcement has ended: the caller is fetched out of the middle of a round."""
    line.registered_phone(answer_after=0.1)
    caller = line.queued_caller().leg_id
    offer = line.offer(caller).offer_id
    answered = line.log.wait(facts.LegAnswered, leg_id=offer)
    joined = line.log.wait(facts.LegsBridged, offer_id=offer)
    # By the switch's own clock, which does not know how busy this machine is.
    assert (joined.at - answered.answered_at).total_seconds() < line.settings.round_seconds / 2
