"""Presence, readiness and activity: three things, each with its causes."""

from datetime import timedelta

import pytest

from telephony import actions, queries
from telephony.actions.agent_activity import NO_ANSWER, force_not_ready, write_state
from telephony.errors import (
    AgentSwitchedOff,
    DispositionNotOfThisQueue,
    NoCallHere,
    NothingToWrapUp,
    PhoneNotRegistered,
    UnknownReason,
    WrapUpTooLong,
)
from telephony.models import Agent, AgentStateChange, Disposition, NotReadyReason, Offer, Queue
from telephony.serializers import agent_row, snapshots
from tests.telephony.office import Office


def causes(floor, agent) -> list[str]:
    with floor.inside():
        return list(
            AgentStateChange.objects.filter(agent=agent).order_by("pk").values_list("cause", flat=True)
        )


def test_an_agent_without_a_registered_phone_is_never_ready(floor):
    agent = floor.agent(is_ready=False)
    floor.switch.unregister(agent.extension, floor.tenant.host)
    floor.clock.pass_seconds(1)
    floor.listen()
    before = floor.again(agent).version
    with floor.inside(), pytest.raises(PhoneNotRegistered):
        actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
    assert (floor.again(agent).routing_status, floor.again(agent).version) == ("not_ready", before)


def test_a_phone_that_is_lost_makes_not_ready_with_the_cause(floor):
    agent = floor.agent()
    floor.clock.pass_seconds(5)
    floor.switch.unregister(agent.extension, floor.tenant.host)
    floor.listen()
    assert floor.again(agent).routing_status == "not_ready"
    assert causes(floor, agent) == ["agent", "system:unregistered"]


def test_a_late_word_of_an_older_registration_changes_nothing(floor):
    agent = floor.agent()
    with floor.inside():
        actions.unregister_device(username=agent.extension, at=floor.now - timedelta(hours=1))
    assert floor.again(agent).is_ready


def shown_cause(floor, agent) -> str:
    with floor.inside():
        [row] = [row for row in snapshots.agent_rows() if row["id"] == agent.pk]
        assert agent_row(queries.agent_of(agent.member))["cause"] == row["cause"]
        return row["cause"]


def test_what_the_system_did_to_a_state_is_told_until_a_person_decides(floor):
    agent, other = floor.agent(), floor.agent()
    assert shown_cause(floor, agent) == ""
    floor.clock.pass_seconds(5)
    floor.switch.unregister(agent.extension, floor.tenant.host)
    floor.listen()
    assert shown_cause(floor, agent) == "system:unregistered"
    assert shown_cause(floor, other) == ""
    with floor.inside():
        lunch = NotReadyReason.objects.create(name="Lunch")
        actions.set_agent_not_ready(agent_id=agent.pk, reason_id=lunch.pk, at=floor.now)
    assert shown_cause(floor, agent) == ""


def test_what_one_does_while_not_ready_does_not_hide_the_cause(floor):
    agent = floor.agent()
    floor.clock.pass_seconds(5)
    with floor.inside():
        force_not_ready(agent.pk, at=floor.now, cause=NO_ANSWER)
        changed = floor.again(agent)
        for activity in (Agent.Activity.WRAP_UP, Agent.Activity.IDLE):
            floor.clock.pass_seconds(5)
            changed.activity = activity
            write_state(changed, at=floor.now, cause="agent")
    assert shown_cause(floor, agent) == "system:no_answer"
    with floor.inside():
        actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
    assert shown_cause(floor, agent) == ""


def test_an_unreachable_phone_is_found_out_by_the_offer(floor, at_once):
    office = Office(floor)
    agent = floor.agent()
    floor.switch.phones.clear()
    call_id = office.caller()
    with floor.inside():
        assert Offer.objects.get(call_id=call_id).outcome == "failed"
    assert floor.again(agent).routing_status == "not_ready"
    assert causes(floor, agent)[-1] == "system:unregistered"
    assert floor.call(call_id).state == "waiting"


def test_the_wish_to_pause_during_a_call_comes_true_after_the_wrap_up(floor):
    agent = floor.agent()
    with floor.inside():
        lunch = NotReadyReason.objects.create(name="Lunch")
    call_id, _offer = floor.talk(agent)
    with floor.inside():
        actions.set_agent_not_ready(agent_id=agent.pk, reason_id=lunch.pk, at=floor.now)
    during = floor.again(agent)
    assert (during.routing_status, during.next_status, during.activity) == ("ready", "not_ready", "talking")
    floor.switch.end(call_id)
    floor.listen()
    assert floor.again(agent).routing_status == "ready"
    with floor.inside():
        actions.finish_wrap_up(agent_id=agent.pk, call_id=call_id, at=floor.now)
    after = floor.again(agent)
    assert (after.routing_status, after.next_status, after.activity) == ("not_ready", "", "idle")
    assert after.not_ready_reason_id == lunch.pk


def test_the_wish_is_taken_back_by_being_ready_again(floor):
    agent = floor.agent()
    call_id, _offer = floor.talk(agent)
    with floor.inside():
        actions.set_agent_not_ready(agent_id=agent.pk, reason_id=None, at=floor.now)
        actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
    floor.switch.end(call_id)
    floor.clock.pass_seconds(31)
    floor.listen()
    with floor.inside():
        actions.end_due_wrap_up(agent_id=agent.pk, at=floor.now)
    assert floor.again(agent).can_take_calls


def test_signing_in_and_out_twice_is_one_change_each(floor):
    agent = floor.agent(is_ready=False)
    with floor.inside():
        for _twice in range(2):
            actions.sign_in(agent_id=agent.pk, at=floor.now)
        for _twice in range(2):
            actions.sign_out(agent_id=agent.pk, at=floor.now)
    assert causes(floor, agent) == ["agent", "agent"]


def test_an_agent_who_is_switched_off_cannot_sign_in_and_is_signed_out(floor):
    agent = floor.agent()
    with floor.inside():
        actions.change_agent(agent_id=agent.pk, at=floor.now, is_active=False)
        with pytest.raises(AgentSwitchedOff):
            actions.sign_in(agent_id=agent.pk, at=floor.now)
        with pytest.raises(AgentSwitchedOff):
            actions.set_agent_ready(agent_id=agent.pk, at=floor.now)
    assert floor.again(agent).presence == Agent.Presence.OFFLINE


def test_a_reason_of_nobody_is_refused(floor):
    agent = floor.agent()
    with floor.inside(), pytest.raises(UnknownReason):
        actions.set_agent_not_ready(agent_id=agent.pk, reason_id=999, at=floor.now)
    assert floor.again(agent).is_ready


def test_a_wrap_up_is_extended_up_to_fifteen_minutes(floor):
    agent = floor.agent()
    call_id, _offer = floor.talk(agent)
    with floor.inside(), pytest.raises(NothingToWrapUp):
        actions.extend_wrap_up(agent_id=agent.pk, call_id=call_id, seconds=30, at=floor.now)
    floor.switch.end(call_id)
    floor.listen()
    ended_at = floor.call(call_id).ended_at
    with floor.inside():
        actions.extend_wrap_up(agent_id=agent.pk, call_id=call_id, seconds=60, at=floor.now)
    assert floor.again(agent).wrap_up_until == ended_at + timedelta(seconds=90)
    with floor.inside():
        actions.extend_wrap_up(agent_id=agent.pk, call_id=call_id, seconds=5000, at=floor.now)
        with pytest.raises(WrapUpTooLong):
            actions.extend_wrap_up(agent_id=agent.pk, call_id=call_id, seconds=1, at=floor.now)
    assert floor.again(agent).wrap_up_until == ended_at + timedelta(minutes=15)


def test_a_disposition_of_another_queue_is_refused_and_the_call_stays_open_to_one(floor):
    agent = floor.agent()
    call_id, _offer = floor.talk(agent)
    floor.switch.end(call_id)
    floor.listen()
    with floor.inside():
        other = Disposition.objects.create(name="Repair", queue=Queue.objects.create(name="Other"))
        own = Disposition.objects.create(name="Bought", queue=floor.queue)
        with pytest.raises(DispositionNotOfThisQueue):
            actions.finish_wrap_up(agent_id=agent.pk, call_id=call_id, at=floor.now, disposition_id=other.pk)
    assert floor.again(agent).activity == "wrap_up"
    assert floor.call(call_id).disposition_id is None
    with floor.inside():
        actions.finish_wrap_up(agent_id=agent.pk, call_id=call_id, at=floor.now, disposition_id=own.pk)
    assert floor.call(call_id).disposition_id == own.pk


def test_nobody_wraps_up_somebody_elses_call(floor):
    call_id, _offer = floor.talk(floor.agent())
    stranger = floor.agent()
    with floor.inside(), pytest.raises(NoCallHere):
        actions.finish_wrap_up(agent_id=stranger.pk, call_id=call_id, at=floor.now, note="mine")
    assert floor.call(call_id).note == ""
