"""In the call: a colleague is asked, gets the caller, all three talk; a caller is parked, picked up, sent outside."""

import pytest

from telephony import call_orders, events
from telephony.models import Agent, Call, Entry, Leg, Offer
from telephony.queries.timelines import lines_of
from telephony.timeline import Kind, seconds_of
from tenants import events as tenant_events
from tenants.models import Number
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


@pytest.fixture
def refusals(published):
    return lambda: [news.message["code"] for news in published if news.message["type"] == "order_refused"]


@pytest.fixture
def handed_over(monkeypatch):
    """What was told of calls handed over."""
    told: list[events.CallTransferred] = []
    monkeypatch.setitem(tenant_events._handlers, events.CallTransferred, [told.append])
    return told


@pytest.fixture
def talk(office):
    """Ann talks for 30 s with a caller; Bob is free."""
    ann = office.floor.agent()
    call_id = office.caller()
    office.pass_seconds(4)
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    bob = office.floor.agent()
    office.pass_seconds(29)
    return ann, bob, call_id


def ask(office, ann, bob, call_id) -> Offer:
    office.order(call_orders.ConsultAgent(agent_id=ann.pk, call_id=call_id, to_agent_id=bob.pk))
    return office.ringing()


def offer_of(office, call_id, agent) -> Offer:
    with office.floor.inside():
        return Offer.objects.get(call_id=call_id, agent=agent)


def activities(office, *agents) -> list[str]:
    return [office.floor.again(agent).activity for agent in agents]


def kinds(line) -> list[tuple[str, int]]:
    return [(one.kind.value, one.seconds) for one in line]


def test_a_colleague_is_asked_and_gets_the_caller(office, talk, handed_over):
    ann, bob, call_id = talk
    consult = ask(office, ann, bob, call_id)
    assert (consult.agent_id, consult.kind, consult.asked_by_id) == (bob.pk, "consult", ann.pk)
    assert activities(office, ann, bob) == ["consulting", "ringing"]
    assert office.floor.call(call_id).state == Call.State.HOLD

    office.pass_seconds(5)
    office.switch.consulted_answers(consult.pk)
    office.pass_seconds(20)
    assert activities(office, ann, bob) == ["consulting", "consulting"]
    assert offer_of(office, call_id, bob).outcome == Offer.Outcome.CONSULTED

    office.order(call_orders.HandOver(agent_id=ann.pk, call_id=call_id))
    assert activities(office, ann, bob) == ["wrap_up", "talking"]
    assert [(told.from_agent_id, told.to_agent_id) for told in handed_over] == [(ann.pk, bob.pk)]
    office.pass_seconds(40)
    office.switch.end(call_id)
    office.settle()

    call, anns, bobs = (
        office.floor.call(call_id),
        offer_of(office, call_id, ann),
        offer_of(office, call_id, bob),
    )
    assert (call.state, call.exit, call.agent_id) == ("ended", "answered", bob.pk)
    assert (anns.outcome, anns.talk_seconds, anns.hold_seconds, anns.consult_seconds) == (
        "bridged",
        30,
        25,
        20,
    )
    assert (bobs.outcome, bobs.talk_seconds, bobs.hold_seconds, bobs.consult_seconds) == (
        "bridged",
        40,
        0,
        20,
    )
    assert (call.talk_seconds, call.hold_seconds) == (70, 25)


def test_the_lines_of_a_call_add_up_to_its_record(office, talk):
    ann, bob, call_id = talk
    office.order(orders_of_hold(ann, call_id))
    office.pass_seconds(7)
    office.order(orders_of_hold(ann, call_id, is_held=False))
    office.pass_seconds(3)
    consult = ask(office, ann, bob, call_id)
    office.pass_seconds(5)
    office.switch.consulted_answers(consult.pk)
    office.pass_seconds(20)
    office.order(call_orders.HandOver(agent_id=ann.pk, call_id=call_id))
    office.pass_seconds(40)
    office.switch.end(call_id)
    office.settle()
    office.pass_seconds(31)

    call = office.floor.call(call_id)
    with office.floor.inside():
        lines = lines_of(call, now=office.floor.now)
    caller, anns, bobs = lines.caller, lines.of_agent(ann.pk), lines.of_agent(bob.pk)
    assert kinds(caller) == [("wait", 4), ("talk", 30), ("hold", 7), ("talk", 3), ("aside", 25), ("talk", 40)]
    assert sum(one.seconds for one in caller) == (call.ended_at - call.arrived_at).total_seconds()
    assert kinds(anns) == [
        ("ring", 4), ("talk", 30), ("hold", 7), ("talk", 3), ("consult", 5), ("consult", 20), ("wrap_up", 30),
    ]  # fmt: skip
    assert kinds(bobs) == [("ring", 5), ("consult", 20), ("talk", 40), ("wrap_up", 30)]
    for agent, line in ((ann, anns), (bob, bobs)):
        offer = offer_of(office, call_id, agent)
        assert seconds_of(line, Kind.TALK) == offer.talk_seconds
        assert seconds_of(line, Kind.WRAP_UP) == offer.wrap_up_seconds
    assert seconds_of(anns, Kind.HOLD, Kind.CONSULT) == offer_of(office, call_id, ann).hold_seconds
    assert call.talk_seconds == seconds_of(caller, Kind.TALK)


def orders_of_hold(agent, call_id, *, is_held=True):
    from telephony import orders

    return (orders.Hold if is_held else orders.Unhold)(agent_id=agent.pk, call_id=call_id)


def test_who_was_handed_the_caller_may_ask_and_park_in_turn(office, talk, refusals):
    ann, bob, call_id = talk
    consult = ask(office, ann, bob, call_id)
    office.pass_seconds(5)
    office.switch.consulted_answers(consult.pk)
    office.pass_seconds(5)
    office.order(call_orders.HandOver(agent_id=ann.pk, call_id=call_id))
    cyd = office.floor.agent()
    second = ask(office, bob, cyd, call_id)
    assert (second.agent_id, office.floor.call(call_id).line["agents"]) == (cyd.pk, [cyd.pk])
    office.pass_seconds(5)
    office.order(call_orders.BackToCaller(agent_id=bob.pk, call_id=call_id))
    assert activities(office, bob, cyd) == ["talking", "idle"]
    office.pass_seconds(1)
    office.order(call_orders.Park(agent_id=bob.pk, call_id=call_id))
    assert refusals() == []
    assert office.floor.call(call_id).line["place"] == "parked"


@pytest.mark.parametrize("how", ["refuses", "does not answer", "was heard", "is let go"])
def test_back_to_the_caller(office, talk, how):
    ann, bob, call_id = talk
    consult = ask(office, ann, bob, call_id)
    office.pass_seconds(6)
    if how == "was heard":
        office.switch.consulted_answers(consult.pk)
        office.pass_seconds(10)
    if how == "is let go":
        office.order(call_orders.BackToCaller(agent_id=ann.pk, call_id=call_id))
    else:
        cause = {"refuses": "CALL_REJECTED", "does not answer": "NO_ANSWER", "was heard": "NORMAL_CLEARING"}[
            how
        ]
        office.switch.consulted_leaves(consult.pk, cause=cause)
        office.settle()
    assert activities(office, ann, bob) == ["talking", "idle"]
    asked = offer_of(office, call_id, bob)
    assert (asked.talk_seconds, asked.wrap_up_started_at) == (0, None)
    outcomes = {
        "refuses": "refused",
        "does not answer": "missed",
        "was heard": "consulted",
        "is let go": "withdrawn",
    }
    assert asked.outcome == outcomes[how]
    assert office.floor.again(bob).missed_offers == 0
    office.pass_seconds(10)
    office.switch.end(call_id)
    office.settle()
    anns = offer_of(office, call_id, ann)
    assert (anns.talk_seconds, anns.hold_seconds) == (40, 16 if how == "was heard" else 6)
    assert office.floor.call(call_id).agent_id == ann.pk


def test_all_three_talk_and_the_last_two_go_on(office, talk):
    ann, bob, call_id = talk
    consult = ask(office, ann, bob, call_id)
    office.switch.consulted_answers(consult.pk)
    office.pass_seconds(10)
    office.order(call_orders.JoinAll(agent_id=ann.pk, call_id=call_id))
    assert activities(office, ann, bob) == ["talking", "talking"]
    assert office.floor.call(call_id).state == Call.State.TALKING
    office.pass_seconds(15)
    office.switch.leaves_room(offer_of(office, call_id, ann).pk, call_id)
    office.settle()
    assert activities(office, ann, bob) == ["wrap_up", "talking"]
    office.pass_seconds(5)
    office.switch.leaves_room(call_id, call_id)
    office.switch.end(consult.pk)
    office.settle()
    anns, bobs = offer_of(office, call_id, ann), offer_of(office, call_id, bob)
    assert (anns.talk_seconds, anns.hold_seconds) == (45, 10)
    assert (bobs.talk_seconds, bobs.consult_seconds, bobs.outcome) == (20, 10, "bridged")
    with office.floor.inside():
        lines = lines_of(office.floor.call(call_id), now=office.floor.now)
    assert kinds(lines.caller) == [("wait", 4), ("talk", 30), ("aside", 10), ("room", 20)]


def test_who_asks_and_goes_before_an_answer_leaves_the_caller_in_line_ahead(office, talk):
    ann, bob, call_id = talk
    consult = ask(office, ann, bob, call_id)
    office.switch.asker_leaves(offer_of(office, call_id, ann).pk)
    office.settle()
    stay = office.floor.stay(call_id)
    assert (stay.left_at, stay.priority) == (None, 600)
    assert offer_of_pk(office, consult.pk).ended_at is not None
    assert office.ringing().agent_id == bob.pk, "the next free agent is offered the caller"


def offer_of_pk(office, pk) -> Offer:
    with office.floor.inside():
        return Offer.objects.get(pk=pk)


def test_a_caller_who_leaves_while_somebody_is_asked_is_over_for_both(office, talk):
    ann, bob, call_id = talk
    consult = ask(office, ann, bob, call_id)
    office.switch.consulted_answers(consult.pk)
    office.pass_seconds(10)
    office.switch.end(call_id)
    office.settle()
    assert office.floor.call(call_id).state == Call.State.ENDED
    assert activities(office, ann, bob) == ["consulting", "consulting"], "they still talk"
    office.switch.end(consult.pk)
    office.settle()
    assert activities(office, ann, bob) == ["wrap_up", "idle"]
    assert offer_of(office, call_id, bob).outcome == Offer.Outcome.CONSULTED


def test_a_parked_caller_is_picked_up_by_a_colleague(office, talk, refusals):
    ann, bob, call_id = talk
    office.order(call_orders.Park(agent_id=ann.pk, call_id=call_id))
    assert activities(office, ann) == ["wrap_up"]
    assert office.floor.call(call_id).state == Call.State.HOLD
    office.pass_seconds(12)
    office.order(call_orders.PickUp(agent_id=bob.pk, call_id=call_id))
    offer = office.ringing()
    assert (offer.agent_id, offer.kind) == (bob.pk, "pick_up")
    assert office.switch.asked("offer")[-1][0].is_parked
    office.order(call_orders.PickUp(agent_id=ann.pk, call_id=call_id))
    assert refusals() == ["not_parked"], "it rings at Bob's already"
    office.switch.pick_up(offer.pk)
    office.settle()
    assert activities(office, bob) == ["talking"]
    office.pass_seconds(8)
    office.switch.end(call_id)
    office.settle()
    call = office.floor.call(call_id)
    assert (call.agent_id, call.talk_seconds) == (bob.pk, 38)
    with office.floor.inside():
        line = lines_of(call, now=office.floor.now).caller
    assert kinds(line) == [("wait", 4), ("talk", 30), ("parked", 12), ("talk", 8)]


def test_a_call_goes_to_a_number_outside(office, talk, refusals):
    ann, _bob, call_id = talk
    office.order(call_orders.TransferToNumber(agent_id=ann.pk, call_id=call_id, number="${system}"))
    assert refusals() == ["number_not_diallable"]
    office.order(call_orders.TransferToNumber(agent_id=ann.pk, call_id=call_id, number="010 6552 9988"))
    command = office.switch.asked("send_to_number")[-1][0]
    assert (command.dials, command.shown_number) == ("+861065529988", "+864001234567")
    office.switch.outsider_answers(command.onward_id, call_id)
    office.settle()
    call = office.floor.call(call_id)
    assert (call.state, activities(office, ann)) == (Call.State.TALKING, ["wrap_up"])
    office.pass_seconds(60)
    office.switch.end(call_id)
    office.settle()
    call = office.floor.call(call_id)
    assert (call.agent_id, call.talk_seconds) == (ann.pk, 30)
    with office.floor.inside():
        line = lines_of(call, now=office.floor.now).caller
    assert kinds(line) == [("wait", 4), ("talk", 30), ("talk", 60)]


@pytest.mark.parametrize("kind", [call_orders.TransferToNumber, call_orders.ConsultNumber])
def test_whoever_is_called_outside_sees_the_number_the_tenant_chose(office, talk, kind):
    ann, _bob, call_id = talk
    Number.objects.create(e164="+862155509119", country="CN", tenant=office.floor.tenant, currency="CNY")
    with office.floor.inside():
        Entry.objects.create(number_e164="+862155509119", queue=office.floor.queue, is_shown=True)
    office.order(kind(agent_id=ann.pk, call_id=call_id, number="010 6552 9988"))
    asked = office.switch.asked("send_to_number") + office.switch.asked("consult")
    assert [one[0].shown_number for one in asked] == ["+862155509119"]


def test_what_makes_no_sense_is_refused(office, talk, refusals):
    ann, bob, call_id = talk
    office.order(call_orders.HandOver(agent_id=ann.pk, call_id=call_id))
    office.order(call_orders.JoinAll(agent_id=bob.pk, call_id=call_id))
    office.order(call_orders.PickUp(agent_id=bob.pk, call_id=call_id))
    office.order(call_orders.SendKeys(agent_id=ann.pk, call_id=call_id, keys="12;reload"))
    office.order(call_orders.ConsultAgent(agent_id=ann.pk, call_id=call_id, to_agent_id=ann.pk))
    ask(office, ann, bob, call_id)
    office.order(call_orders.HandOver(agent_id=ann.pk, call_id=call_id))
    office.order(call_orders.ConsultNumber(agent_id=ann.pk, call_id=call_id, number="01065529988"))
    office.order(call_orders.Park(agent_id=bob.pk, call_id=call_id))
    expected = [
        "nobody_asked",
        "no_call_here",
        "not_parked",
        "not_keys",
        "agent_not_ready",
        "not_answered_yet",
    ]
    assert refusals() == [*expected, "already_asking", "no_call_here"]


def test_keys_go_to_whom_the_agent_hears(office, talk):
    ann, bob, call_id = talk
    office.order(call_orders.SendKeys(agent_id=ann.pk, call_id=call_id, keys="12#"))
    consult = ask(office, ann, bob, call_id)
    office.switch.consulted_answers(consult.pk)
    office.settle()
    office.order(call_orders.SendKeys(agent_id=ann.pk, call_id=call_id, keys="9"))
    assert office.switch.asked("send_digits") == [(call_id, "12#"), (consult.pk, "9")]


def test_the_other_tenant_notices_nothing(office, talk, other_floor, refusals):
    ann, bob, call_id = talk
    stranger = other_floor.agent()
    ask(office, ann, bob, call_id)
    with other_floor.inside():
        assert (Call.objects.count(), Offer.objects.count()) == (0, 0)
    office.order(call_orders.HandOver(agent_id=stranger.pk + 1000, call_id=call_id))
    assert refusals() == ["no_call_here"]
    assert activities(office, ann, bob) == [Agent.Activity.CONSULTING, Agent.Activity.RINGING]


def test_a_line_known_by_its_record_alone_is_one_talk(office, talk):
    ann, _bob, call_id = talk
    office.switch.end(call_id)
    office.settle()
    with office.floor.inside():
        told = lines_of(office.floor.call(call_id), now=office.floor.now)
        Leg.objects.filter(call_id=call_id).update(line_marks=[])
        by_record = lines_of(office.floor.call(call_id), now=office.floor.now)
    assert kinds(by_record.caller) == kinds(told.caller) == [("wait", 4), ("talk", 30)]
    assert kinds(by_record.of_agent(ann.pk)) == kinds(told.of_agent(ann.pk))
