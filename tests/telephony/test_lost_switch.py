"""A switch that dies: when its calls ended, what is charged for them, and how much work it is to end them all."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony.actions import resync
from telephony.models import Device, Difference, Leg, Offer
from telephony.switch import CommandTimedOut
from telephony.worker.deaths import Deaths
from telephony.worker.neighbours import Neighbours
from telephony.worker.nodes import SwitchNodes
from tenants.billing.models import Charge
from tenants.events import in_one_breath
from tenants.realtime import publishing_together
from tests.fakes.switch import FakeSwitch
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


def charged() -> list[tuple]:
    return list(Charge.objects.values_list("leg_id", "is_estimated", "billable_seconds"))


def test_calls_end_when_the_switch_closed_its_connection_not_at_its_last_beat_nor_its_return(
    office, other_floor
):
    call_id = office.caller()
    begun = office.floor.call(call_id).arrived_at
    office.pass_seconds(7)
    office.switch.disconnect()
    office.settle()
    office.pass_seconds(90)
    office.switch.restart()
    office.switch.connect()
    office.settle()
    call = office.floor.call(call_id)
    assert (call.exit, call.ended_at) == ("lost", begun + timedelta(seconds=7))
    assert charged() == [(call_id, True, 7)]
    with other_floor.inside():
        assert not Leg.objects.exists()


def test_a_connection_lost_while_the_switch_lives_on_ends_nothing(office):
    call_id = office.caller()
    office.switch.disconnect()
    office.settle()
    office.pass_seconds(90)
    office.switch.connect()
    office.settle()
    assert office.floor.call(call_id).state == "waiting"
    assert charged() == []


def test_losing_many_calls_takes_no_more_questions_than_losing_few(office):
    for _agent in range(3):
        office.floor.agent()
    office.settle()
    calls = [office.caller(number=f"+861380000{number:04d}") for number in range(16)]
    with office.floor.inside():
        ringing = list(Offer.objects.values_list("pk", flat=True))
    for offer_id in ringing:
        office.switch.pick_up(offer_id)
    office.pass_seconds(20)
    few, many = _lose(office, calls[:2]), _lose(office, calls[2:])
    # Twenty-eight legs instead of four. Which rows the calls that talk have may differ by a few questions.
    assert many <= few + 6
    assert {office.floor.call(call_id).exit for call_id in calls} == {"lost", "answered"}
    assert sorted(charged()) == sorted((call_id, True, 20) for call_id in calls)


def _lose(office: Office, calls: list) -> int:
    """The calls with their agents' legs, as the worker does it; how many questions it took before browsers are told."""
    with (
        publishing_together(),
        in_one_breath(),
        office.floor.inside(),
        CaptureQueriesContext(connection) as asked,
    ):
        legs = list(Leg.objects.filter(call_id__in=calls).order_by("pk").values_list("pk", flat=True))
        resync.lose_with_switch(leg_ids=legs, offer_ids=[], node="main-1", at=office.floor.now)
    return len(asked)


# --- agents and phones of a switch that is not back yet


@pytest.fixture
def talk(office):
    """(agent, call) of a talk that has gone on for twelve seconds."""
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    office.pass_seconds(3)
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    office.pass_seconds(12)
    assert office.floor.again(agent).activity == "talking"
    return agent, call_id


def die(switch: FakeSwitch) -> None:
    """kill -9, and it is not started again: nothing listens where it listened."""
    switch.disconnect()
    switch.legs.clear()
    switch.phones.clear()
    switch.died_at = switch.clock()


def phones(floor) -> list[bool]:
    with floor.inside():
        return [device.is_registered for device in Device.objects.all()]


def test_a_switch_that_died_and_stays_away_holds_no_agent_and_no_phone(office, talk, other_floor):
    agent, call_id = talk
    theirs = other_floor.agent()
    type(other_floor.tenant).objects.filter(pk=other_floor.tenant.pk).update(cell="elsewhere")
    waiting = office.caller(number="+8613800000002")
    died_at = office.floor.now
    die(office.switch)
    office.settle()
    office.pass_seconds(3)
    told = office.floor.again(agent)
    assert (told.activity, told.routing_status, told.presence) == ("wrap_up", "not_ready", "online")
    ended = {call_id: "answered", waiting: "lost"}
    for one, how in ended.items():
        call = office.floor.call(one)
        assert (call.exit, call.ended_at) == (how, died_at)
    assert phones(office.floor) == [False]
    assert sorted(seconds for _leg, _guess, seconds in charged()) == [15]
    with office.floor.inside():
        assert told.state_changes.latest("pk").cause == "system:switch_died"
        assert set(Difference.objects.values_list("cause", flat=True)) == {"switch_died"}
    assert phones(other_floor) == [True], "globex lives in another cell"
    assert other_floor.again(theirs).can_take_calls


def test_a_road_that_is_cut_ends_nothing_while_nobody_knows_better(office, talk):
    agent, call_id = talk
    office.switch.disconnect()
    office.settle()
    office.pass_seconds(60)
    assert office.floor.again(agent).activity == "talking"
    assert (office.floor.call(call_id).state, phones(office.floor)) == ("talking", [True])


def test_what_a_dead_run_left_ends_before_the_new_one_can_be_asked(office, talk, monkeypatch):
    """A machine busy with starting a switch lets it answer late."""
    agent, call_id = talk
    died_at = office.floor.now
    office.switch.disconnect()
    office.settle()
    office.pass_seconds(6)
    office.switch.restart()
    monkeypatch.setattr(office.switch, "glimpses", _does_not_answer)
    office.switch.connect()
    office.settle()
    assert not office.worker.is_routing
    assert office.floor.again(agent).activity == "wrap_up"
    assert office.floor.call(call_id).ended_at == died_at
    assert phones(office.floor) == [True], "it may have registered again: the new run is asked"
    assert [seconds for _leg, _guess, seconds in charged()] == [15]


def _does_not_answer() -> list:
    raise CommandTimedOut


def test_callers_of_the_new_run_are_not_taken_for_the_old_ones(office, talk):
    office.switch.disconnect()
    office.settle()
    office.pass_seconds(4)
    office.switch.restart()
    office.switch.connect()
    call_id = office.switch.caller_dials(
        office.floor.tenant.schema_name, office.floor.number, office.floor.queue.pk, number="+8613800000009"
    )
    office.settle()
    assert office.floor.call(call_id).state == "waiting"


def test_a_switch_wrongly_taken_for_dead_gets_its_talks_back(office, talk):
    agent, call_id = talk
    office.switch.disconnect()
    office.switch.died_at = office.floor.now
    office.settle()
    assert office.floor.again(agent).activity == "wrap_up"
    office.pass_seconds(20)
    office.switch.connect()
    office.settle()
    assert office.floor.call(call_id).state == "talking"
    assert office.floor.again(agent).activity == "talking"
    assert phones(office.floor) == [True]
    office.switch.end(call_id)
    office.settle()
    assert office.floor.call(call_id).ended_at == office.floor.now


def test_a_death_is_mourned_once(office, talk):
    die(office.switch)
    office.settle()
    with CaptureQueriesContext(connection) as asked:
        office.worker.turn(most=0)
    assert [one["sql"] for one in asked if "telephony_leg" in one["sql"]] == []


def test_of_two_switches_one_dies_and_the_talks_of_the_other_go_on(office, talk):
    agent, call_id = talk
    lonely = FakeSwitch(node="main-2", clock=office.switch.clock)
    nodes = SwitchNodes({"main-1": office.switch, "main-2": lonely})
    deaths = Deaths(nodes, Neighbours(), clock=office.worker.clock, keep_alive=lambda: None)
    die(lonely)
    deaths.look("main")
    assert office.floor.again(agent).activity == "talking"
    assert phones(office.floor) == [True]
    lonely.died_at = None
    die(office.switch)
    deaths.look("main")
    assert office.floor.again(agent).activity == "wrap_up"
    assert office.floor.call(call_id).exit == "answered"
