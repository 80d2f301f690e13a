"""Agents who work by themselves give ordinary orders, and no others."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from contactcenter.demo.crew import Crew
from contactcenter.demo.part import Part
from telephony import actions, orders
from telephony.models import Agent, Disposition, NotReadyReason, Queue
from tests.fakes.switch import FakeClock, FakeSwitch
from tests.telephony.floor import Floor


class Always(random.Random):
    """Chance that always says the same between 0 and 1."""

    def __init__(self, dice: float) -> None:
        super().__init__(1)
        self.dice = dice

    def random(self) -> float:
        return self.dice


@pytest.fixture
def floor(acme, member, now) -> Floor:
    return Floor(acme, member, FakeSwitch(FakeClock(now)))


def work(crew: Crew, floor: Floor, *moments: float) -> int:
    with floor.inside():
        return sum(crew.work(moment) for moment in moments)


def crew_of(part: Callable[..., Part], floor: Floor, agent: Agent, dice: float = 0.99) -> Crew:
    with floor.inside():
        return Crew(part(agent.member.username), Always(dice))


def test_an_agent_of_the_crew_signs_in_and_gets_ready(floor, part, given) -> None:
    agent = floor.agent(is_ready=False)
    with floor.inside():
        actions.sign_out(agent_id=agent.pk, at=floor.now)
    crew = crew_of(part, floor, agent)
    assert work(crew, floor, 0, 10) == 1
    assert given == [orders.SignIn(agent_id=agent.pk)]
    with floor.inside():
        actions.sign_in(agent_id=agent.pk, at=floor.now)
    work(crew, floor, 20, 30)
    assert given[1:] == [orders.SetReady(agent_id=agent.pk)]


def test_people_and_other_tenants_are_left_alone(floor, member, globex, part, given) -> None:
    mine, person = floor.agent(is_ready=False), floor.agent(is_ready=False)
    other = Floor(globex, member, FakeSwitch(FakeClock(floor.now)), number="+442079460000").agent(
        is_ready=False
    )
    crew = crew_of(part, floor, mine)
    work(crew, floor, 0, 10)
    assert {order.agent_id for order in given} == {mine.pk}
    assert other.presence == floor.again(person).presence


def test_a_wrap_up_ends_with_a_disposition_and_a_note(floor, part, given) -> None:
    agent = floor.agent()
    with floor.inside():
        disposition = Disposition.objects.create(name="Booked")
    call_id, offer = floor.talk(agent)
    floor.switch.hang_up(offer.pk)
    floor.listen()
    crew = crew_of(part, floor, agent)
    assert work(crew, floor, 0, 2) == 0
    assert work(crew, floor, 12) == 1
    [order] = given
    assert isinstance(order, orders.FinishWrapUp)
    assert (order.agent_id, order.call_id, order.disposition_id) == (agent.pk, call_id, disposition.pk)


@pytest.mark.parametrize(("dice", "kind"), [(0.01, orders.TransferToQueue), (0.1, orders.Hold), (0.9, None)])
def test_a_call_may_be_passed_on_or_held(floor, part, given, dice, kind) -> None:
    agent = floor.agent()
    with floor.inside():
        other = Queue.objects.create(name="Refunds")
    call_id, _offer = floor.talk(agent, seconds=1)
    crew = crew_of(part, floor, agent, dice=dice)
    work(crew, floor, 0, 10)
    assert [type(order) for order in given] == ([kind] if kind else [])
    if kind:
        assert given[0].call_id == call_id
    if kind is orders.TransferToQueue:
        assert given[0].queue_id == other.pk


def test_somebody_takes_a_break_now_and_then_and_comes_back(floor, part, given) -> None:
    agent = floor.agent()
    with floor.inside():
        reason = NotReadyReason.objects.create(name="Lunch")
    crew = crew_of(part, floor, agent, dice=0.0)
    work(crew, floor, 0, 5)
    assert given == [orders.SetNotReady(agent_id=agent.pk, reason_id=reason.pk)]
    with floor.inside():
        actions.set_agent_not_ready(agent_id=agent.pk, reason_id=reason.pk, at=floor.now)
    assert work(crew, floor, 10, 15) == 0
    work(crew, floor, 80)
    assert given[1:] == [orders.SetReady(agent_id=agent.pk)]


def test_an_order_that_changed_nothing_is_given_again_but_not_in_a_hurry(floor, part, given) -> None:
    agent = floor.agent(is_ready=False)
    crew = crew_of(part, floor, agent)
    work(crew, floor, 0, 10, 11, 12, 20)
    assert len(given) == 1
    work(crew, floor, 26)
    assert len(given) == 2
