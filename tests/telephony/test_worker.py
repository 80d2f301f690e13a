"""The worker with a switch in memory: from the first ring to ready again without a human hand."""

import pytest

from telephony import orders
from telephony.models import Agent, Offer
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


def test_a_call_goes_from_ring_to_ready_again_without_a_human_hand(office):
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    assert office.ringing().agent_id == agent.pk
    office.order(orders.Answer(agent_id=agent.pk, call_id=call_id))
    assert office.floor.call(call_id).state == "talking"
    office.pass_seconds(40)
    office.order(orders.HangUp(agent_id=agent.pk, call_id=call_id))
    call = office.floor.call(call_id)
    assert (call.exit, call.ended_by, call.talk_seconds) == ("answered", "agent", 40)
    assert office.floor.again(agent).activity == "wrap_up"
    office.pass_seconds(29)
    assert office.floor.again(agent).activity == "wrap_up"
    office.pass_seconds(1)
    assert office.floor.again(agent).can_take_calls
    assert office.signs.failures == 0


def test_callers_are_offered_in_the_order_they_came(office):
    first, second = office.caller(number="+8613800000001"), office.caller(number="+8613800000002")
    agent = office.floor.agent()
    office.settle()
    assert office.ringing().call_id == first
    office.switch.end(first)
    office.settle()
    assert office.ringing().call_id == second
    assert office.floor.again(agent).missed_offers == 0


def test_a_missed_offer_goes_to_the_next_agent_and_three_make_not_ready(office):
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    for _miss in range(3):
        office.switch.end(office.ringing().pk, cause="NO_ANSWER")
        office.settle()
        assert office.ringing() is None
        office.pass_seconds(5.1)
    again = office.floor.again(agent)
    assert (again.routing_status, again.activity) == ("not_ready", "idle")
    assert office.ringing() is None
    other = office.floor.agent()
    office.settle()
    assert office.ringing().agent_id == other.pk
    assert office.floor.call(call_id).state == "ringing"


def test_a_page_closed_while_no_worker_acted_is_signed_out_and_one_still_open_is_not(office, other_floor):
    gone, there, by_key = (office.floor.agent(is_ready=False) for _agent in range(3))
    for agent in (gone, there):
        office.order(orders.PageOpened(agent_id=agent.pk, page="p1"))
    office.order(orders.SignIn(agent_id=by_key.pk))
    theirs = other_floor.agent()
    # Nobody acts: what pages tell now is heard by nobody.
    office.floor.clock.pass_seconds(600)
    office.start()
    office.pass_seconds(20)
    office.order(orders.PageSeen(agent_id=there.pk, page="p1"))
    office.pass_seconds(30)
    shown = [office.floor.again(agent).presence for agent in (gone, there, by_key)]
    assert shown == ["offline", "online", "online"]
    assert other_floor.again(theirs).presence == "online"


def test_a_closed_page_signs_out_after_its_grace_and_a_reload_does_not(office):
    agent = office.floor.agent()
    office.order(orders.PageOpened(agent_id=agent.pk))
    office.order(orders.PageClosed(agent_id=agent.pk))
    office.pass_seconds(20)
    office.order(orders.PageOpened(agent_id=agent.pk))
    office.pass_seconds(30)
    assert office.floor.again(agent).presence == "online"
    office.order(orders.PageClosed(agent_id=agent.pk))
    office.pass_seconds(45)
    assert office.floor.again(agent).presence == Agent.Presence.OFFLINE


def test_of_two_pages_one_may_close_and_a_page_that_falls_silent_is_gone(office):
    agent = office.floor.agent()
    for page in ("first", "second"):
        office.order(orders.PageOpened(agent_id=agent.pk, page=page))
    office.order(orders.PageClosed(agent_id=agent.pk, page="first"))
    for _ in range(4):
        office.pass_seconds(15)
        office.order(orders.PageSeen(agent_id=agent.pk, page="second"))
    assert office.floor.again(agent).presence == Agent.Presence.ONLINE
    office.pass_seconds(45)
    assert office.floor.again(agent).presence == Agent.Presence.OFFLINE


def test_a_worker_that_takes_over_learns_of_the_pages_that_are_open(office):
    agent = office.floor.agent()
    office.order(orders.PageOpened(agent_id=agent.pk, page="first"))
    office.start()
    for page in ("first", "second"):
        office.order(orders.PageSeen(agent_id=agent.pk, page=page))
    office.order(orders.PageClosed(agent_id=agent.pk, page="second"))
    for _ in range(4):
        office.pass_seconds(15)
        office.order(orders.PageSeen(agent_id=agent.pk, page="first"))
    assert office.floor.again(agent).presence == Agent.Presence.ONLINE


def test_a_refused_order_is_told_to_the_agents_page_and_changes_nothing(office, published):
    agent = office.floor.agent(is_ready=False)
    office.switch.unregister(agent.extension, office.floor.tenant.host)
    office.settle()
    published.clear()
    before = office.floor.again(agent).version
    office.order(orders.SetReady(agent_id=agent.pk))
    refused = [news for news in published if news.message["type"] == "order_refused"]
    assert [(news.audience, news.message["code"]) for news in refused] == [
        (f"agent.{agent.pk}", "phone_not_registered")
    ]
    assert office.floor.again(agent).version == before


def test_a_call_is_transferred_to_a_colleague(office):
    first = office.floor.agent()
    office.settle()
    call_id = office.caller()
    office.switch.pick_up(office.ringing().pk)
    second, third = office.floor.agent(), office.floor.agent()
    office.pass_seconds(10)
    office.order(orders.TransferToAgent(agent_id=first.pk, call_id=call_id, to_agent_id=third.pk))
    assert office.ringing().agent_id == third.pk
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    call = office.floor.call(call_id)
    assert (call.agent_id, call.state) == (third.pk, "talking")
    assert office.floor.again(first).activity == "wrap_up"
    assert office.floor.again(second).can_take_calls


def test_two_tenants_never_hear_of_each_other(office, other_floor, published):
    other_floor.switch = office.switch
    theirs = other_floor.agent()
    office.settle()
    published.clear()
    call_id = office.caller()
    assert office.ringing() is None
    assert other_floor.again(theirs).activity == "idle"
    with other_floor.inside():
        assert not Offer.objects.exists()
    assert {news.schema for news in published} == {"acme"}
    assert office.floor.call(call_id).state == "waiting"


def test_a_caller_the_switch_took_out_of_line_stops_the_ringing_without_a_miss(office):
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    offer = office.ringing()
    office.switch.give_up_waiting(call_id)
    office.settle()
    assert (offer.pk, "ORIGINATOR_CANCEL") in office.switch.asked("withdraw")
    freed = office.floor.again(agent)
    assert (freed.activity, freed.missed_offers, freed.routing_status) == ("idle", 0, "ready")
    assert office.floor.again(offer).outcome == "caller_left"
