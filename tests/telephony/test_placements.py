"""Agents are moved between queues and given other skills while calls come, for a while or for good."""

from datetime import timedelta

import pytest

from telephony import floor_orders
from telephony.actions.placements import (
    end_change,
    end_due_changes,
    put_into_queue,
    set_skill_level,
    take_out_of_queue,
)
from telephony.errors import QueueNotFound
from telephony.floor_errors import EndsTooSoon, LevelOutOfRange
from telephony.models import AgentSkill, FloorChange, Offer, Queue, QueueAgent, QueueSkill, Skill
from tenants.people.models import AuditEntry
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


def queues_of(floor, agent) -> set[int]:
    with floor.inside():
        return set(QueueAgent.objects.filter(agent=agent).values_list("queue_id", flat=True))


@pytest.fixture
def support(floor) -> Queue:
    with floor.inside():
        return Queue.objects.create(name="Support")


def test_a_moved_agent_is_rung_at_once_and_back_when_the_time_is_over(floor, other_floor, support):
    office, agent = Office(floor), floor.agent()
    stranger = other_floor.agent()
    office.settle()
    call_id = office.switch.caller_dials(floor.tenant.schema_name, floor.number, support.pk)
    office.settle()
    with floor.inside():
        assert not Offer.objects.filter(call_id=call_id).exists()
        until = floor.now + timedelta(minutes=30)
        moved = {
            "agent_ids": [agent.pk, stranger.pk + 10_000],
            "at": floor.now,
            "until": until,
            "by": "Wang Li",
        }
        assert put_into_queue(queue_id=support.pk, **moved) == 1
        assert take_out_of_queue(queue_id=floor.queue.pk, **moved) == 1
        assert put_into_queue(queue_id=support.pk, **moved) == 0
    office.order(floor_orders.LookAtAgent(agent_id=agent.pk))
    with floor.inside():
        assert Offer.objects.get(call_id=call_id).agent_id == agent.pk
    assert queues_of(floor, agent) == {support.pk}

    floor.clock.pass_seconds(29 * 60)
    with floor.inside():
        assert end_due_changes(at=floor.now) == 0
    floor.clock.pass_seconds(60)
    with floor.inside():
        assert end_due_changes(at=floor.now) == 2
        assert end_due_changes(at=floor.now) == 0
        assert AuditEntry.objects.filter(verb="moved on the floor").count() == 2
        assert AuditEntry.objects.filter(verb="ended the move of").count() == 2
    assert queues_of(floor, agent) == {floor.queue.pk}
    with other_floor.inside():
        assert not FloorChange.objects.exists()
    assert queues_of(other_floor, stranger) == {other_floor.queue.pk}


def test_a_skill_for_a_while_lets_calls_through_and_comes_back_to_what_it_was(floor):
    office, agent = Office(floor), floor.agent()
    with floor.inside():
        german = Skill.objects.create(name="German")
        QueueSkill.objects.create(queue=floor.queue, skill=german, min_level=7)
        AgentSkill.objects.create(agent=agent, skill=german, level=3)
    office.order(floor_orders.LookAtAgent(agent_id=agent.pk))
    call_id = office.caller()
    with floor.inside():
        assert not Offer.objects.filter(call_id=call_id).exists()
        given = {"agent_ids": [agent.pk], "skill_id": german.pk, "at": floor.now}
        set_skill_level(level=8, until=floor.now + timedelta(minutes=10), **given)
        set_skill_level(level=9, until=floor.now + timedelta(minutes=20), **given)
    office.order(floor_orders.LookAtAgent(agent_id=agent.pk))
    with floor.inside():
        assert Offer.objects.filter(call_id=call_id).exists()
        end_due_changes(at=floor.now + timedelta(minutes=11))
        assert AgentSkill.objects.get().level == 9
        end_due_changes(at=floor.now + timedelta(minutes=21))
        assert AgentSkill.objects.get().level == 3
        set_skill_level(level=0, **given)
        assert not AgentSkill.objects.exists()


def test_what_somebody_changed_meanwhile_is_left_as_it_is(floor, support):
    agent = floor.agent()
    with floor.inside():
        until = floor.now + timedelta(minutes=5)
        take_out_of_queue(agent_ids=[agent.pk], queue_id=floor.queue.pk, at=floor.now, until=until)
        QueueAgent.objects.create(agent=agent, queue=floor.queue, position=4)
        end_due_changes(at=until)
        assert QueueAgent.objects.get(agent=agent).position == 4


def test_a_move_can_be_ended_early_and_a_lasting_one_stays(floor, support):
    agent = floor.agent()
    with floor.inside():
        until = floor.now + timedelta(minutes=5)
        put_into_queue(agent_ids=[agent.pk], queue_id=support.pk, at=floor.now, until=until)
        change = FloorChange.objects.get()
        end_change(change_id=change.pk, at=floor.now)
        end_change(change_id=change.pk, at=floor.now)
    assert queues_of(floor, agent) == {floor.queue.pk}
    with floor.inside():
        put_into_queue(agent_ids=[agent.pk], queue_id=support.pk, at=floor.now)
        end_due_changes(at=floor.now + timedelta(days=400))
    assert queues_of(floor, agent) == {floor.queue.pk, support.pk}


def test_what_cannot_be_is_refused_and_changes_nothing(floor):
    agent = floor.agent()
    with floor.inside():
        skill = Skill.objects.create(name="German")
        with pytest.raises(QueueNotFound):
            put_into_queue(agent_ids=[agent.pk], queue_id=floor.queue.pk + 99, at=floor.now)
        with pytest.raises(EndsTooSoon):
            take_out_of_queue(agent_ids=[agent.pk], queue_id=floor.queue.pk, at=floor.now, until=floor.now)
        with pytest.raises(LevelOutOfRange):
            set_skill_level(agent_ids=[agent.pk], skill_id=skill.pk, level=11, at=floor.now)
        assert not FloorChange.objects.exists()
    assert queues_of(floor, agent) == {floor.queue.pk}
