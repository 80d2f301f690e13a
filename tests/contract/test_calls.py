"""What happens to a call that is joined: hold, transfer, and what the switch can tell of it."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from telephony import facts
from telephony.switch import QueueEntry, SwitchRefused
from tests.contract.driver import SwitchUnderTest, loudness, wait_until
from tests.contract.holding import is_taken, put_on_hold, take_back
from tests.contract.rehearsed import RehearsalUnderTest
from tests.contract.test_offers import bridged, recording_of


def test_hold_gives_the_caller_music_and_unhold_the_agent(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    bridged(line, caller, offer)
    put_on_hold(line, offer.offer_id)
    held = line.log.wait(facts.LegHeld, leg_id=offer.offer_id)
    time.sleep(1)
    assert next(leg for leg in line.switch.live_legs() if leg.leg_id == offer.offer_id).is_held
    take_back(line, offer.offer_id)
    unheld = line.log.wait(facts.LegUnheld, leg_id=offer.offer_id)
    assert 0.8 < (unheld.at - held.at).total_seconds() < 3
    time.sleep(1)
    line.switch.hang_up(offer.offer_id)
    path = recording_of(line, offer)
    assert min(loudness(path, 0.1, 0.5)) > 0.005
    assert line.log.all(facts.LegHungUp, leg_id=caller.leg_id) or line.log.wait(
        facts.LegHungUp, leg_id=caller.leg_id
    )


def test_a_phone_in_a_page_that_is_still_agreeing_on_the_hold_is_not_asked_again(
    line: SwitchUnderTest,
) -> None:
    page = "page-0123456789abcdef"
    line.registered_phone(page, answer_after=0.2)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id, page)
    bridged(line, caller, offer)
    changes = [(line.switch.hold, facts.LegHeld), (line.switch.unhold, facts.LegUnheld)] * 2
    put_on_hold(line, offer.offer_id)
    if isinstance(line, RehearsalUnderTest):  # whose page takes a moment; sipp answers at once
        assert not is_taken(line.switch.unhold, offer.offer_id)
        assert line.log.all(facts.LegUnheld) == []
    line.log.wait(facts.LegHeld, leg_id=offer.offer_id)
    for count, (change, told) in zip((1, 2, 2), changes[1:], strict=True):
        wait_until(lambda change=change: is_taken(change, offer.offer_id), 5, "not taken")
        wait_until(lambda told=told, count=count: len(line.log.all(told)) == count, 5, "not told")
    assert [len(line.log.all(told)) for told in (facts.LegHeld, facts.LegUnheld)] == [2, 2]
    line.switch.unhold(offer.offer_id)
    assert len(line.log.all(facts.LegUnheld)) == 2, "what is so already is not asked again"

    if isinstance(line, RehearsalUnderTest):
        assert line.api(f"rehearsal hears {offer.offer_id}").strip() != "", "the page is deaf"


def test_a_caller_taken_back_before_their_music_has_begun_is_not_left_with_it(line: SwitchUnderTest) -> None:
    """Music that begins after the resume has no end: the caller hears it, and the agent nobody."""
    line.registered_phone(answer_after=0.2)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id)
    bridged(line, caller, offer)
    for round_, after in enumerate((0, 0.03, 0.06, 0.09, 0.12, 0.2), start=1):
        put_on_hold(line, offer.offer_id)
        time.sleep(after)
        take_back(line, offer.offer_id)
        wait_until(lambda count=round_: len(line.log.all(facts.LegUnheld)) == count, 5, "not told")
        time.sleep(0.3)
        leg = json.loads(line.api(f"uuid_dump {caller.leg_id} json"))
        assert "variable_total_loops" not in leg, f"music goes on, taken back after {after} s"


def test_a_caller_sent_to_another_queue_waits_again_and_the_agent_is_free(line: SwitchUnderTest) -> None:
    line.registered_phone("1001", answer_after=0.2)
    line.registered_phone("1002", answer_after=0.2)
    caller = line.queued_caller()
    first = line.offer(caller.leg_id, "1001")
    bridged(line, caller, first)
    entry = QueueEntry(tenant="acme", queue_id=8, priority=5, max_wait_seconds=60, language="zh")
    line.switch.send_to_queue(caller.leg_id, entry)
    line.log.wait(facts.LegHungUp, leg_id=first.offer_id)
    again = line.log.wait(facts.LegQueued, queue_id=8)
    assert (again.leg_id, again.priority, again.tenant) == (caller.leg_id, 5, "acme")
    assert again.arrived_at == caller.arrived_at
    assert again.queued_at > caller.queued_at
    second = line.offer(caller.leg_id, "1002")
    line.log.wait(facts.LegsBridged, offer_id=second.offer_id)
    line.switch.hang_up(second.offer_id)
    line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)


def test_a_caller_can_keep_the_place_in_the_line(line: SwitchUnderTest) -> None:
    caller = line.queued_caller()
    since = caller.queued_at - timedelta(seconds=40)
    entry = QueueEntry(
        tenant="acme", queue_id=7, priority=0, max_wait_seconds=600, language="en", queued_at=since
    )
    line.switch.send_to_queue(caller.leg_id, entry)
    again = wait_until(lambda: line.log.all(facts.LegQueued, leg_id=caller.leg_id)[1:])[0]
    assert again.queued_at == since


def test_the_switch_lists_who_waits_and_who_talks(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.2)
    talking, waiting = line.queued_caller(number="13800000001"), line.queued_caller(number="13800000002")
    offer = line.offer(talking.leg_id)
    bridged(line, talking, offer)
    legs = {leg.leg_id: leg for leg in line.switch.live_legs()}
    assert set(legs) == {talking.leg_id, waiting.leg_id, offer.offer_id}
    one, agent, other = legs[talking.leg_id], legs[offer.offer_id], legs[waiting.leg_id]
    assert (one.tenant, one.bridged_leg_id, one.is_waiting, one.queue_id) == (
        "acme",
        offer.offer_id,
        False,
        7,
    )
    assert (agent.offer_id, agent.call_id, agent.agent_id) == (offer.offer_id, talking.leg_id, 11)
    assert (agent.bridged_leg_id, agent.dialled) == (talking.leg_id, "1001")
    assert (other.tenant, other.is_waiting, other.bridged_leg_id) == ("acme", True, None)
    assert (other.queued_at, other.caller_number) == (waiting.queued_at, "13800000002")
    assert other.dialled == "+862155500001"


def test_the_switch_lists_the_registered_phones(line: SwitchUnderTest) -> None:
    line.registered_phone("1004")
    wait_until(lambda: [phone for phone in line.switch.registrations() if phone.username == "1004"])
    phone = next(phone for phone in line.switch.registrations() if phone.username == "1004")
    assert phone.domain == "acme.localhost"


def test_a_phone_with_a_wrong_password_is_refused(line: SwitchUnderTest) -> None:
    line.web.phones[("1005", "acme.localhost")] = line.web_phone("1005")
    assert not line.register("1005", "acme.localhost", "wrong")
    assert not line.register("1006", "acme.localhost", "phone-secret")
    assert not line.register("1005", "globex.localhost", "phone-secret")
    assert line.log.all(facts.DeviceRegistered) == []
    assert line.register("1005", "acme.localhost", "phone-secret")
    line.log.wait(facts.DeviceRegistered, username="1005")


def test_commands_for_a_leg_that_is_gone_are_refused_with_a_reason(line: SwitchUnderTest) -> None:
    caller = line.queued_caller()
    line.switch.hang_up(caller.leg_id)
    wait_until(lambda: not line.switch.exists(caller.leg_id))
    with pytest.raises(SwitchRefused):
        line.switch.hang_up(caller.leg_id)
    with pytest.raises(SwitchRefused):
        line.switch.hold(caller.leg_id)
    with pytest.raises(SwitchRefused):
        line.switch.answer(caller.leg_id)
