"""The desk with a switch in memory: strategies, steps, scores, what a person changes, and what is kept of it all."""

import json
from datetime import timedelta

import pytest

from telephony import actions, orders
from telephony.models import (
    AgentGroup,
    AgentSkill,
    Call,
    GroupMember,
    Offer,
    QueueAgent,
    QueueSkill,
    QueueStep,
    Skill,
)
from telephony.routing import replay
from tests.telephony.desks import change, offers_of, stays_of, take_a_call, three_at_once
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


@pytest.fixture
def trio(office):
    return three_at_once(office)


def test_round_robin_asks_each_in_turn_also_after_a_restart(office):
    change(office, strategy="round_robin")
    agents = [office.floor.agent().pk for _number in range(3)]
    office.settle()
    asked = [take_a_call(office) for _call in range(2)]
    office.start()
    asked += [take_a_call(office) for _call in range(2)]
    assert asked == [*agents, agents[0]]


def test_the_least_busy_of_today_is_asked_first(office):
    change(office, strategy="least_busy")
    first, second = office.floor.agent().pk, office.floor.agent().pk
    office.settle()
    assert take_a_call(office, seconds=300) == first
    assert [take_a_call(office, seconds=60) for _call in range(3)] == [second] * 3
    explained = stays_explained(office)
    assert explained["strategy"] == "least_busy"
    assert explained["rank"]["busy_seconds"] == 2 * (60 + 30)


def test_a_scored_queue_asks_whom_the_score_puts_first_and_says_what_it_is_made_of(office):
    change(office, strategy="longest_idle", wrap_up_seconds=0)
    first, second = office.floor.agent(), office.floor.agent()
    office.settle()
    with office.floor.inside():
        at = office.floor.now - timedelta(days=3)
        Call.objects.create(
            caller_number="+8613812342211", arrived_at=at, answered_at=at, ended_at=at, agent=second
        )
    change(office, is_scored=True)
    offer = offers_of(office, office.caller())[0]
    candidates = {one["agent"]: one for one in offer.explanation["inputs"]["match"]["candidates"]}
    assert offer.agent_id == second.pk
    assert candidates[second.pk]["score"] > candidates[first.pk]["score"]
    assert "spoke_before" in candidates[second.pk]["features"]
    office.switch.end(offer.call_id)
    office.settle()
    change(office, is_scored=False)
    assert offers_of(office, office.caller())[0].agent_id == first.pk


def stays_explained(office) -> dict:
    with office.floor.inside():
        return Offer.objects.latest("offered_at").explanation


def test_a_step_for_a_group_widens_to_everybody_when_its_time_has_come(office):
    away = office.floor.agent(is_ready=False)
    with office.floor.inside():
        seniors = AgentGroup.objects.create(name="Seniors")
        GroupMember.objects.create(group=seniors, agent=away)
        QueueStep.objects.create(queue=office.floor.queue, after_seconds=0, group=seniors)
        QueueStep.objects.create(queue=office.floor.queue, after_seconds=20)
    junior = office.floor.agent()
    office.settle()
    call_id = office.caller()
    office.pass_seconds(19)
    assert office.ringing() is None
    office.pass_seconds(1)
    [offer] = offers_of(office, call_id)
    assert (offer.agent_id, offer.explanation["step"]) == (junior.pk, len(asks(office, call_id)["steps"]))


def asks(office, call_id) -> dict:
    return stays_of(office, call_id)[-1].routing["asks"]


def test_a_place_in_a_group_or_queue_ends_at_its_time_by_itself(office):
    change(office, wrap_up_seconds=0)
    lent = office.floor.agent()
    until = office.floor.now + timedelta(minutes=10)
    with office.floor.inside():
        QueueAgent.objects.filter(agent=lent).update(until=until)
    office.order(orders.ReadFloorAgain())
    assert take_a_call(office) == lent.pk
    office.pass_seconds(600)
    call_id = office.caller()
    assert offers_of(office, call_id) == []
    assert office.floor.again(lent).can_take_calls


# ---- what a person changes, what is kept


def test_a_pulled_call_rings_the_chosen_agent_at_once(office):
    with office.floor.inside():
        skill = Skill.objects.create(name="Law")
        QueueSkill.objects.create(queue=office.floor.queue, skill=skill)
    chosen = office.floor.agent()
    office.settle()
    call_id = office.caller()
    assert offers_of(office, call_id) == []
    with office.floor.inside():
        actions.pull_call(call_id=call_id, to_agent_id=chosen.pk, at=office.floor.now)
    office.settle()
    assert [offer.agent_id for offer in offers_of(office, call_id)] == [chosen.pk]


def test_a_call_given_time_comes_before_one_that_waited_longer(office):
    first, second = office.caller(number="+8613800000001"), office.caller(number="+8613800000002")
    with office.floor.inside():
        actions.reprioritise_call(call_id=second, seconds=600, at=office.floor.now)
    office.settle()
    office.floor.agent()
    office.settle()
    assert office.ringing().call_id == second
    assert offers_of(office, first) == []


def test_what_is_stored_with_an_offer_decides_the_same_again(office, trio):
    with office.floor.inside():
        skill = Skill.objects.create(name="Chinese")
        for level, agent in zip((3, 9, 6), trio, strict=True):
            AgentSkill.objects.create(agent=agent, skill=skill, level=level)
        QueueSkill.objects.create(queue=office.floor.queue, skill=skill, min_level=2)
    for strategy, size in (("ring_group", 2), ("most_skilled", 5), ("round_robin", 5)):
        change(office, strategy=strategy, ring_group_size=size)
        call_id = office.caller()
        offers = offers_of(office, call_id)
        stored = json.loads(json.dumps(offers[0].explanation["inputs"]))
        assert set(replay(stored)) == {offer.agent_id for offer in offers}
        assert stored["analyse"]["strategy"] == strategy
        office.switch.end(call_id)
        office.settle()
    assert {offer.agent_id for offer in offers} <= {agent.pk for agent in trio}


def test_the_expected_wait_is_kept_with_the_stay(office):
    agent = office.floor.agent()
    office.settle()
    assert take_a_call(office, seconds=85) == agent.pk
    call_id = office.caller()
    assert office.floor.stay(call_id).expected_wait_seconds == 0.0
    office.pass_seconds(1)
    waiting = [office.caller(number="+8613800000001")]
    office.pass_seconds(1)
    waiting += [office.caller(number="+8613800000002")]
    assert [office.floor.stay(each).expected_wait_seconds for each in waiting] == [115.0, 230.0]
