"""A promise kept: the place in line, the agent first, then the customer, hours, restarts, tenants."""

from datetime import datetime, time, timedelta

import pytest

from telephony.actions.callbacks import promise_callback
from telephony.errors import CallbackImpossible
from telephony.models import (
    Agent,
    Call,
    Callback,
    Offer,
    OpeningTime,
    QueueStay,
    WorkingHours,
)
from tests.telephony.callbacks.desk import (
    ANN,
    BEN,
    call_of,
    outcomes,
    picks_up,
    press_key,
    row,
    speaks,
    terms,
    tries,
    wants_a_callback,
)

pytestmark = pytest.mark.usefixtures("at_once")
State = Callback.State


def test_a_customer_is_called_back_when_an_agent_is_free_and_the_promise_is_done(office):
    callback_id = wants_a_callback(office, ANN)
    assert office.ringing() is None
    agent = office.floor.agent()
    office.settle()
    offer = picks_up(office)
    assert office.switch.asked("offer")[-1][0].dials == ANN
    assert row(office, callback_id).state == State.RINGING
    office.switch.joins(offer.pk)
    office.settle()
    done = row(office, callback_id)
    assert (done.state, done.attempts, done.agent_id) == (State.DONE, 1, agent.pk)
    assert done.reached_at
    assert outcomes(office, callback_id) == ["reached"]
    call = call_of(office, offer.call_id)
    assert (call.direction, call.state, call.caller_number) == ("outbound", "talking", ANN)


def test_the_talk_is_told_and_followed_by_wrap_up_as_any_other(office):
    wants_a_callback(office, ANN)
    agent = office.floor.agent()
    office.settle()
    offer = speaks(office, seconds=20)
    call = call_of(office, offer.call_id)
    assert (call.exit, call.ended_by, call.talk_seconds) == ("answered", "caller", 20)
    assert office.floor.again(agent).activity == Agent.Activity.WRAP_UP
    office.pass_seconds(31)
    assert office.floor.again(agent).activity == Agent.Activity.IDLE


def test_whoever_left_for_a_callback_is_not_counted_as_abandoned(office):
    wants_a_callback(office, ANN)
    with office.floor.inside():
        stay = QueueStay.objects.get()
        assert stay.exit == QueueStay.Exit.FLOW_OUT
        assert stay.call.exit == Call.Exit.FLOW_OUT


def test_the_place_in_line_is_kept(office):
    first = wants_a_callback(office, ANN, waited=60)
    later = office.caller(number=BEN)
    office.pass_seconds(5)
    office.floor.agent()
    office.settle()
    assert tries(office, first)[0].outcome == ""
    speaks(office)
    office.pass_seconds(31)
    with office.floor.inside():
        assert Offer.objects.filter(ended_at=None).get().call_id == later


def test_a_caller_who_waited_longer_comes_first(office):
    longest = office.caller(number=BEN)
    office.pass_seconds(5)
    callback_id = wants_a_callback(office, ANN, waited=60)
    office.floor.agent()
    office.settle()
    assert office.ringing().call_id == longest
    assert tries(office, callback_id) == []


def test_pressing_the_key_twice_makes_one_promise(office):
    call_id = office.caller(number=ANN)
    office.pass_seconds(20)
    assert press_key(office, call_id) == press_key(office, call_id)
    office.switch.end(call_id)
    office.settle()
    office.pass_seconds(300)
    again = office.caller(number=ANN)
    assert press_key(office, again) == row(office, press_key(office, again)).pk
    with office.floor.inside():
        promised = Callback.objects.get()
        assert promised.waiting_since == QueueStay.objects.get(call=call_id).entered_at


@pytest.mark.parametrize("number", ["anonymous", "", "${x}", "123", "+8613800000001;fs_path=x"])
def test_a_number_that_cannot_be_dialled_is_promised_nothing(office, number):
    call_id = office.caller(number=number)
    with office.floor.inside():
        with pytest.raises(CallbackImpossible):
            promise_callback(
                call_id=call_id, queue_id=office.floor.queue.pk, at=office.floor.now, language="en"
            )
        assert not Callback.objects.exists()


def test_without_a_line_to_the_outside_nothing_is_promised(office, settings):
    settings.SWITCH = {**settings.SWITCH, "gateway": ""}
    call_id = office.caller(number=ANN)
    with office.floor.inside(), pytest.raises(CallbackImpossible):
        promise_callback(call_id=call_id, queue_id=office.floor.queue.pk, at=office.floor.now, language="en")


# ---- hours, restarts, tenants


def test_nobody_is_called_outside_calling_hours(office):
    with office.floor.inside():
        hours = WorkingHours.objects.create(name="Mornings")
        for day in range(7):
            OpeningTime.objects.create(hours=hours, weekday=day, opens_at=time(8), closes_at=time(8, 30))
    terms(office, callback_hours=hours)
    callback_id = wants_a_callback(office, ANN)
    waiting = row(office, callback_id)
    assert waiting.not_before is not None
    assert waiting.promised_from >= waiting.not_before
    office.floor.agent()
    office.settle()
    assert office.ringing() is None
    gap = waiting.not_before - office.floor.now
    assert timedelta(0) < gap < timedelta(days=1)
    office.pass_seconds(gap.total_seconds() + 1)
    assert office.ringing() is not None


def test_a_worker_that_begins_anew_keeps_order_and_tries(office):
    first, second = wants_a_callback(office, ANN), wants_a_callback(office, BEN)
    office.start()
    office.floor.agent()
    office.settle()
    assert [len(tries(office, one)) for one in (first, second)] == [1, 0]
    offer = picks_up(office)
    office.start()
    office.switch.joins(offer.pk)
    office.settle()
    assert row(office, first).state == State.DONE
    assert len(tries(office, first)) == 1


def test_another_tenant_notices_nothing(office, other_floor):
    wants_a_callback(office, ANN)
    with other_floor.inside():
        assert not Callback.objects.exists()
        agent_calls = Call.objects.count()
    other_floor.agent()
    office.settle()
    with other_floor.inside():
        assert Call.objects.count() == agent_calls


def test_the_promised_window_holds_the_expected_wait(office):
    callback_id = wants_a_callback(office, ANN)
    promised: Callback = row(office, callback_id)
    assert isinstance(promised.promised_until, datetime)
    assert promised.asked_at <= promised.promised_from <= promised.promised_until
    assert promised.promised_until - promised.asked_at >= timedelta(minutes=10)
