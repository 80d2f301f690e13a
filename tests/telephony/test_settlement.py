"""The switch's record is the last truth, it makes a call by itself, and it is charged once."""

from dataclasses import asdict, replace
from datetime import timedelta
from uuid import uuid4

import pytest

from telephony import actions
from telephony.cells.models import SwitchNode
from telephony.facts import Direction, HungUpBy, LegSettled
from telephony.models import Agent, Call, Leg, Offer
from tests.telephony.office import Office


@pytest.fixture
def charged(monkeypatch) -> list[dict]:
    charges: list[dict] = []
    monkeypatch.setattr(
        "telephony.actions.settlement.charge_all", lambda legs: charges.extend(asdict(leg) for leg in legs)
    )
    return charges


def record_of(floor, leg_id, **known) -> LegSettled:
    start = known.pop("created_at", floor.now)
    values = {
        "node": "main-1",
        "at": floor.now,
        "tenant": floor.tenant.schema_name,
        "leg_id": leg_id,
        "direction": Direction.INBOUND,
        "dialled": floor.number,
        "caller_number": "13812342211",
        "caller_name": "Wang",
        "call_id": None,
        "agent_id": None,
        "queue_id": floor.queue.pk,
        "created_at": start,
        "answered_at": start,
        "bridged_at": None,
        "ended_at": start + timedelta(seconds=65),
        "billable_seconds": 65,
        "cause": "NORMAL_CLEARING",
    }
    return LegSettled(**(values | known))


def settle(floor, record, times: int = 1) -> None:
    with floor.inside():
        for _time in range(times):
            actions.settle_leg(record=record, at=floor.now)


def test_a_record_alone_makes_a_whole_call(floor, charged):
    agent = floor.agent()
    caller, talk = uuid4(), uuid4()
    start = floor.now
    bridged = start + timedelta(seconds=5)
    settle(floor, record_of(floor, caller, bridged_at=bridged, other_leg_id=talk))
    settle(
        floor,
        record_of(
            floor,
            talk,
            offer_id=talk,
            call_id=caller,
            agent_id=agent.pk,
            direction=Direction.OUTBOUND,
            created_at=start,
            bridged_at=bridged,
            other_leg_id=caller,
        ),
    )
    call = floor.call(caller)
    assert (call.exit, call.state, call.agent_id) == ("answered", "ended", agent.pk)
    assert (call.caller_number, call.talk_seconds) == ("+8613812342211", 60)
    assert call.ended_at == start + timedelta(seconds=65)
    assert [charge["leg_id"] for charge in charged] == [caller]
    assert charged[0]["billable_seconds"] == 65


def test_a_record_corrects_what_events_said_and_is_charged_once(floor, charged):
    call_id, _offer = floor.talk(floor.agent(), seconds=60)
    floor.switch.end(call_id)
    floor.listen()
    heard = floor.call(call_id)
    later = heard.ended_at + timedelta(milliseconds=340)
    settle(
        floor,
        record_of(floor, call_id, created_at=heard.arrived_at, ended_at=later, billable_seconds=65),
        times=3,
    )
    call = floor.call(call_id)
    assert call.ended_at == later
    assert call.exit == "answered"
    with floor.inside():
        assert Call.objects.count() == 1
        assert Leg.objects.get(pk=call_id).billable_seconds == 65
    assert len(charged) == 1


def test_an_agents_phone_is_not_charged(floor, charged):
    _call_id, offer = floor.talk(floor.agent())
    floor.switch.end(offer.pk)
    floor.listen()
    settle(floor, record_of(floor, offer.pk, offer_id=offer.pk, direction=Direction.OUTBOUND))
    assert charged == []


def test_a_leg_lost_with_the_switch_is_charged_as_an_estimate_and_its_record_corrects_it(
    floor, charged, at_once
):
    office = Office(floor)
    call_id = office.caller()
    start = floor.call(call_id).arrived_at
    office.pass_seconds(30)
    SwitchNode.objects.update(last_seen_at=floor.now)
    office.pass_seconds(600)
    office.switch.restart()
    office.switch.connect()
    office.settle()
    assert floor.call(call_id).exit == "lost"
    settle(floor, record_of(floor, call_id, created_at=start, ended_at=start + timedelta(seconds=12)))
    call = floor.call(call_id)
    assert (call.exit, call.ended_at) == ("abandoned", start + timedelta(seconds=12))
    with floor.inside():
        assert Leg.objects.get(pk=call_id).is_estimated is False
    told = [(charge["leg_id"], charge["is_estimated"], charge["billable_seconds"]) for charge in charged]
    assert told == [(call_id, True, 30), (call_id, False, 65)]


def test_a_restart_is_taken_for_one_also_when_its_word_comes_late(floor, charged, at_once):
    """The worker asks to compare anew as the switch dies, and finds the new run connected before it has heard of it."""
    office = Office(floor)
    call_id = office.caller()
    start = floor.call(call_id).arrived_at
    office.pass_seconds(30)
    SwitchNode.objects.update(last_seen_at=floor.now)
    office.switch.connect()
    office.switch.is_connected = False
    office.settle()
    office.pass_seconds(600)
    office.switch.restart()
    office.switch.is_connected = True
    office.settle()
    office.switch.connect()
    office.settle()
    assert floor.call(call_id).exit == "lost"
    assert floor.call(call_id).ended_at == start + timedelta(seconds=30)
    told = [(charge["leg_id"], charge["is_estimated"], charge["billable_seconds"]) for charge in charged]
    assert told == [(call_id, True, 30)]


def test_a_restart_is_known_to_whoever_takes_over_from_a_worker_that_died_comparing(floor, charged, at_once):
    office = Office(floor)
    call_id = office.caller()
    office.pass_seconds(30)
    SwitchNode.objects.update(last_seen_at=floor.now)
    office.switch.restart()
    office.switch.glimpses = _dies
    office.switch.connect()
    with pytest.raises(SystemExit):
        office.settle()
    del office.switch.glimpses
    office.switch.all_told()
    office.pass_seconds(600)
    office.start()
    assert floor.call(call_id).exit == "lost"
    told = [(charge["leg_id"], charge["is_estimated"], charge["billable_seconds"]) for charge in charged]
    assert told == [(call_id, True, 30)]


def _dies() -> None:
    raise SystemExit


def test_the_announcement_of_a_stay_adopts_the_one_known_from_the_record(floor, charged):
    call_id = floor.switch.caller_dials("acme", floor.number, floor.queue.pk)
    floor.clock.pass_seconds(10)
    floor.switch.end(call_id)
    told = floor.switch.all_told()
    settle(floor, record_of(floor, call_id, created_at=floor.now - timedelta(seconds=10)))
    for fact in told:
        floor.ingest.take(fact)
    with floor.inside():
        stay = Call.objects.get(pk=call_id).stays.get()
    assert (stay.is_estimated, stay.exit) == (False, "abandoned")


def test_an_offer_that_is_no_ones_stays_out_of_the_way(floor, charged):
    lonely = uuid4()
    settle(floor, record_of(floor, lonely, offer_id=lonely, direction=Direction.OUTBOUND, agent_id=4711))
    with floor.inside():
        assert not Offer.objects.exists()
        assert not Agent.objects.exists()
        assert Leg.objects.get(pk=lonely).call_id is None


def test_the_charge_and_the_settlement_are_one_transaction(floor, monkeypatch):
    call_id = floor.caller()

    def broken(legs):
        raise RuntimeError

    monkeypatch.setattr("telephony.actions.settlement.charge_all", broken)
    with pytest.raises(RuntimeError):
        settle(floor, record_of(floor, call_id))
    with floor.inside():
        assert Leg.objects.get(pk=call_id).settled_at is None


def test_the_node_is_the_records(floor, charged):
    call_id = floor.caller()
    settle(floor, replace(record_of(floor, call_id), node="main-2"))
    with floor.inside():
        assert Leg.objects.get(pk=call_id).node == "main-2"


@pytest.mark.parametrize(
    ("by", "wanted"), [(HungUpBy.PARTY, Call.EndedBy.CALLER), (HungUpBy.SWITCH, Call.EndedBy.SYSTEM)]
)
def test_who_hung_up_is_known_when_the_record_is_read_before_its_event(floor, charged, by, wanted):
    call_id = floor.caller()
    settle(floor, record_of(floor, call_id, ended_at=floor.now + timedelta(seconds=9), by=by))
    floor.clock.pass_seconds(9)
    floor.switch.hang_up(call_id)
    floor.listen()
    assert floor.call(call_id).ended_by == wanted


def test_a_leg_to_the_outside_is_billed_by_the_number_it_dialled(floor, charged):
    record = record_of(
        floor, uuid4(), direction=Direction.OUTBOUND, dialled="+442079460958", caller_number=floor.number
    )
    settle(floor, record)
    (charge,) = charged
    assert (charge["direction"], charge["number"], charge["other_number"]) == (
        "outbound",
        floor.number,
        "+442079460958",
    )


def test_a_leg_that_only_we_lost_waits_for_its_record_with_the_charge(floor, charged, at_once):
    office = Office(floor)
    call_id = office.caller()
    office.pass_seconds(30)
    del office.switch.legs[call_id]
    office.switch.connect()
    office.settle()
    assert floor.call(call_id).state == "ended"
    assert charged == []
