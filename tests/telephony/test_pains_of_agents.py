"""What users of other systems complain of about an agent's state, each shown not to happen here: see test_pains."""

from datetime import timedelta

import pytest

from telephony import actions, orders
from telephony.errors import PhoneNotRegistered, WrapUpTooLong
from tests.telephony.unnoticed import agents, answered, cause, state, unnoticed

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor, other_floor):
    yield from unnoticed(floor, other_floor)


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
