"""What rings an agent: their choice, their number outside and its key, what it costs, and the check before a shift."""

from datetime import timedelta

import pytest

from telephony import actions
from telephony.actions import phones
from telephony.errors import PhoneNotRegistered
from telephony.facts import Direction, HungUpBy, LegSettled
from telephony.models import Device, DeviceCheck, Offer, PhoneTerms
from telephony.orders import Answer
from telephony.phone_errors import (
    HasANumberAlready,
    NoPhoneOfThisKind,
    NoSuchNumber,
    NumberAbroad,
    NumberCostsExtra,
    PhoneCheckNeeded,
    PhoneKindUnknown,
)
from telephony.phone_orders import ChoosePhone
from telephony.queries.devices import device_to_ring
from telephony.serializers import snapshots
from telephony.switch import OutsidePhone
from tenants.billing.models import Charge
from tests.telephony.office import Office

MOBILE = "+8613800138000"
GOOD = {
    "level": -26,
    "peak": -8,
    "noise": -60,
    "echo": 0,
    "round_trip": 40,
    "jitter": 5,
    "down": 5000,
    "up": 3000,
}


def chooses(floor, agent, ring_on, *, elsewhere=False):
    with floor.inside():
        phones.choose_phone(agent_id=agent.pk, ring_on=ring_on, may_ring_elsewhere=elsewhere, at=floor.now)


@pytest.fixture
def abroad(floor):
    """An agent who reads Chinese, at the number outside, ready; nothing else of theirs rings."""
    agent = floor.agent()
    with floor.inside():
        type(agent.member).objects.filter(pk=agent.member_id).update(language="zh-hans")
        phones.add_number(agent=agent, number="138 0013 8000")
    chooses(floor, agent, "number")
    return floor.again(agent)


def test_one_chooses_what_rings_among_what_one_has(floor, other_floor):
    agent, other = floor.agent(), other_floor.agent()
    with pytest.raises(NoPhoneOfThisKind):
        chooses(floor, agent, "number")
    with pytest.raises(PhoneKindUnknown):
        chooses(floor, agent, "fax")
    with floor.inside():
        phones.add_number(agent=agent, number=MOBILE)
        with pytest.raises(HasANumberAlready):
            phones.add_number(agent=agent, number="+8613900139000")
        assert device_to_ring(agent.pk).kind == "sip", "a number rings only when it was chosen"
    chooses(floor, agent, "number")
    with floor.inside():
        assert device_to_ring(agent.pk).number == MOBILE
    with other_floor.inside():
        assert (other_floor.again(other).ring_on, Device.objects.filter(kind="number").count()) == ("any", 0)


def test_who_chooses_what_is_not_there_is_not_ready_any_more(floor):
    agent = floor.agent()
    chooses(floor, agent, "web", elsewhere=True)
    assert floor.again(agent).is_ready, "the IP phone rings instead"
    chooses(floor, agent, "web")
    assert not floor.again(agent).is_ready
    with floor.inside(), pytest.raises(PhoneNotRegistered):
        actions.set_agent_ready(agent_id=agent.pk, at=floor.now)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("110", NoSuchNumber),
        ("95588", NoSuchNumber),
        ("hello", NoSuchNumber),
        ("${system id}", NoSuchNumber),
        ("+442079460958", NumberAbroad),
        ("+19005551234", NumberCostsExtra),
    ],
)
def test_only_numbers_the_terms_allow_can_be_given(floor, typed, refusal):
    agent = floor.agent()
    with floor.inside(), pytest.raises(refusal):
        phones.add_number(agent=agent, number=typed)


def test_terms_that_change_silence_numbers_and_let_them_ring_again(floor):
    agent = floor.agent()
    with floor.inside():
        terms = PhoneTerms.objects.create(may_ring_abroad=True)
        phones.add_number(agent=agent, number="+442079460958")
    chooses(floor, agent, "number")
    with floor.inside():
        terms.may_ring_abroad = False
        terms.save()
        assert phones.judge_numbers(at=floor.now) == 1
        assert device_to_ring(agent.pk) is None
        assert not floor.again(agent).is_ready
        terms.may_ring_abroad = True
        terms.save()
        assert phones.judge_numbers(at=floor.now) == 1
        assert device_to_ring(agent.pk) is not None


def test_a_caller_rings_the_number_and_waits_for_the_next_agent_when_nobody_presses_the_key(floor, abroad):
    call_id = floor.caller()
    offer = floor.offer(call_id, abroad)
    command = next(command for what, command in floor.switch.commands if what == "offer")
    assert command.outside == OutsidePhone(dials=MOBILE, shown_number=floor.number, language="zh")
    assert (offer.rang, (offer.expires_at - offer.offered_at).total_seconds()) == ("number", 30)
    assert command.timeout_seconds == 30
    with floor.inside():
        assert snapshots.one_call(floor.call(call_id), abroad.pk)["offer"]["rang"] == "number"
    floor.clock.pass_seconds(4)
    leg = {"leg_id": offer.pk, "node": "main-1", "at": floor.now}
    with floor.inside():
        actions.note_answer(**leg)
        assert Offer.objects.get(pk=offer.pk).answered_at is None
        assert floor.again(abroad).activity == "ringing"
        floor.clock.pass_seconds(6)
        actions.end_leg(
            leg_id=offer.pk,
            node="main-1",
            at=floor.now,
            cause="NORMAL_CLEARING",
            by="party",
            direction="outbound",
        )
        assert Offer.objects.get(pk=offer.pk).outcome == "missed"
    assert (floor.call(call_id).state, floor.again(abroad).missed_offers) == ("waiting", 1)


def test_what_the_number_costs_is_the_tenants(floor, other_floor, abroad):
    call_id = floor.caller()
    offer = floor.offer(call_id, abroad)
    began = floor.now
    record = LegSettled(
        node="main-1",
        at=began + timedelta(seconds=70),
        tenant=floor.tenant.schema_name,
        leg_id=offer.pk,
        offer_id=offer.pk,
        direction=Direction.OUTBOUND,
        dialled="8613800138000",
        caller_number=floor.number,
        caller_name="",
        call_id=call_id,
        agent_id=abroad.pk,
        queue_id=None,
        created_at=began,
        answered_at=began + timedelta(seconds=5),
        bridged_at=None,
        ended_at=began + timedelta(seconds=70),
        billable_seconds=65,
        cause="NO_ANSWER",
        by=HungUpBy.SWITCH,
        is_outside=True,
    )
    with floor.inside():
        actions.settle_leg(record=record, at=floor.now)
        actions.settle_leg(record=record, at=floor.now)
    [charge] = Charge.objects.filter(leg_id=offer.pk)
    assert (charge.tenant_id, charge.billable_seconds) == (floor.tenant.pk, 65)


def test_the_page_cannot_pick_up_a_telephone_elsewhere_but_choose_another(floor, published, abroad):
    office = Office(floor)
    call_id = office.caller()
    office.order(Answer(agent_id=abroad.pk, call_id=call_id))
    office.order(ChoosePhone(agent_id=abroad.pk, ring_on="fax"))
    codes = [news.message["code"] for news in published if news.message["type"] == "order_refused"]
    assert codes == ["answered_on_the_phone", "phone_kind_unknown"]
    office.order(ChoosePhone(agent_id=abroad.pk, ring_on="sip", elsewhere=0))
    changed = floor.again(abroad)
    assert (changed.ring_on, changed.may_ring_elsewhere) == ("sip", False)


def test_a_tenant_may_want_a_fresh_check_of_who_talks_by_the_page(floor, other_floor):
    agent, other = floor.agent(is_ready=False), other_floor.agent(is_ready=False)
    for one, name in ((floor, "page-1"), (other_floor, "page-2")):
        with one.inside():
            Device.objects.create(
                agent=one.again(agent if one is floor else other),
                kind="web",
                sip_username=name,
                a1_hash="x" * 32,
                registered_at=one.now,
            )
    with floor.inside():
        PhoneTerms.objects.create(check_hours=8)
        chosen = {"may_ring_elsewhere": False, "at": floor.now}
        phones.choose_phone(agent_id=agent.pk, ring_on="web", **chosen)
        with pytest.raises(PhoneCheckNeeded) as refused:
            actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
        assert "8 hours" in refused.value.message
        kept = {"agent": agent, "has_relay": False, "browser": ""}
        failed = phones.keep_check(measured=GOOD | {"noise": -20}, at=floor.now, **kept)
        assert not failed.has_passed
        phones.keep_check(measured=GOOD, at=floor.now - timedelta(hours=9), **kept)
        with pytest.raises(PhoneCheckNeeded):
            actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
        phones.keep_check(measured=GOOD, at=floor.now - timedelta(hours=7), **kept)
        actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
        assert DeviceCheck.objects.count() == 3
    with other_floor.inside():
        actions.set_agent_ready(agent_id=other.pk, at=other_floor.now)
        assert DeviceCheck.objects.count() == 0
