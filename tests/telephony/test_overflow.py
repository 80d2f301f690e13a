"""Callers who have waited long enough move to the next queue: once, with their time, through restarts."""

from datetime import timedelta

import pytest

from telephony import orders
from telephony.models import Queue, QueueStay
from telephony.switch import CommandTimedOut
from tests.telephony.desks import change, offers_of, stays_of
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


@pytest.fixture
def second_queue(office) -> Queue:
    """Where callers of the first queue go after 30 s."""
    with office.floor.inside():
        queue = Queue.objects.create(name="Backstop", wrap_up_seconds=0)
    change(office, overflow_queue=queue, overflow_after_seconds=30)
    return queue


def test_an_overflow_keeps_the_time_waited_and_closes_the_first_stay(office, second_queue):
    early = office.caller(number="+8613800000001")
    office.pass_seconds(10)
    with office.floor.inside():
        late = office.switch.caller_dials(
            "acme", office.floor.number, second_queue.pk, number="+8613800000002"
        )
    office.pass_seconds(20)
    first, second = stays_of(office, early)
    assert (first.exit, second.queue_id, second.left_at) == ("flow_out", second_queue.pk, None)
    assert second.waiting_since == first.entered_at
    assert second.entered_at == first.left_at == first.entered_at + timedelta(seconds=30)
    agent = office.floor.agent(queue=second_queue)
    office.settle()
    [offer] = offers_of(office, early)
    assert (offer.agent_id, offer.stay_id) == (agent.pk, second.pk)
    assert offer.explanation["waited_seconds"] == pytest.approx(31, abs=0.5)
    assert offers_of(office, late) == []


def test_an_overflow_happens_once_also_when_the_worker_restarts_in_between(office, second_queue):
    call_id = office.caller()
    office.pass_seconds(20)
    office.start()
    office.pass_seconds(10)
    assert len(office.switch.asked("send_to_queue")) == 1
    office.start()
    office.pass_seconds(300)
    assert len(office.switch.asked("send_to_queue")) == 1
    assert [stay.exit for stay in stays_of(office, call_id)] == ["flow_out", ""]
    office.switch.end(call_id)
    office.settle()
    with office.floor.inside():
        exits = sorted(QueueStay.objects.values_list("exit", flat=True))
        entered, left = QueueStay.objects.count(), QueueStay.objects.exclude(left_at=None).count()
    assert (exits, entered, left) == (["abandoned", "flow_out"], 2, 2)


def test_a_move_the_switch_did_not_confirm_is_asked_again_and_counts_once(office, second_queue, monkeypatch):
    moved = office.switch.send_to_queue
    asked = []

    def late(leg_id, entry):
        asked.append(entry.queued_at)
        if len(asked) == 2:
            moved(leg_id, entry)
        raise CommandTimedOut

    monkeypatch.setattr(office.switch, "send_to_queue", late)
    call_id = office.caller()
    office.pass_seconds(30)
    assert [stay.exit for stay in stays_of(office, call_id)] == [""]
    office.pass_seconds(5)
    assert asked == [asked[0]] * 2
    assert [stay.exit for stay in stays_of(office, call_id)] == ["flow_out", ""]


def test_a_phone_that_rings_is_let_ring_before_the_caller_moves_on(office, second_queue):
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    office.pass_seconds(15)
    office.switch.end(office.ringing().pk, cause="NO_ANSWER")
    office.settle()
    office.pass_seconds(6)
    assert office.ringing().agent_id == agent.pk
    office.pass_seconds(10)
    assert office.switch.asked("send_to_queue") == []
    office.switch.end(office.ringing().pk, cause="NO_ANSWER")
    office.settle()
    assert [stay.queue_id for stay in stays_of(office, call_id)][1:] == [second_queue.pk]


def test_nobody_overflows_into_a_closed_queue_or_back_again(office, second_queue):
    with office.floor.inside():
        Queue.objects.filter(pk=second_queue.pk).update(
            overflow_queue=office.floor.queue, overflow_after_seconds=30, state="closed"
        )
    call_id = office.caller()
    office.pass_seconds(60)
    assert len(stays_of(office, call_id)) == 1
    with office.floor.inside():
        Queue.objects.filter(pk=second_queue.pk).update(state="open")
    office.pass_seconds(5)
    office.pass_seconds(200)
    assert [stay.queue_id for stay in stays_of(office, call_id)] == [office.floor.queue.pk, second_queue.pk]


def test_a_redirected_call_keeps_its_place_in_time(office):
    with office.floor.inside():
        other = Queue.objects.create(name="Other")
    call_id = office.caller()
    office.pass_seconds(40)
    office.order(orders.Redirect(call_id=call_id, queue_id=other.pk))
    first, second = stays_of(office, call_id)
    assert (first.exit, second.queue_id, second.waiting_since) == ("flow_out", other.pk, first.entered_at)


def test_a_transfer_after_a_talk_begins_a_wait_of_its_own(office):
    with office.floor.inside():
        other = Queue.objects.create(name="Other")
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    office.pass_seconds(30)
    office.order(orders.TransferToQueue(agent_id=agent.pk, call_id=call_id, queue_id=other.pk))
    assert stays_of(office, call_id)[1].waiting_since == stays_of(office, call_id)[1].entered_at
