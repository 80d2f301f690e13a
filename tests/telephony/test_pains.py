"""What users of other systems complain of, each shown not to happen here; the numbers are those of the list of pains.

9 (a phone that rings for nobody) and 10 (dead air after answering) are also tried on real switches:
tests/contract/test_truth.py. Those about an agent's state (11, 12, 29, 30): test_pains_of_agents.py.
"""

import random

import pytest

from telephony import orders
from telephony.models import Call, Offer, Queue
from telephony.routing import RoutableAgent, Router, Work
from tests.telephony.unnoticed import agents, answered, state, unnoticed

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor, other_floor):
    yield from unnoticed(floor, other_floor)


def test_pain_05_no_agent_stays_reserved_after_ringing_together(office):
    """Three are rung at once and the caller leaves, or one answers: the others are free for the next call at once."""
    with office.floor.inside():
        Queue.objects.update(strategy="ring_group", ring_group_size=3)
    office.order(orders.ReadFloorAgain())
    three = agents(office, 3)
    call_id = office.caller()
    assert {office.floor.again(agent).activity for agent in three} == {"ringing"}
    office.switch.end(call_id)
    office.settle()
    assert all(office.floor.again(agent).can_take_calls for agent in three)
    office.caller(number="+8613800000002")
    offer = answered(office)
    assert [office.floor.again(agent).can_take_calls for agent in three].count(True) == 2
    next_call = office.caller(number="+8613800000003")
    with office.floor.inside():
        rung = {offer.agent_id for offer in Offer.objects.filter(call_id=next_call, ended_at=None)}
    assert rung == {agent.pk for agent in three} - {offer.agent_id}


def test_pain_05_an_agent_the_router_holds_reserved_is_found_and_freed(office):
    """The router's memory says that an agent is being rung, and no phone rings: within ten seconds they are offered."""
    [agent] = agents(office, 1)
    router = office.worker._desks["acme"]._router
    router.work_arrived(Work(id=10**6, queue_id=office.floor.queue.pk, queued_at=0.0), 0.0)
    call_id = office.caller()
    assert office.ringing() is None
    office.watch_until_healed()
    assert office.ringing().call_id == call_id
    assert office.ringing().agent_id == agent.pk


def test_pain_06_no_call_is_listed_answered_after_its_hang_up(office):
    """Both words of the hang-up are lost: the call has ended within ten seconds, and its agent wraps up."""
    [agent] = agents(office, 1)
    call_id = office.caller()
    answered(office)
    office.pass_seconds(20)
    office.switch.end(call_id)
    office.forget_what_was_told()
    assert office.floor.call(call_id).state == "talking"
    office.watch_until_healed()
    call = office.floor.call(call_id)
    assert (call.state, call.exit) == ("ended", "answered")
    assert 20 <= call.talk_seconds <= 30
    assert office.floor.again(agent).activity == "wrap_up"
    with office.floor.inside():
        assert not Call.objects.filter(ended_at=None).exists()


def test_pain_07_no_caller_and_agent_are_frozen_while_neither_hears_anything(office):
    """The switch takes an offer and then knows nothing of it: the caller is offered to the next agent."""
    first, second = agents(office, 2)
    call_id = office.caller()
    offer = office.ringing()
    del office.switch.legs[offer.pk]
    office.watch_until_healed()
    again = office.ringing()
    assert (again.call_id, {offer.agent_id, again.agent_id}) == (call_id, {first.pk, second.pk})
    assert office.floor.again(offer).outcome == "failed"


def test_pain_08_a_caller_is_never_stuck_behind_an_agent_who_cannot_take_them():
    """Two hundred random floors: whenever somebody free suits a caller, some caller of theirs is being offered."""
    for seed in range(200):
        assert _stuck(random.Random(seed)) == []


def _stuck(dice: random.Random) -> list[tuple[int, int]]:
    """(caller, agent) who wait for each other at the end of a random life of a small floor."""
    router, free, waiting = Router(), set(), {}
    for agent_id in range(6):
        places = {queue: dice.randrange(3) for queue in range(3) if dice.random() < 0.6}
        router.put_agent(RoutableAgent(id=agent_id, queues=places, skills={1: dice.randrange(1, 10)}))
    served = {agent.agent.id: set(agent.agent.queues) for agent in router._roster}
    for turn in range(60):
        agent_id, now, found = dice.randrange(6), float(turn), []
        if dice.random() < 0.4:
            waiting[turn] = dice.randrange(3)
            found = [router.work_arrived(Work(id=turn, queue_id=waiting[turn], queued_at=now), now)]
        elif dice.random() < 0.5:
            free.add(agent_id)
            found = [router.agent_became_free(agent_id, now)]
        else:
            free.discard(agent_id)
            router.agent_became_busy(agent_id)
        for made in [made for made in [*found, *router.tick(now)] if made]:
            free.discard(made.agent_id)
            waiting.pop(made.work_id)
            router.work_left(made.work_id)
    return [(work, agent) for work, queue in waiting.items() for agent in free if queue in served[agent]]


def test_pain_09_no_phone_rings_on_for_a_caller_who_has_left(office):
    """Heard, the ringing is withdrawn at once; unheard, within ten seconds. Nobody is blamed for not answering."""
    [agent] = agents(office, 1)
    first = office.caller()
    offer = office.ringing()
    office.switch.end(first)
    office.settle()
    assert offer.pk not in office.switch.legs
    second = office.caller(number="+8613800000002")
    zombie = office.ringing()
    office.switch.end(second)
    office.forget_what_was_told()
    assert zombie.pk in office.switch.legs
    office.watch_until_healed()
    assert zombie.pk not in office.switch.legs
    row = office.floor.again(agent)
    assert (row.can_take_calls, row.missed_offers) == (True, 0)
    assert office.floor.again(zombie).outcome == "caller_left"


def test_pain_18_a_hang_up_that_is_not_told_and_a_cut_connection_leave_nothing_behind(office):
    """The socket is cut for thirty seconds; meanwhile talks end, callers come and go. All of it is known afterwards."""
    first, second = agents(office, 2)
    talk = office.caller()
    answered(office)
    gone = office.caller(number="+8613800000002")
    office.switch.is_connected = False
    office.switch.end(talk)
    office.switch.end(gone)
    came = office.switch.caller_dials("acme", office.floor.number, office.floor.queue.pk)
    office.watch_for(30)
    office.switch.connect()
    office.settle()
    assert [office.floor.call(call_id).state for call_id in (talk, gone)] == ["ended", "ended"]
    assert office.ringing().call_id == came
    told = dict(office.told())
    assert all(told.values())
    assert {"ghost_call", "unknown_leg"} <= set(told)
    assert {state(office, agent)[2] for agent in (first, second)} <= {"wrap_up", "ringing", "idle"}
