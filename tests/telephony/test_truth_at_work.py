"""The watchdog at work: faults with a floor in full work leave no ghost, and ordinary calls give no false alarm."""

import os
from uuid import UUID

import pytest

from telephony import orders
from telephony.facts import HungUpBy
from telephony.models import Agent, Difference, Leg
from tests.telephony.traffic import Traffic
from tests.telephony.watching import FOUND_WITHIN, talking

pytestmark = pytest.mark.usefixtures("at_once")


# ---- faults, with a floor in full work


def a_hang_up_is_not_told(office, talk: UUID) -> None:
    office.switch.end(talk)
    office.forget_what_was_told()


def the_socket_is_cut_for_thirty_seconds(office, talk: UUID) -> None:
    office.switch.is_connected = False
    office.switch.end(talk)
    office.switch.caller_dials("acme", office.floor.number, office.floor.queue.pk, number="+8613800000009")
    office.watch_for(30)
    office.switch.connect()
    office.settle()


def the_worker_is_killed(office, talk: UUID) -> None:
    """Another one starts twenty seconds later; what was told meanwhile nobody heard."""
    office.switch.end(talk)
    office.floor.clock.pass_seconds(20)
    office.forget_what_was_told()
    office.start()


def a_registration_is_forgotten(office, talk: UUID) -> None:
    office.switch.phones.pop((office.idle_agent.extension, office.floor.tenant.host))


@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        (a_hang_up_is_not_told, {"ghost_call", "ghost_leg"}),
        (the_socket_is_cut_for_thirty_seconds, {"ghost_call", "ghost_leg", "unknown_leg"}),
        (the_worker_is_killed, {"ghost_call", "ghost_leg"}),
        (a_registration_is_forgotten, {"phone_gone"}),
    ],
    ids=lambda what: getattr(what, "__name__", ""),
)
def test_after_a_fault_all_is_found_and_healed_and_no_ghost_is_left(office, fault, kinds):
    office.floor.agent()
    office.settle()
    talk = office.caller()
    office.switch.pick_up(office.ringing().pk)
    office.floor.agent()
    office.settle()
    office.caller(number="+8613800000002")
    office.idle_agent = office.floor.agent()
    office.settle()
    assert office.ghosts() == []
    fault(office, talk)
    office.watch_for(FOUND_WITHIN)
    told = office.told()
    assert {kind for kind, _healed in told} >= kinds
    assert all(healed for _kind, healed in told)
    assert office.ghosts() == []
    if fault is a_registration_is_forgotten:
        assert office.floor.again(office.idle_agent).routing_status == "not_ready"
    else:
        assert office.floor.call(talk).state == "ended"


# ---- none of it in ordinary traffic


def test_no_false_alarm_while_facts_are_still_on_their_way(office, agent):
    """The loop is behind by a minute: nothing counts until it has heard what was told before the first look."""
    call_id = office.caller()
    office.switch.end(call_id, by=HungUpBy.PARTY)
    told = office.switch.all_told()
    for fact in told:
        office.inbox.put_fact(fact)
    for _turn in range(30):
        office.floor.clock.pass_seconds(2)
        office.watch.turn()
    assert office.told() == []
    office.settle()
    assert office.floor.call(call_id).exit == "abandoned"
    office.watch_for(6)
    assert office.told() == []


def test_ordinary_calls_give_no_difference(office):
    """Eight in the suite; ORDINARY_CALLS=200 is the long form, which is run before a release."""
    calls = int(os.environ.get("ORDINARY_CALLS", "8"))
    traffic = Traffic(office, seed=7)
    traffic.run(calls)
    office.watch_for(6)
    assert office.told() == []
    assert (traffic.callers, office.ghosts()) == (calls, [])
    assert traffic.answered() >= calls / 8


def test_what_differs_once_is_no_difference(office, agent):
    call_id = office.caller()
    leg = office.switch.legs.pop(call_id)
    # Both slices of the cell in one moment: nothing is two looks apart yet.
    office.look()
    office.look()
    office.look()
    office.switch.legs[call_id] = leg
    office.watch_for(6)
    assert office.told() == []


def test_a_list_that_lags_accuses_nobody(office, agent, monkeypatch):
    """The list shows no legs at all, the switch says of each that it lives."""
    call_id, _offer = talking(office, agent)
    monkeypatch.setattr(office.switch, "glimpses", list)
    office.watch_for(10)
    assert office.told() == []
    assert office.floor.call(call_id).state == "talking"


def test_a_stranger_of_no_tenant_is_left_alone(office):
    office.switch.caller_dials("", "+85299999999", 99)
    office.forget_what_was_told()
    office.watch_for(10)
    assert office.told() == []
    asked = len(office.switch.asked("leg"))
    office.watch_for(10)
    assert len(office.switch.asked("leg")) == asked


def test_what_cannot_be_healed_stays_open_and_does_not_keep_the_rest_from_it(office, agent, monkeypatch):
    with office.floor.inside():
        Agent.objects.filter(pk=agent.pk).update(activity="talking")
    call_id = office.caller()
    del office.switch.legs[call_id]

    def broken(*_args, **_known):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("telephony.worker.watchdog.remedies.follow_agent", broken)
        office.watch_for(FOUND_WITHIN)
        assert sorted(office.told()) == [("ghost_call", True), ("stuck_activity", False)]
    office.watch_for(6)
    assert sorted(office.told()) == [("ghost_call", True), ("stuck_activity", True)]


def test_a_new_worker_closes_what_the_old_one_found(office, agent):
    with office.floor.inside():
        Difference.objects.create(kind="ghost_leg", subject="x", found_at=office.floor.now)
    office.watch_anew()
    office.watch_for(4)
    assert office.told() == [("ghost_leg", True)]
    assert office.difference().remedy == "by_itself"


def test_orders_go_on_being_heard_while_it_looks(office, agent):
    call_id = office.caller()
    office.watch_for(4)
    office.order(orders.Answer(agent_id=agent.pk, call_id=call_id))
    office.watch_for(4)
    with office.floor.inside():
        assert Leg.objects.filter(ended_at=None).count() == 2
    assert office.told() == []
