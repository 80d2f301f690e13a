"""Who is ahead is who the router would take first; callers who give up shorten the wait."""

from datetime import timedelta

import pytest

from telephony import actions
from telephony.models import Callback, QueueStay
from telephony.queries.expected_wait import LEAST_ABANDONED, Pace, ahead_of, expected_seconds, pace_of
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


def line(office, callers: int = 3) -> list:
    found = []
    for number in range(callers):
        found.append(office.caller(number=f"+861380000000{number}"))
        office.pass_seconds(10)
    return found


def positions(office, calls) -> list[int]:
    with office.floor.inside():
        return [ahead_of(office.floor.stay(call_id)) for call_id in calls]


def test_those_who_came_before_are_ahead(office, other_floor):
    other_floor.caller()
    assert positions(office, line(office)) == [0, 1, 2]


def test_a_caller_with_priority_is_ahead_of_those_who_came_within_it(office):
    calls = line(office)
    with office.floor.inside():
        actions.reprioritise_call(call_id=calls[2], seconds=15, at=office.floor.now)
    assert positions(office, calls) == [0, 2, 1]


def test_who_waited_elsewhere_before_keeps_the_time(office):
    calls = line(office)
    with office.floor.inside():
        stay = office.floor.stay(calls[2])
        stay.routing["waiting_since"] = (stay.entered_at - timedelta(minutes=5)).isoformat()
        stay.save(update_fields=["routing"])
    assert positions(office, calls) == [1, 2, 0]


def test_a_callback_keeps_its_place_in_line(office):
    calls = line(office, 2)
    with office.floor.inside():
        stay = office.floor.stay(calls[1])
        Callback.objects.create(
            queue=stay.queue,
            number="13800001111",
            waiting_since=stay.entered_at - timedelta(seconds=1),
            asked_at=stay.entered_at,
            cancel_key="k",
        )
    assert positions(office, calls) == [0, 2]


def test_callers_who_give_up_shorten_what_is_expected(office):
    office.floor.agent()
    office.settle()
    calls = line(office, 4)
    with office.floor.inside():
        stay = office.floor.stay(calls[3])
        patient = expected_seconds(stay, Pace(handle=100.0), at=office.floor.now)
        hasty = expected_seconds(stay, Pace(handle=100.0, patience=100.0), at=office.floor.now)
    # The first rings the agent; two are ahead.
    assert patient == 300.0
    assert hasty == pytest.approx(100 + 50 + 100 / 3)


def test_patience_is_known_once_some_have_given_up(office):
    for number in range(LEAST_ABANDONED):
        call_id = office.caller(number=f"+861380000000{number}")
        office.pass_seconds(30)
        office.switch.end(call_id)
        office.settle()
        with office.floor.inside():
            midnight = office.floor.now - timedelta(hours=6)
            known = pace_of(office.floor.queue.pk, midnight).patience
        assert known == (pytest.approx(30, abs=1) if number == LEAST_ABANDONED - 1 else None)
    with office.floor.inside():
        assert QueueStay.objects.filter(exit="abandoned").count() == LEAST_ABANDONED
