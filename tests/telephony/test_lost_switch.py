"""A switch that dies: when its calls ended, what is charged for them, and how much work it is to end them all."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony.actions import resync
from telephony.models import Leg, Offer
from tenants.billing.models import Charge
from tenants.events import in_one_breath
from tenants.realtime import publishing_together
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
