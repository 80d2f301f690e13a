"""Tries of a callback: who pays for one that failed, when the next is, and never two calls to one customer at once."""

from datetime import timedelta

import pytest

from telephony.actions.callbacks import cancel_callback, promise_callback
from telephony.actions.wrap_up import dispose_call
from telephony.errors import CallbackRings
from telephony.models import (
    Agent,
    Callback,
    Disposition,
    FollowUp,
    Offer,
    Queue,
)
from tests.telephony.callbacks.desk import (
    ANN,
    call_of,
    outcomes,
    picks_up,
    row,
    speaks,
    terms,
    tries,
    wants_a_callback,
)

pytestmark = pytest.mark.usefixtures("at_once")
State = Callback.State


def test_an_agent_who_does_not_pick_up_costs_no_try_and_a_colleague_is_rung(office):
    callback_id = wants_a_callback(office, ANN)
    first = office.floor.agent()
    office.settle()
    missed = office.ringing()
    assert missed.agent_id == first.pk
    office.switch.end(missed.pk, cause="NO_ANSWER")
    office.settle()
    assert outcomes(office, callback_id) == ["agent_missed"]
    second = office.floor.agent()
    office.settle()
    assert office.ringing().agent_id == second.pk
    assert row(office, callback_id).attempts == 0
    assert call_of(office, missed.call_id).ended_at is not None


def test_a_customer_who_does_not_answer_is_tried_again_at_the_old_place(office):
    callback_id = wants_a_callback(office, ANN)
    agent = office.floor.agent()
    office.settle()
    offer = picks_up(office)
    office.switch.declines(offer.pk)
    office.settle()
    waiting = row(office, callback_id)
    assert (waiting.state, waiting.attempts) == (State.RETRY, 1)
    assert waiting.not_before == office.floor.now + timedelta(minutes=10)
    assert office.floor.again(agent).activity == Agent.Activity.IDLE
    office.pass_seconds(9 * 60)
    assert office.ringing() is None
    office.pass_seconds(61)
    speaks(office)
    assert outcomes(office, callback_id) == ["no_answer", "reached"]
    assert row(office, callback_id).state == State.DONE


def test_after_the_last_try_a_person_is_asked_to_follow_up(office):
    terms(office, max_attempts=2, retry_minutes=1)
    callback_id = wants_a_callback(office, ANN)
    office.floor.agent()
    office.settle()
    for cause in ("USER_BUSY", "NO_ANSWER"):
        office.switch.declines(picks_up(office).pk, cause)
        office.settle()
        office.pass_seconds(61)
    missed = row(office, callback_id)
    assert (missed.state, missed.attempts) == (State.MISSED, 2)
    assert outcomes(office, callback_id) == ["busy", "no_answer"]
    assert office.ringing() is None
    with office.floor.inside():
        assert FollowUp.objects.get().kind == FollowUp.Kind.CALLBACK


def test_a_number_nobody_has_is_not_dialled_again(office):
    callback_id = wants_a_callback(office, ANN)
    office.floor.agent()
    office.settle()
    office.switch.declines(picks_up(office).pk, "UNALLOCATED_NUMBER")
    office.settle()
    assert row(office, callback_id).state == State.MISSED


def test_a_broken_line_costs_the_customer_no_try(office):
    callback_id = wants_a_callback(office, ANN)
    office.floor.agent()
    office.settle()
    office.switch.declines(picks_up(office).pk, "NORMAL_TEMPORARY_FAILURE")
    office.settle()
    waiting = row(office, callback_id)
    assert (waiting.state, waiting.attempts) == (State.RETRY, 0)
    assert waiting.not_before == office.floor.now + timedelta(minutes=1)


def test_a_customer_on_the_line_is_not_called_back(office):
    callback_id = wants_a_callback(office, ANN, hangs_up=False)
    office.floor.agent()
    office.settle()
    # The caller still waits in line: that call is offered, the callback is not.
    with office.floor.inside():
        assert Offer.objects.filter(call__direction="outbound").count() == 0
    assert tries(office, callback_id) == []


def test_an_answered_caller_is_owed_no_callback(office):
    callback_id = wants_a_callback(office, ANN)
    again = office.caller(number=ANN)
    office.floor.agent()
    office.settle()
    offer = office.ringing()
    assert offer.call_id == again
    office.switch.pick_up(offer.pk)
    office.settle()
    closed = row(office, callback_id)
    assert (closed.state, closed.cancelled_by) == (State.CANCELLED, "answered")


def test_one_number_promised_by_two_queues_is_called_one_call_at_a_time(office):
    with office.floor.inside():
        other = Queue.objects.create(name="Service")
    wants_a_callback(office, ANN)
    call_id = office.switch.caller_dials(
        office.floor.tenant.schema_name, office.floor.number, other.pk, number=ANN
    )
    office.settle()
    with office.floor.inside():
        promise_callback(call_id=call_id, queue_id=other.pk, at=office.floor.now, language="zh")
    office.switch.end(call_id)
    office.settle()
    office.start()
    office.floor.agent()
    office.floor.agent(queue=other)
    office.settle()
    with office.floor.inside():
        assert Offer.objects.filter(ended_at=None, call__caller_number=ANN).count() == 1


def test_a_promise_being_kept_cannot_be_cancelled_and_a_kept_one_stays_kept(office):
    callback_id = wants_a_callback(office, ANN)
    office.floor.agent()
    office.settle()
    with office.floor.inside(), pytest.raises(CallbackRings):
        cancel_callback(callback_id=callback_id, by="customer", at=office.floor.now)
    speaks(office)
    with office.floor.inside():
        assert (
            cancel_callback(callback_id=callback_id, by="customer", at=office.floor.now).state == State.DONE
        )


def test_a_cancelled_promise_rings_nobody(office):
    callback_id = wants_a_callback(office, ANN)
    with office.floor.inside():
        cancel_callback(callback_id=callback_id, by="customer", at=office.floor.now)
    office.floor.agent()
    office.settle()
    assert office.ringing() is None


def test_a_machine_that_answers_is_a_try_and_no_kept_promise(office):
    """The agent says so by the disposition, while the try ends or long after; people who were reached stay reached."""
    terms(office, max_attempts=2, retry_minutes=10)
    callback_id = wants_a_callback(office, ANN)
    office.floor.agent()
    office.settle()
    offer = speaks(office)
    assert row(office, callback_id).state == State.DONE
    with office.floor.inside():
        machine = Disposition.objects.create(name="Answering machine", is_machine=True)
        person = Disposition.objects.create(name="Sold")
        for disposition in (person, machine, machine):
            dispose_call(call_id=offer.call_id, disposition_id=disposition.pk, note="", at=office.floor.now)
    again = row(office, callback_id)
    assert outcomes(office, callback_id) == ["machine"]
    assert (again.state, again.attempts, again.reached_at, again.ended_at) == (State.RETRY, 1, None, None)
    assert again.not_before == office.floor.now + timedelta(minutes=10)
    office.pass_seconds(10 * 60 + 1)
    second = speaks(office)
    with office.floor.inside():
        dispose_call(call_id=second.call_id, disposition_id=machine.pk, note="", at=office.floor.now)
        assert FollowUp.objects.filter(kind=FollowUp.Kind.CALLBACK).count() == 1
        dispose_call(call_id=offer.call_id, disposition_id=person.pk, note="late", at=office.floor.now)
        dispose_call(call_id=offer.call_id, disposition_id=machine.pk, note="", at=office.floor.now)
    assert outcomes(office, callback_id) == ["machine", "machine"]
    assert row(office, callback_id).state == State.MISSED
