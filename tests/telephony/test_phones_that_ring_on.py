"""A phone that nobody told us has stopped: withdrawn when its time is up. Where we were told, no row is read for it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony import orders
from telephony.worker.ringing import GRACE_AFTER_EXPIRY
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")
RINGS = 20
"""Seconds, of the floor's queue."""


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


@pytest.mark.parametrize("is_read_again", [False, True], ids=["heard", "read-again"])
def test_a_phone_that_rings_past_its_time_is_withdrawn(office, other_floor, is_read_again):
    theirs = other_floor.agent()
    agent = office.floor.agent()
    office.settle()
    office.caller()
    offer = office.ringing()
    if is_read_again:
        office.start()
    office.pass_seconds(RINGS + GRACE_AFTER_EXPIRY - 1)
    assert office.ringing() == offer
    office.pass_seconds(1.5)
    assert (offer.pk, "NO_ANSWER") in office.switch.asked("withdraw")
    assert office.floor.again(offer).outcome == "missed"
    assert office.floor.again(agent).missed_offers == 1
    assert other_floor.again(theirs).missed_offers == 0
    assert office.signs.failures == 0


def test_of_an_offer_that_is_known_to_be_over_no_row_is_read(office):
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    offer = office.ringing()
    office.order(orders.Answer(agent_id=agent.pk, call_id=call_id))
    with CaptureQueriesContext(connection) as asked:
        office.pass_seconds(RINGS + GRACE_AFTER_EXPIRY + 1)
    assert not [query["sql"] for query in asked if '"telephony_offer"' in query["sql"]]
    assert office.switch.asked("withdraw") == []
    assert office.floor.again(offer).outcome == "bridged"
