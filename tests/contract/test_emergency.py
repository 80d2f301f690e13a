"""An emergency's other ways in, on the switch itself: the backup line, the message, and the drill's call."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from telephony import facts
from telephony.facts import Direction
from telephony.freeswitch import cdr
from telephony.freeswitch.snapshot import write_numbers
from telephony.freeswitch.test_call import arrival_of_test_call
from telephony.freeswitch.translate import Source
from tests.contract.driver import DOMAIN, HOT_LINE, NODE, SwitchUnderTest, wait_until
from tests.contract.web import Route

BACKUP = "+8613900001111"
OUTSIDE = Route(tenant="acme", number=HOT_LINE, queue_id=None, treatment="backup", backup_number=BACKUP)
MESSAGE = Route(tenant="acme", number=HOT_LINE, queue_id=None, treatment="emergency_message")


def records_of(line: SwitchUnderTest, *leg_ids: object) -> dict[object, facts.LegSettled]:
    """The call records of these legs, once all are on disk."""
    source = Source(NODE, str(line.settings.recordings_dir))

    def written() -> dict[object, facts.LegSettled] | None:
        found = {}
        for path in line.settings.spool_dir.glob("*.json"):
            for fact in cdr.settle(path.read_bytes(), source):
                if isinstance(fact, facts.LegSettled) and fact.leg_id in leg_ids:
                    found[fact.leg_id] = fact
        return found if len(found) == len(leg_ids) else None

    return wait_until(written, 15, "a call record is missing")


def outgoing(line: SwitchUnderTest) -> facts.LegCreated:
    return line.log.wait(facts.LegCreated, 15, direction=Direction.OUTBOUND)


def test_a_caller_is_sent_out_to_the_backup_line_and_both_legs_leave_a_record(line: SwitchUnderTest) -> None:
    line.web.routes[HOT_LINE] = OUTSIDE
    line.carrier(answer_after=0.3)
    line.call(number="13800001111", hang_up_after=1)
    out = outgoing(line)
    caller = line.log.wait(facts.LegCreated, direction=Direction.INBOUND)
    assert (out.tenant, out.call_id, out.offer_id) == ("acme", caller.leg_id, None)
    assert out.dialled == "8613900001111"
    bridged = line.log.wait(facts.LegsBridged, 15)
    assert {bridged.leg_id, bridged.other_leg_id} == {caller.leg_id, out.leg_id}
    line.log.wait(facts.LegHungUp, 15, leg_id=out.leg_id)
    found = records_of(line, caller.leg_id, out.leg_id)
    ours, theirs = found[caller.leg_id], found[out.leg_id]
    assert (ours.tenant, ours.direction, ours.dialled) == ("acme", Direction.INBOUND, HOT_LINE)
    assert (theirs.tenant, theirs.direction, theirs.call_id) == ("acme", Direction.OUTBOUND, caller.leg_id)
    assert (theirs.dialled, theirs.caller_number) == ("8613900001111", HOT_LINE)
    assert ours.answered_at
    assert theirs.answered_at
    assert line.log.all(facts.LegQueued) == []


def test_the_caller_hears_the_message_when_nobody_takes_the_backup_line(line: SwitchUnderTest) -> None:
    line.web.routes[HOT_LINE] = OUTSIDE
    line.carrier(answer_after=None)
    line.call(number="13800001111")
    leg = line.log.wait(facts.LegCreated, direction=Direction.INBOUND)
    line.log.wait(facts.LegAnswered, 15, leg_id=leg.leg_id)
    wait_until(lambda: line.api(f"uuid_getvar {leg.leg_id} cc_place") == "emergency", 15)
    assert line.log.all(facts.LegsBridged) == []


def test_an_emergency_message_is_played_and_the_call_ended(line: SwitchUnderTest) -> None:
    line.web.routes[HOT_LINE] = MESSAGE
    line.call(number="13800001111")
    leg = line.log.wait(facts.LegCreated, direction=Direction.INBOUND)
    line.log.wait(facts.LegAnswered, 15, leg_id=leg.leg_id)
    ended = line.log.wait(facts.LegHungUp, 30, leg_id=leg.leg_id)
    assert (ended.cause, ended.by) == ("NORMAL_CLEARING", facts.HungUpBy.SWITCH)
    assert (ended.ended_at - ended.answered_at).total_seconds() > 6
    assert line.log.all(facts.LegQueued) == []


def test_the_emergency_holds_when_our_web_is_down(line: SwitchUnderTest) -> None:
    write_numbers(line.directory / "conf", [(HOT_LINE, OUTSIDE)])
    line.web.is_broken = True
    line.carrier(answer_after=0.2)
    line.call(number="13800001111", hang_up_after=1)
    assert outgoing(line).dialled == "8613900001111"
    line.log.wait(facts.LegsBridged, 15)


def test_a_drills_call_says_where_it_was_sent_and_rings_nobody(line: SwitchUnderTest) -> None:
    line.carrier(answer_after=0.2)
    line.registered_phone()
    known = {"host": "127.0.0.1", "event_port": line.settings.event_port, "password": line.settings.password}
    seen = []
    for route in (
        replace(OUTSIDE, queue_id=None),
        MESSAGE,
        Route(tenant="acme", number=HOT_LINE, queue_id=7),
    ):
        line.web.routes[HOT_LINE] = route
        seen.append(arrival_of_test_call(known, HOT_LINE, test_id=uuid4().hex, seconds=10))
    assert [(a.place, a.queue_id, a.backup_number) for a in seen if a] == [
        ("backup", None, "8613900001111"),
        ("emergency", None, ""),
        ("enter", 7, ""),
    ]
    wait_until(lambda: line.legs_alive() == 0, 15)
    told = [fact for fact in line.log.since_start() if isinstance(fact, facts.LegFact)]
    assert told == []
    source = Source(NODE, str(line.settings.recordings_dir))
    assert all(cdr.settle(path.read_bytes(), source) == [] for path in line.settings.spool_dir.glob("*.json")
               if b"cc_test" in path.read_bytes())  # fmt: skip
    assert line.api(f"sofia_contact 1001@{DOMAIN}") != ""
