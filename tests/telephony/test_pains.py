"""What users of other systems complain of, each shown not to happen here; the numbers are those of the list of pains.

9 (a phone that rings for nobody) and 10 (dead air after answering) are also tried on real switches:
tests/contract/test_truth.py.
"""

import random
from datetime import timedelta

import pytest

from telephony import actions, orders
from telephony.errors import PhoneNotRegistered, WrapUpTooLong
from telephony.models import Agent, Call, Offer, Queue
from telephony.routing import RoutableAgent, Router, Work
from tests.telephony.watching import WatchedOffice

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor, other_floor) -> WatchedOffice:
    """acme's floor, watched; globex's agent is ready all the while and hears nothing of it."""
    office = WatchedOffice(floor)
    other_floor.switch = office.switch
    theirs = other_floor.agent()
    office.settle()
    before = other_floor.again(theirs).version
    yield office
    assert (office.told(other_floor), other_floor.again(theirs).version) == ([], before)
    assert (office.ghosts(), office.signs.failures) == ([], 0)


def agents(office, count: int) -> list[Agent]:
    found = [office.floor.agent() for _agent in range(count)]
    office.settle()
    return found


def state(office, agent) -> tuple[str, str, str]:
    row = office.floor.again(agent)
    return row.presence, row.routing_status, row.activity


def cause(office, agent) -> str:
    with office.floor.inside():
        return agent.state_changes.latest("pk").cause


def answered(office) -> Offer:
    offer = office.ringing()
    office.switch.pick_up(offer.pk)
    office.settle()
    return offer


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


def test_pain_11_an_agent_without_a_registered_phone_is_never_shown_ready(office):
    """Heard or unheard, the phone's leaving makes the agent not ready, says why, and being ready again is refused."""
    heard, unheard, taken = agents(office, 3)
    host = office.floor.tenant.host
    office.switch.unregister(heard.extension, host)
    office.settle()
    office.switch.unregister(unheard.extension, host)
    office.forget_what_was_told()
    with office.floor.inside():
        taken.devices.all().delete()
    assert state(office, unheard)[1] == state(office, taken)[1] == "ready"
    office.watch_until_healed()
    for agent in (heard, unheard, taken):
        assert state(office, agent) == ("online", "not_ready", "idle")
        assert cause(office, agent) == "system:unregistered"
        with office.floor.inside(), pytest.raises(PhoneNotRegistered):
            actions.set_agent_ready(agent_id=agent.pk, at=office.floor.now)
    office.caller()
    assert office.ringing() is None
    office.floor.clock.pass_seconds(1)
    office.switch.register(unheard.extension, host)
    office.settle()
    assert state(office, unheard)[1] == "not_ready"


@pytest.mark.parametrize("how", ["dials", "is dialled", "dials unheard"])
def test_pain_12_an_agent_on_a_call_of_their_own_is_offered_no_other(office, how):
    """They dialled from the phone, or a colleague rang them directly: one busy truth for all calls."""
    [agent] = agents(office, 1)
    if how == "is dialled":
        leg_id = office.switch.agent_is_dialled("acme", agent.extension, office.floor.tenant.host)
    else:
        leg_id = office.switch.agent_dials("acme", agent.pk, "+8613900000000")
    if how == "dials unheard":
        office.forget_what_was_told()
        office.watch_until_healed()
    office.settle()
    assert state(office, agent)[2] == ("ringing" if how == "is dialled" else "dialling")
    office.switch.answered(leg_id)
    office.switch.legs[leg_id] = office.switch.legs[leg_id].__class__(
        **{**vars(office.switch.legs[leg_id]), "agent_id": agent.pk}
    )
    office.settle()
    assert state(office, agent)[2] == "talking"
    call_id = office.caller()
    office.watch_for(6)
    assert (office.ringing(), office.floor.call(call_id).state) == (None, "waiting")
    office.switch.end(leg_id)
    office.settle()
    assert office.ringing().agent_id == agent.pk


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


STEPS = [
    # what happens, and then (routing status, activity, next status) as it must be
    ("a missed call", ("ready", "idle", "")),
    ("an answered call", ("ready", "talking", "")),
    ("lunch is wished during the call", ("ready", "talking", "not_ready")),
    ("the call ends", ("ready", "wrap_up", "not_ready")),
    ("the wrap-up is done", ("not_ready", "idle", "")),
    ("ready again", ("ready", "idle", "")),
    ("two calls missed", ("ready", "idle", "")),
    ("a missed call", ("not_ready", "idle", "")),
    ("the phone registers anew", ("not_ready", "idle", "")),
    ("ready again", ("ready", "idle", "")),
]


class Day:
    """What may happen to one agent, by its name in STEPS."""

    def __init__(self, office, agent) -> None:
        self.office, self.agent, self.call_id = office, agent, None

    def happen(self, step: str) -> None:
        acts = {
            "a missed call": self.miss,
            "two calls missed": lambda: [self.miss(), self.miss()],
            "an answered call": self.answer,
            "lunch is wished during the call": lambda: self.order(orders.SetNotReady),
            "the call ends": lambda: self.office.switch.end(self.call_id),
            "the wrap-up is done": lambda: self.order(orders.FinishWrapUp, call_id=self.call_id),
            "ready again": lambda: self.order(orders.SetReady),
            "the phone registers anew": self.register,
        }
        acts[step]()
        self.office.settle()

    def miss(self) -> None:
        waiting = self.office.caller()
        self.office.switch.end(self.office.ringing().pk, cause="NO_ANSWER")
        self.office.settle()
        self.office.switch.end(waiting)
        self.office.pass_seconds(6)

    def answer(self) -> None:
        self.call_id = self.office.caller()
        answered(self.office)

    def order(self, kind, **known) -> None:
        self.office.order(kind(agent_id=self.agent.pk, **known))

    def register(self) -> None:
        self.office.switch.register(self.agent.extension, self.office.floor.tenant.host)


def test_pain_29_an_agents_next_state_is_what_the_table_says(office):
    """A missed call leaves nobody in a wrong state, the next status is kept as data, and nothing overrides a wish."""
    [agent] = agents(office, 1)
    day = Day(office, agent)
    for step, wanted in STEPS:
        day.happen(step)
        row = office.floor.again(agent)
        assert (step, (row.routing_status, row.activity, row.next_status)) == (step, wanted)
    office.watch_for(6)
    assert office.told() == []


def test_pain_30_wrap_up_is_a_state_with_a_deadline_that_can_be_moved(office):
    """It begins after a transfer too, counts down, can be lengthened up to a limit, left for a pause, and ends."""
    first, second = agents(office, 2)
    call_id = office.caller()
    offer = answered(office)
    office.pass_seconds(10)
    office.order(
        orders.TransferToQueue(agent_id=offer.agent_id, call_id=call_id, queue_id=office.floor.queue.pk)
    )
    wrapping = office.floor.again(first if first.pk == offer.agent_id else second)
    other = second if wrapping.pk == first.pk else first
    assert (wrapping.activity, state(office, other)[2]) == ("wrap_up", "ringing")
    assert wrapping.wrap_up_until == office.floor.now + timedelta(seconds=30)
    office.order(orders.ExtendWrapUp(agent_id=wrapping.pk, call_id=call_id, seconds=60))
    assert office.floor.again(wrapping).wrap_up_until == office.floor.now + timedelta(seconds=90)
    office.order(orders.SetNotReady(agent_id=wrapping.pk))
    office.pass_seconds(89)
    assert state(office, wrapping)[1:] == ("ready", "wrap_up")
    office.pass_seconds(1)
    assert state(office, wrapping)[1:] == ("not_ready", "idle")
    assert office.floor.again(offer).wrap_up_seconds == 90


def test_pain_30_no_wrap_up_lasts_for_ever(office):
    """Lengthened again and again it ends after a quarter of an hour, and one whose timer was lost ends too."""
    [agent] = agents(office, 1)
    call_id = office.caller()
    offer = answered(office)
    office.switch.end(call_id)
    office.settle()
    with office.floor.inside():
        for _time in range(3):
            actions.extend_wrap_up(agent_id=agent.pk, call_id=call_id, seconds=300, at=office.floor.now)
        with pytest.raises(WrapUpTooLong):
            actions.extend_wrap_up(agent_id=agent.pk, call_id=call_id, seconds=300, at=office.floor.now)
    office.settle()
    office.worker._wheel.clear()
    office.floor.clock.pass_seconds(901)
    office.watch_for(6)
    assert office.told() == [("overdue_wrap_up", True)]
    assert office.floor.again(agent).can_take_calls
    assert office.floor.again(offer).wrap_up_seconds == 900
