"""Every leg leaves its record on the switch's disk, whether or not anybody listened."""

from __future__ import annotations

from uuid import UUID

from telephony import facts
from telephony.freeswitch.cdr import settle
from telephony.freeswitch.translate import Source
from tests.contract.driver import NODE, SwitchUnderTest, wait_until
from tests.contract.test_offers import bridged
from tests.contract.test_waiting import route, speaks_and_leaves


def record_of(line: SwitchUnderTest, leg_id: UUID) -> list[facts.Fact]:
    path = wait_until(
        lambda: list(line.settings.spool_dir.glob(f"*{leg_id}.cdr.json")), why="no record on disk"
    )
    assert len(path) == 1
    told = settle(path[0].read_bytes(), Source(NODE, str(line.settings.recordings_dir)))
    return [fact for fact in told if not isinstance(fact, facts.LegMeasured)]


def test_each_leg_leaves_one_record_before_its_end_is_told(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.3, hang_up_after=2)
    caller = line.queued_caller(number="13900003333", name="Li Lei")
    offer = line.offer(caller.leg_id)
    joined = bridged(line, caller, offer)
    line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    ended = line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    [mine] = record_of(line, caller.leg_id)
    assert (mine.tenant, mine.direction, mine.dialled) == ("acme", "inbound", "+862155500001")
    assert (mine.caller_number, mine.caller_name) == ("13900003333", "Li Lei")
    assert (mine.queue_id, mine.cause, mine.offer_id) == (7, "NORMAL_CLEARING", None)
    assert mine.created_at == ended.created_at
    assert mine.answered_at == ended.answered_at
    assert abs((mine.bridged_at - joined.at).total_seconds()) < 0.1
    assert abs((mine.ended_at - ended.ended_at).total_seconds()) < 0.1
    assert abs(mine.billable_seconds - (mine.ended_at - mine.answered_at).total_seconds()) <= 1
    [agents] = record_of(line, offer.offer_id)
    assert (agents.tenant, agents.direction, agents.offer_id) == ("acme", "outbound", offer.offer_id)
    assert (agents.call_id, agents.agent_id, agents.dialled) == (caller.leg_id, 11, "1001")
    assert 1 <= agents.billable_seconds <= 3


def test_an_abandoned_wait_has_a_record_without_a_bridge(line: SwitchUnderTest) -> None:
    caller = line.queued_caller(hang_up_after=1.5)
    line.log.wait(facts.LegHungUp, leg_id=caller.leg_id)
    [record] = record_of(line, caller.leg_id)
    assert (record.tenant, record.bridged_at, record.queue_id) == ("acme", None, 7)
    assert 1 <= record.billable_seconds <= 2


def test_an_unanswered_offer_has_a_record_that_costs_nothing(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=None)
    caller = line.queued_caller()
    offer = line.offer(caller.leg_id, timeout_seconds=1)
    line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    [record] = record_of(line, offer.offer_id)
    assert (record.answered_at, record.billable_seconds, record.cause) == (None, 0, "NO_ANSWER")


def test_a_message_is_told_by_the_record_too(line: SwitchUnderTest) -> None:
    route(line, treatment="closed")
    line.call(number="13800000009")
    leg_id = line.log.wait(facts.LegCreated, caller_number="13800000009").leg_id
    speaks_and_leaves(line, leg_id)
    told = line.log.wait(facts.VoicemailLeft, 20)
    line.log.wait(facts.LegHungUp, leg_id=told.leg_id)
    message, leg = record_of(line, told.leg_id)
    assert isinstance(message, facts.VoicemailLeft)
    assert (message.path, message.seconds, message.queue_id) == (told.path, told.seconds, 7)
    assert leg.leg_id == told.leg_id


def test_numbers_of_nobody_are_told_so_and_cost_nothing(line: SwitchUnderTest) -> None:
    """Another cell's, no number at all, and what would be code if anybody expanded it."""
    dialled = {"13800000004": "+8699999999", "13800000005": "0", "13800000006": "${system}"}
    for number, called in dialled.items():
        line.call(called, number=number)
    for number, called in dialled.items():
        created = line.log.wait(facts.LegCreated, caller_number=number)
        ended = line.log.wait(facts.LegHungUp, 20, leg_id=created.leg_id)
        assert (ended.tenant, ended.cause, ended.answered_at) == ("", "UNALLOCATED_NUMBER", None)
        [record] = record_of(line, created.leg_id)
        assert (record.tenant, record.billable_seconds) == ("", 0)
        assert record.dialled == called or number == "13800000006"
    assert line.log.all(facts.LegQueued) == []
