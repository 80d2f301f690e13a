"""The worker when the switch, the database, a fact, a timer or itself fails: nobody is lost, nothing stays behind."""

import pytest

from telephony.models import Offer
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


def test_a_worker_that_comes_back_keeps_ringing_offers_and_places_in_line(office):
    agent = office.floor.agent()
    office.settle()
    ringing = office.caller(number="+8613800000001")
    office.pass_seconds(1)
    waiting = []
    for number in range(3):
        waiting.append(office.caller(number=f"+861380000001{number}"))
        office.pass_seconds(1)
    offer = office.ringing()
    office.switch.all_told()
    office.pass_seconds(3)
    office.start()
    assert office.ringing().pk == offer.pk
    assert [stay for stay in map(office.floor.stay, waiting) if stay.left_at] == []
    offered = []
    for _agent in range(2):
        other = office.floor.agent()
        office.settle()
        with office.floor.inside():
            offered.append(Offer.objects.get(agent=other).call_id)
    assert offered == waiting[:2]
    office.switch.pick_up(offer.pk)
    office.settle()
    assert office.floor.call(ringing).agent_id == agent.pk


def test_a_restarted_switch_frees_agents_and_closes_its_calls(office):
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    waiting = office.caller(number="+8613800000002")
    office.pass_seconds(20)
    office.switch.restart()
    office.switch.connect()
    office.settle()
    assert office.floor.call(call_id).state == "ended"
    assert office.floor.call(call_id).exit == "answered"
    assert office.floor.call(waiting).exit == "lost"
    assert office.floor.again(agent).activity == "wrap_up"
    assert office.floor.again(agent).routing_status == "not_ready"


def test_one_bad_fact_does_not_stop_the_others(office, monkeypatch):
    from telephony import actions

    whole = actions.queue_call

    def broken(**known):
        if known["caller_number"] == "+8613800000001":
            raise ZeroDivisionError
        return whole(**known)

    monkeypatch.setattr(actions, "queue_call", broken)
    office.caller(number="+8613800000001")
    second = office.caller(number="+8613800000002")
    assert office.signs.failures == 1
    assert office.floor.call(second).state == "waiting"


def test_facts_wait_while_the_database_is_away_and_nothing_is_lost(office, monkeypatch):
    from types import SimpleNamespace

    from django.db import OperationalError

    from telephony import actions

    whole, left = actions.queue_call, [3]

    def away_for_a_while(**known):
        if left[0]:
            left[0] -= 1
            raise OperationalError("the server closed the connection")
        return whole(**known)

    monkeypatch.setattr(actions, "queue_call", away_for_a_while)
    monkeypatch.setattr(
        "telephony.worker.loop.connection", SimpleNamespace(close=lambda: None, in_atomic_block=True)
    )
    monkeypatch.setattr("telephony.worker.loop.time.sleep", lambda seconds: None)
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    assert left == [0]
    assert office.ringing().call_id == call_id
    assert office.ringing().agent_id == agent.pk
    assert office.signs.failures == 0


def test_a_database_that_goes_while_one_asks_whose_a_call_is_costs_nobody_anything(office, monkeypatch):
    from types import SimpleNamespace

    from django.db import OperationalError

    from tenants import queries

    whole, left = queries.tenant_of_number, [4]

    def away_for_a_while(*asked):
        if left[0]:
            left[0] -= 1
            raise OperationalError("the connection is lost")
        return whole(*asked)

    monkeypatch.setattr(queries, "tenant_of_number", away_for_a_while)
    monkeypatch.setattr(
        "telephony.worker.loop.connection", SimpleNamespace(close=lambda: None, in_atomic_block=True)
    )
    monkeypatch.setattr("telephony.worker.loop.time.sleep", lambda seconds: None)
    first, second = office.caller(number="+8613800000001"), office.caller(number="+8613800000002")
    assert left == [0]
    assert [office.floor.call(call_id).state for call_id in (first, second)] == ["waiting", "waiting"]
    assert office.signs.failures == 0


def test_a_worker_without_the_lease_acts_on_nothing(office):
    agent = office.floor.agent()
    office.settle()
    office.worker._lease.is_held = False
    call_id = office.switch.caller_dials(
        office.floor.tenant.schema_name, office.floor.number, office.floor.queue.pk
    )
    for fact in office.switch.all_told():
        office.inbox.put_fact(fact)
    beats = len(office.switch.beats)
    for _turn in range(5):
        office.worker.turn(most=0)
    assert office.floor.again(agent).activity == "idle"
    assert office.switch.exists(call_id)
    assert len(office.switch.beats) == beats


def test_an_offer_whose_end_nobody_told_is_ended_by_the_clock(office):
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    offer = office.ringing()
    del office.switch.legs[offer.pk]
    office.pass_seconds(24)
    assert office.floor.again(offer).outcome == "missed"
    assert office.floor.call(call_id).state == "waiting"
    office.pass_seconds(6)
    assert office.ringing().agent_id == agent.pk
