"""The watchdog: each kind of difference is found within ten seconds, healed, and told; nothing else is."""

from datetime import timedelta

import pytest

from telephony import actions
from telephony.actions.truth import thin_differences
from telephony.models import Agent, Device, Difference, Offer
from telephony.worker.watchdog.rows import read_rows
from tests.telephony.watching import FOUND_WITHIN, talking

pytestmark = pytest.mark.usefixtures("at_once")


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
        actions.lose_leg(leg_id=offer.pk, node="main-1", at=office.floor.now)
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


def test_old_differences_are_thinned_and_open_ones_stay(floor, other_floor):
    kinds = (Difference.Kind.GHOST_LEG, Difference.Kind.PHONE_GONE)

    def write(days: float, seconds: float | None, subject: str) -> None:
        found = floor.now - timedelta(days=days)
        for kind in kinds:
            healed = None if seconds is None else found + timedelta(seconds=seconds)
            Difference.objects.create(kind=kind, subject=subject, found_at=found, healed_at=healed)

    for one in (floor, other_floor):
        with one.inside():
            for number in range(25):
                write(10, number, f"old {number}")
                write(2, number, f"new {number}")
            write(100, 1, "ancient")
            write(100, None, "open")
    with floor.inside():
        assert thin_differences(at=floor.now) == 2 * (5 + 1)
        assert thin_differences(at=floor.now) == 0
        kept = Difference.objects.filter(kind=kinds[0]).values_list("subject", flat=True)
        assert {"open", "old 24", "old 5", "new 0"} <= set(kept)
        assert not {"ancient", "old 4", "old 0"} & set(kept)
    with other_floor.inside():
        assert Difference.objects.count() == 2 * 52


def test_a_tenant_where_nothing_goes_on_costs_three_queries(office, agent, django_assert_num_queries):
    with office.floor.inside():
        read_rows()
        with django_assert_num_queries(3):
            quiet = read_rows()
    office.caller()
    with office.floor.inside():
        busy = read_rows()
    assert (len(quiet.legs), len(quiet.calls), set(quiet.agents)) == (0, 0, {agent.pk})
    assert (len(busy.legs), len(busy.calls), len(busy.offers)) == (2, 1, 1)
