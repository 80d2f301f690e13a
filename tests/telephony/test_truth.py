"""The watchdog: each kind of difference is found within ten seconds, healed, and told; nothing else is."""

import os
from datetime import timedelta
from uuid import UUID

import pytest

from telephony import actions, orders
from telephony.facts import HungUpBy
from telephony.models import Agent, Device, Difference, Leg, Offer
from tests.telephony.traffic import Traffic
from tests.telephony.watching import WatchedOffice

pytestmark = pytest.mark.usefixtures("at_once")

FOUND_WITHIN = 10


@pytest.fixture
def office(floor, other_floor) -> WatchedOffice:
    """acme's floor; globex has an agent of its own, about whom nothing is ever told."""
    office = WatchedOffice(floor)
    other_floor.switch = office.switch
    office.theirs = other_floor.agent()
    office.pass_seconds(60)
    office.watch_for(2)
    yield office
    assert office.told(other_floor) == []
    assert other_floor.again(office.theirs).can_take_calls
    assert office.signs.failures == 0


@pytest.fixture
def agent(office) -> Agent:
    found = office.floor.agent()
    office.settle()
    return found


def talking(office, agent) -> tuple[UUID, Offer]:
    call_id = office.caller()
    offer = office.ringing()
    office.switch.pick_up(offer.pk)
    office.settle()
    assert office.floor.again(agent).activity == "talking"
    return call_id, offer


def healed_as(office, kind: str) -> Difference:
    """Found within ten seconds and healed; a quiet while later still the only one."""
    office.watch_until_healed(FOUND_WITHIN)
    office.watch_for(4)
    assert office.told() == [(kind, True)]
    found = office.difference()
    assert found.seconds <= FOUND_WITHIN
    return found


# ---- each kind


def test_a_caller_who_is_gone_is_a_ghost_call_and_ended(office):
    call_id = office.caller()
    del office.switch.legs[call_id]
    found = healed_as(office, "ghost_call")
    call = office.floor.call(call_id)
    assert (call.state, call.exit) == ("ended", "lost")
    assert (found.call_id, found.cause, found.remedy) == (call_id, "end_unheard", "leg_ended")


def test_an_agents_leg_that_is_gone_is_a_ghost_leg_and_the_agent_free(office, agent):
    call_id, offer = talking(office, agent)
    del office.switch.legs[offer.pk]
    found = healed_as(office, "ghost_leg")
    assert (found.agent_id, found.call_id) == (agent.pk, call_id)
    assert office.floor.again(agent).activity == "wrap_up"


def test_a_caller_we_never_heard_of_is_taken_up_and_offered(office, agent):
    call_id = office.switch.caller_dials("acme", office.floor.number, office.floor.queue.pk)
    office.forget_what_was_told()
    found = healed_as(office, "unknown_leg")
    assert (found.cause, found.remedy) == ("event_unheard", "written_down")
    assert office.ringing().call_id == call_id
    assert office.floor.again(agent).activity == "ringing"


def test_a_leg_given_up_too_early_comes_back(office, agent):
    call_id, offer = talking(office, agent)
    with office.floor.inside():
        actions.lose_leg(leg_id=offer.pk, at=office.floor.now)
    assert office.floor.again(agent).activity == "wrap_up"
    healed_as(office, "unknown_leg")
    assert office.floor.call(call_id).state == "talking"
    assert office.floor.again(agent).activity == "talking"


def test_an_offer_the_switch_knows_nothing_of_ends_and_the_caller_is_offered_again(office, agent):
    call_id = office.caller()
    offer = office.ringing()
    office.switch.legs.pop(offer.pk)
    found = healed_as(office, "stuck_offer")
    assert office.floor.again(offer).ended_at is not None
    assert (found.call_id, found.remedy) == (call_id, "offer_ended")
    office.watch_for(4)
    assert office.ringing().call_id == call_id


def test_an_offer_that_rings_past_its_time_is_stopped(office, agent):
    office.caller()
    offer = office.ringing()
    with office.floor.inside():
        Offer.objects.filter(pk=offer.pk).update(expires_at=office.floor.now - timedelta(seconds=10))
    found = healed_as(office, "stuck_offer")
    assert found.remedy == "ringing_stopped"
    assert (offer.pk, "NO_ANSWER") in office.switch.asked("withdraw")
    assert office.floor.again(offer).outcome == "missed"


def test_a_phone_that_rings_for_a_caller_who_left_is_silenced(office, agent):
    call_id = office.caller()
    offer = office.ringing()
    office.switch.end(call_id)
    office.forget_what_was_told()
    office.watch_until_healed(FOUND_WITHIN)
    office.watch_for(6)
    assert sorted(office.told()) == [("ghost_call", True), ("zombie_offer", True)]
    assert offer.pk not in office.switch.legs
    freed = office.floor.again(agent)
    assert (freed.can_take_calls, freed.missed_offers) == (True, 0)


def test_a_phone_that_rings_for_an_offer_long_over_is_silenced(office, agent):
    call_id = office.caller()
    offer = office.ringing()
    with office.floor.inside():
        actions.fail_offer(offer_id=offer.pk, at=office.floor.now, failure="NO_ANSWER")
    found = healed_as(office, "zombie_offer")
    assert (found.remedy, found.call_id) == ("ringing_stopped", call_id)
    assert offer.pk not in office.switch.legs


def test_a_conversation_that_began_unheard_is_written_down(office, agent):
    call_id = office.caller()
    office.switch.pick_up(office.ringing().pk)
    office.forget_what_was_told()
    healed_as(office, "lost_bridge")
    assert office.floor.call(call_id).state == "talking"
    assert office.floor.again(agent).activity == "talking"


def test_a_conversation_that_ended_unheard_is_written_down(office, agent):
    _call_id, offer = talking(office, agent)
    for leg_id in list(office.switch.legs):
        leg = office.switch.legs[leg_id]
        office.switch.legs[leg_id] = leg.__class__(**{**vars(leg), "bridged_leg_id": None})
    healed_as(office, "lost_bridge")
    assert office.floor.again(offer).talk_ended_at is not None


def test_a_caller_sent_to_a_queue_unheard_is_put_in_line(office, agent):
    call_id, _offer = talking(office, agent)
    office.floor.clock.pass_seconds(5)
    office.switch.send_to_queue(call_id, entry(office))
    for fact in office.switch.all_told():
        if type(fact).__name__ != "LegQueued":
            office.inbox.put_fact(fact)
    office.settle()
    found = healed_as(office, "missing_waiter")
    assert found.remedy == "written_down"
    with office.floor.inside():
        assert office.floor.call(call_id).stays.filter(left_at=None).count() == 1


def entry(office):
    from telephony.switch import QueueEntry

    return QueueEntry(
        tenant="acme", queue_id=office.floor.queue.pk, priority=0, max_wait_seconds=600, language="zh"
    )


def test_a_caller_who_leaves_a_message_unheard_leaves_our_line(office):
    call_id = office.caller()
    office.switch.give_up_waiting(call_id)
    office.forget_what_was_told()
    found = healed_as(office, "ghost_waiter")
    assert found.remedy == "taken_out"
    assert office.floor.stay(call_id).exit == "voicemail"


def test_a_phone_that_left_unheard_is_gone_and_its_agent_not_ready(office, agent):
    office.switch.unregister(agent.extension, office.floor.tenant.host)
    office.forget_what_was_told()
    found = healed_as(office, "phone_gone")
    assert (found.subject, found.cause, found.agent_id) == (agent.extension, "registration_expired", agent.pk)
    assert office.floor.again(agent).routing_status == "not_ready"


def test_a_phone_that_came_unheard_is_registered(office):
    agent = office.floor.agent(is_ready=False)
    office.switch.unregister(agent.extension, office.floor.tenant.host)
    office.settle()
    office.floor.clock.pass_seconds(3)
    office.switch.register(agent.extension, office.floor.tenant.host)
    office.forget_what_was_told()
    healed_as(office, "phone_unknown")
    with office.floor.inside():
        assert Device.objects.get(agent=agent).is_registered


def test_an_agent_whose_phone_an_administrator_took_away_is_not_ready(office, agent):
    with office.floor.inside():
        Device.objects.filter(agent=agent).delete()
    found = healed_as(office, "ready_unreachable")
    assert found.cause == "changed_by_hand"
    assert office.floor.again(agent).routing_status == "not_ready"


def test_an_agent_shown_busy_without_work_is_free_again(office, agent):
    with office.floor.inside():
        Agent.objects.filter(pk=agent.pk).update(activity="talking")
    found = healed_as(office, "stuck_activity")
    assert found.remedy == "worked_out"
    assert office.floor.again(agent).can_take_calls
    office.caller()
    assert office.ringing().agent_id == agent.pk


def test_an_agent_shown_idle_on_a_call_is_busy_again(office, agent):
    talking(office, agent)
    with office.floor.inside():
        Agent.objects.filter(pk=agent.pk).update(activity="idle")
    office.caller(number="+8613800000002")
    found = healed_as(office, "hidden_activity")
    assert found.agent_id == agent.pk
    assert office.floor.again(agent).activity == "talking"
    assert office.ringing() is None


def test_a_wrap_up_whose_timer_was_lost_is_ended(office, agent):
    _call_id, offer = talking(office, agent)
    office.switch.end(offer.pk)
    office.settle()
    office.worker._wheel.clear()
    office.floor.clock.pass_seconds(31)
    found = healed_as(office, "overdue_wrap_up")
    assert (found.cause, found.remedy) == ("timer_missed", "wrap_up_ended")
    assert office.floor.again(agent).can_take_calls
    assert office.floor.again(offer).wrap_up_seconds == 30


def test_a_waiting_caller_the_router_forgot_is_offered(office, agent):
    first = office.caller()
    offer = office.ringing()
    call_id = office.caller(number="+8613800000002")
    office.worker._desks["acme"]._router.work_left(office.floor.stay(call_id).pk)
    found = healed_as(office, "router_drift")
    assert (found.cause, found.remedy, found.call_id) == ("news_missed", "read_again", call_id)
    assert office.floor.again(offer).ended_at is None
    office.switch.end(first)
    office.settle()
    assert office.ringing().call_id == call_id


def test_a_free_agent_the_router_thinks_busy_is_given_the_waiting_caller(office, agent):
    desk = office.worker._desks["acme"]
    desk._router.agent_became_busy(agent.pk)
    call_id = office.caller()
    assert office.ringing() is None
    healed_as(office, "router_drift")
    assert office.ringing().call_id == call_id


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
