"""Of three in a room the last two: the caller is sent on from there, or, left alone, is in the line again."""

import pytest

from telephony import call_orders, orders
from telephony.models import Call, Offer
from telephony.queries.timelines import lines_of
from tests.telephony.office import Office
from tests.telephony.test_call_control import activities, ask, kinds, offer_of, talk  # noqa: F401

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


def all_three(office, talk, seconds: int):  # noqa: F811
    """Ann has asked Bob, and after so many seconds brought all together, so many seconds ago."""
    ann, bob, call_id = talk
    consult = ask(office, ann, bob, call_id)
    office.switch.consulted_answers(consult.pk)
    office.pass_seconds(seconds)
    office.order(call_orders.JoinAll(agent_id=ann.pk, call_id=call_id))
    office.pass_seconds(seconds)
    return ann, bob, call_id


@pytest.fixture
def the_last_with_the_caller(office, talk):  # noqa: F811
    """Of three in a room Ann has gone; Bob and the caller hear each other there."""
    ann, bob, call_id = all_three(office, talk, 10)
    office.switch.leaves_room(offer_of(office, call_id, ann).pk, call_id)
    office.settle()
    assert office.floor.call(call_id).line["agents"] == [bob.pk]
    return bob, call_id


def test_the_last_of_a_room_sends_the_caller_to_the_line(office, the_last_with_the_caller):
    bob, call_id = the_last_with_the_caller
    office.order(orders.TransferToQueue(agent_id=bob.pk, call_id=call_id, queue_id=office.floor.queue.pk))
    call = office.floor.call(call_id)
    assert (call.state, call.line, activities(office, bob)) == (Call.State.WAITING, {}, ["wrap_up"])
    office.pass_seconds(6)
    assert len(office.switch.asked("send_to_queue")) == 1, (
        "nobody takes the caller for one left alone in the room"
    )
    with office.floor.inside():
        line = lines_of(office.floor.call(call_id), now=office.floor.now).caller
    assert kinds(line) == [("wait", 4), ("talk", 30), ("aside", 10), ("room", 10), ("wait", 6)]


def test_the_last_of_a_room_sends_the_caller_to_a_number(office, the_last_with_the_caller):
    bob, call_id = the_last_with_the_caller
    office.order(call_orders.TransferToNumber(agent_id=bob.pk, call_id=call_id, number="010 6552 9988"))
    command = office.switch.asked("send_to_number")[-1][0]
    assert (office.floor.call(call_id).line, activities(office, bob)) == ({}, ["wrap_up"])
    office.pass_seconds(6)
    assert office.switch.asked("send_to_queue") == [], "it still rings there"
    office.switch.outsider_answers(command.onward_id, call_id)
    office.settle()
    assert office.floor.call(call_id).state == Call.State.TALKING


def test_a_caller_who_is_left_alone_in_a_room_is_in_the_line_again_ahead(office, talk):  # noqa: F811
    """Both leave in the moment in which the caller is brought in: the switch lets nobody go who was always alone."""
    _ann, _bob, call_id = all_three(office, talk, 5)
    assert office.switch.asked("send_to_queue") == []
    with office.floor.inside():
        legs = Offer.objects.filter(call_id=call_id, ended_at=None).values_list("pk", flat=True)
        for leg in list(legs):
            office.switch.leaves_room(leg, call_id)
    office.settle()
    assert office.switch.asked("send_to_queue") == []
    office.pass_seconds(2.5)
    [(leg, entry)] = office.switch.asked("send_to_queue")
    assert (leg, entry.queue_id, entry.priority) == (call_id, office.floor.queue.pk, 600)
    office.settle()
    assert office.floor.call(call_id).state == Call.State.WAITING
