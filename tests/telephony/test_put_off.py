"""Hold and resume in one breath: the phone is asked when it can hear, and the last order is the one that counts."""

import pytest

from telephony import call_orders, orders
from telephony.models import Agent, Offer
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


@pytest.fixture
def refusals(published):
    return lambda: [news.message["code"] for news in published if news.message["type"] == "order_refused"]


@pytest.fixture
def talk(office) -> Offer:
    """An agent talks with a caller; their phone has just been asked to be still, and has not answered."""
    office.floor.agent()
    office.caller()
    offer = office.ringing()
    office.switch.pick_up(offer.pk)
    office.settle()
    give(office, orders.Hold, offer)
    office.switch.agreeing.add(offer.pk)
    return offer


def give(office, kind, talk, **more) -> None:
    office.order(kind(agent_id=talk.agent_id, call_id=talk.call_id, **more))


def asked(office) -> list[str]:
    return [command[0] for command in office.switch.commands if command[0] in ("hold", "unhold")]


def activity(office, talk) -> str:
    with office.floor.inside():
        return Agent.objects.get(pk=talk.agent_id).activity


def test_an_order_waits_until_the_phone_has_answered(office, talk, refusals):
    give(office, orders.Unhold, talk)
    office.pass_seconds(1)
    assert (asked(office), activity(office, talk), refusals()) == (["hold"], "hold", [])
    office.switch.agreeing.clear()
    office.pass_seconds(0.1)
    assert (asked(office), activity(office, talk), refusals()) == (["hold", "unhold"], "talking", [])


def test_the_last_order_counts(office, talk, refusals):
    for kind in (orders.Unhold, orders.Hold, orders.Unhold, orders.Hold):
        give(office, kind, talk)
    office.switch.agreeing.clear()
    office.pass_seconds(0.1)
    office.pass_seconds(1)
    assert (asked(office), activity(office, talk), refusals()) == (["hold", "hold"], "hold", [])


def test_keys_pressed_meanwhile_take_nothing_back(office, talk):
    give(office, orders.Unhold, talk)
    give(office, call_orders.SendKeys, talk, keys="1")
    office.switch.agreeing.clear()
    office.pass_seconds(0.1)
    assert asked(office) == ["hold", "unhold"]


def test_who_hangs_up_meanwhile_is_told_of_no_order(office, talk, refusals):
    give(office, orders.Unhold, talk)
    give(office, orders.HangUp, talk)
    office.switch.agreeing.clear()
    office.pass_seconds(1)
    assert (asked(office), refusals()) == (["hold"], [])


def test_a_phone_that_never_answers_is_told_in_the_end(office, talk, refusals):
    give(office, orders.Unhold, talk)
    office.pass_seconds(orders.TOO_LATE_SECONDS + 1)
    assert (asked(office), activity(office, talk), refusals()) == (["hold"], "hold", ["order_too_late"])


def test_a_comparison_with_the_switch_forgets_no_order(office, talk):
    give(office, orders.Unhold, talk)
    office.switch.connect()
    office.settle()
    office.switch.agreeing.clear()
    office.pass_seconds(0.1)
    assert asked(office) == ["hold", "unhold"]


def test_a_colleague_is_asked_although_the_phone_still_agrees(office, talk, refusals):
    bob = office.floor.agent()
    give(office, call_orders.ConsultAgent, talk, to_agent_id=bob.pk)
    assert refusals() == []
    assert office.ringing().agent_id == bob.pk


def test_the_other_tenant_s_agent_of_the_same_number_takes_nothing_back(office, talk, globex):
    give(office, orders.Unhold, talk)
    envelope = orders.Envelope(
        order_id="o2",
        tenant=globex.schema_name,
        member_id=None,
        language="en",
        sent_at=office.switch.clock().timestamp(),
        order=orders.Hold(agent_id=talk.agent_id, call_id=talk.call_id),
    )
    office.inbox.put_order(envelope)
    office.settle()
    office.switch.agreeing.clear()
    office.pass_seconds(0.1)
    assert asked(office) == ["hold", "unhold"]
