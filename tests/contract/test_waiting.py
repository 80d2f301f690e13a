"""Callers are safe in the switch's own waiting loop: with a router, without one, and past their time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from telephony import facts
from telephony.freeswitch.snapshot import write_numbers
from tests.contract.driver import HOT_LINE, SwitchUnderTest, loudness, seconds_of, wait_until
from tests.contract.web import Route


def route(line: SwitchUnderTest, **changes: object) -> None:
    line.web.routes[HOT_LINE] = Route(**{"tenant": "acme", "number": HOT_LINE, "queue_id": 7} | changes)


def speaks_and_leaves(line: SwitchUnderTest, leg_id: UUID) -> None:
    """A message of a second and a half."""
    recording = lambda: "record" in line.api(f"uuid_getvar {leg_id} current_application")  # noqa: E731
    wait_until(recording, 20, "no message was taken")
    time.sleep(1.5)
    line.switch.hang_up(leg_id)


def test_a_caller_waits_round_after_round_while_the_router_lives_and_uses_up_no_hops(
    line: SwitchUnderTest,
) -> None:
    caller, last_hop = line.queued_caller(number="13800000001"), line.queued_caller(number="13800000002")
    line.api(f"uuid_setvar {last_hop.leg_id} max_forwards 2")
    time.sleep(5.5)
    for one in (caller, last_hop):
        assert line.switch.exists(one.leg_id)
        assert len(line.log.all(facts.LegQueued, leg_id=one.leg_id)) == 1
        forms = [form for section, form in line.web.asked if section == "dialplan"]
        asked = [form["Hunt-Destination-Number"] for form in forms if form["Unique-ID"] == str(one.leg_id)]
        assert asked == [one.dialled, "announce"]
    assert line.log.all(facts.WaitFellBack) == []


def test_a_caller_who_leaves_a_message_is_not_taken_by_a_late_offer(line: SwitchUnderTest) -> None:
    line.registered_phone(answer_after=0.3)
    line.stop_beating()
    line.api("hash delete/cc/router_alive")
    caller = line.queued_caller()
    started = wait_until(lambda: "record" in line.api(f"uuid_getvar {caller.leg_id} current_application"), 15)
    assert started
    [listed] = line.switch.live_legs()
    assert (listed.has_fallen_back, listed.is_waiting) == (True, False)
    offer = line.offer(caller.leg_id)
    ended = line.log.wait(facts.LegHungUp, leg_id=offer.offer_id)
    assert ended.answered_at is not None
    time.sleep(0.5)
    assert line.switch.exists(caller.leg_id)
    assert line.log.all(facts.LegsBridged) == line.log.all(facts.RecordingStarted) == []


def test_a_stale_heartbeat_sends_the_caller_to_voicemail(line: SwitchUnderTest) -> None:
    line.stop_beating()
    line.api(f"hash insert/cc/router_alive/{int(time.time()) - 12}")
    caller = line.queued_caller()
    fell = line.log.wait(facts.WaitFellBack, leg_id=caller.leg_id)
    assert (fell.tenant, fell.queue_id, fell.reason) == ("acme", 7, "no_router")
    assert 2 <= (fell.at - caller.queued_at).total_seconds() < 6


def test_a_beat_is_stamped_by_the_switchs_own_clock_whatever_ours_says(line: SwitchUnderTest) -> None:
    line.stop_beating()
    line.switch.beat(datetime.now(UTC) - timedelta(hours=1))
    beaten = int(line.api("hash select/cc/router_alive"))
    assert abs(beaten - time.time()) < 60


def test_a_missing_heartbeat_sends_the_caller_to_voicemail_at_once(line: SwitchUnderTest) -> None:
    line.stop_beating()
    line.api("hash delete/cc/router_alive")
    caller = line.queued_caller()
    fell = line.log.wait(facts.WaitFellBack, leg_id=caller.leg_id)
    assert fell.reason == "no_router"
    assert (fell.at - caller.queued_at).total_seconds() < 2


def test_a_broken_heartbeat_sends_the_caller_to_voicemail(line: SwitchUnderTest) -> None:
    line.stop_beating()
    line.api("hash insert/cc/router_alive/never")
    caller = line.queued_caller()
    assert line.log.wait(facts.WaitFellBack, leg_id=caller.leg_id).reason == "no_router"


def test_who_waits_too_long_leaves_a_message(line: SwitchUnderTest) -> None:
    route(line, max_wait_seconds=2)
    caller = line.queued_caller()
    fell = line.log.wait(facts.WaitFellBack, leg_id=caller.leg_id)
    assert fell.reason == "max_wait"
    assert 2 <= (fell.at - caller.queued_at).total_seconds() < 4.5
    speaks_and_leaves(line, caller.leg_id)
    left = line.log.wait(facts.VoicemailLeft, leg_id=caller.leg_id)
    assert (left.tenant, left.queue_id, left.caller_number) == ("acme", 7, caller.caller_number)
    assert left.path == f"acme/voicemail/{caller.leg_id}.wav"
    path = line.settings.recordings_dir / left.path
    assert abs(seconds_of(path) - left.seconds) < 0.5
    assert left.seconds > 1
    assert loudness(path)[0] > 0.01
    assert line.log.all(facts.RecordingStopped) == []


def test_a_closed_queue_takes_a_message_in_the_tenants_language(line: SwitchUnderTest) -> None:
    route(line, treatment="closed", language="zh")
    line.call(number="13800000003")
    fell = line.log.wait(facts.WaitFellBack)
    assert (fell.tenant, fell.queue_id, fell.reason) == ("acme", 7, "closed")
    assert line.log.all(facts.LegQueued) == []


def test_a_recorded_queue_says_so_before_the_wait_begins(line: SwitchUnderTest) -> None:
    route(line, is_recorded=True)
    caller = line.queued_caller()
    assert 3 < (caller.queued_at - caller.arrived_at).total_seconds() < 7


def test_callers_of_a_suspended_tenant_hear_a_notice(line: SwitchUnderTest) -> None:
    route(line, treatment="suspended")
    line.call(number="13800000005")
    created = line.log.wait(facts.LegCreated, caller_number="13800000005")
    ended = line.log.wait(facts.LegHungUp, 15, leg_id=created.leg_id)
    assert (ended.tenant, ended.cause) == ("acme", "NORMAL_CLEARING")
    assert 3 < (ended.ended_at - ended.created_at).total_seconds() < 9
    assert line.log.all(facts.LegQueued) == []


def test_a_call_finds_its_queue_while_our_web_is_broken(line: SwitchUnderTest) -> None:
    conf = line.directory / "conf"
    write_numbers(conf, [("+862155500009", Route(tenant="acme", number="+862155500009", queue_id=9))])
    line.web.is_broken = True
    line.call("+862155500009", number="13800000006")
    queued = line.log.wait(facts.LegQueued)
    assert (queued.tenant, queued.queue_id) == ("acme", 9)
    line.call("862155500009", number="13800000007")
    assert line.log.wait(facts.LegQueued, caller_number="13800000007").queue_id == 9
    write_numbers(conf, [])


def test_a_call_finds_its_queue_while_our_web_hangs(line: SwitchUnderTest) -> None:
    conf = line.directory / "conf"
    write_numbers(conf, [("+862155500009", Route(tenant="acme", number="+862155500009", queue_id=9))])
    line.web.delay_seconds = 5
    line.call("+862155500009", number="13800000008")
    queued = line.log.wait(facts.LegQueued)
    assert queued.queue_id == 9
    assert (queued.queued_at - queued.arrived_at).total_seconds() < 3
    write_numbers(conf, [])


def test_waiting_goes_on_while_our_web_is_broken(line: SwitchUnderTest) -> None:
    caller = line.queued_caller()
    line.web.is_broken = True
    time.sleep(3.5)
    wait_until(lambda: line.switch.exists(caller.leg_id))
    assert line.log.all(facts.WaitFellBack) == []
