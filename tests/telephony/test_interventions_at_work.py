"""What somebody who stepped in asked for is what the worker then does."""

import pytest

from telephony import actions, errors, events, orders
from telephony.models import AgentGroup, GroupMember, Offer, Queue, QueueAgent, QueueStay
from tenants.events import subscribe
from tests.telephony.office import Office
from tests.telephony.test_interventions import act, audited, untouched


@pytest.mark.usefixtures("at_once")
def test_the_worker_rings_whom_the_leader_chose(floor, sent):
    """Nobody of the queue is free: the call waits. Pulled to a leader of no queue, it rings there at once."""
    boss = floor.agent()
    with floor.inside():
        QueueAgent.objects.all().delete()
    office = Office(floor)
    call_id = office.caller()
    assert office.ringing() is None
    act(floor, actions.pull_call, call_id, to_agent_id=boss.pk)
    office.settle()
    assert (office.ringing().call_id, office.ringing().agent_id) == (call_id, boss.pk)


@pytest.mark.usefixtures("at_once")
def test_an_escalated_call_rings_a_senior_of_another_queue(floor, sent):
    senior = floor.agent()
    with floor.inside():
        seniors = AgentGroup.objects.create(name="Seniors")
        GroupMember.objects.create(group=seniors, agent=senior)
        QueueAgent.objects.all().update(queue=Queue.objects.create(name="Complaints"))
    office = Office(floor)
    waiting = office.caller()
    act(floor, actions.escalate_call, waiting, trigger="anger 0.93", group_id=seniors.pk)
    office.settle()
    with floor.inside():
        assert [(offer.call_id, offer.agent_id) for offer in Offer.objects.all()] == [(waiting, senior.pk)]


@pytest.mark.usefixtures("at_once")
def test_anger_in_a_talk_sends_the_caller_to_the_seniors_and_keeps_the_trigger(floor, sent):
    junior = floor.agent()
    office = Office(floor)
    call_id = office.caller()
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    senior = floor.agent()
    with floor.inside():
        seniors = AgentGroup.objects.create(name="Seniors")
        GroupMember.objects.create(group=seniors, agent=senior)
        QueueAgent.objects.filter(agent=senior).update(queue=Queue.objects.create(name="Complaints"))
    third = floor.agent()
    office.order(orders.ReadFloorAgain())
    act(floor, actions.escalate_call, call_id, trigger="anger 0.97", group_id=seniors.pk)
    act(floor, actions.escalate_call, call_id, trigger="anger 0.97", group_id=seniors.pk)
    assert [type(order) for order in sent] == [orders.EscalateTalk]
    office.order(sent[0])
    assert (office.ringing().call_id, office.ringing().agent_id) == (call_id, senior.pk)
    assert floor.again(junior).activity == "wrap_up"
    assert floor.again(third).activity == "idle"
    stay = floor.stay(call_id)
    assert (stay.priority, stay.routing["changes"][0]["trigger"]) == (300, "anger 0.97")
    assert audited(floor) == ["escalated the call"]


def test_a_talk_stays_as_it_is_when_no_worker_could_move_it(floor, monkeypatch):
    def nobody(order, member):
        raise errors.TelephonyUnreachable

    monkeypatch.setattr("telephony.actions.escalation.send_order", nobody)
    call_id, _offer = floor.talk(floor.agent())
    with floor.inside():
        seniors = AgentGroup.objects.create(name="Seniors")
    before = untouched(floor, call_id)
    with pytest.raises(errors.TelephonyUnreachable):
        act(floor, actions.escalate_call, call_id, trigger="anger", group_id=seniors.pk)
    assert untouched(floor, call_id) == before
    assert floor.call(call_id).state == "talking"


@pytest.mark.usefixtures("at_once")
def test_a_redirected_call_waits_in_the_other_queue_with_its_time(floor, sent):
    office = Office(floor)
    call_id = office.caller()
    office.pass_seconds(30)
    with floor.inside():
        other = Queue.objects.create(name="Support")
    began = floor.stay(call_id).entered_at
    act(floor, actions.redirect_call, call_id, queue_id=other.pk)
    office.order(sent[0])
    with floor.inside():
        stays = QueueStay.objects.filter(call_id=call_id).order_by("entered_at")
        assert [(stay.queue.name, stay.exit, stay.waiting_since) for stay in stays] == [
            ("Sales", "flow_out", began),
            ("Support", "", began),
        ]


@pytest.mark.usefixtures("at_once")
def test_only_acme_hears_that_a_stay_was_changed(floor, other_floor, sent):
    heard = []
    subscribe(events.StayChanged, lambda event: heard.append((event.call_id, event.stay_id)))
    call_id = floor.caller()
    foreign = other_floor.caller()
    act(floor, actions.reprioritise_call, call_id, seconds=60)
    assert heard == [(call_id, floor.stay(call_id).pk)]
    assert (other_floor.stay(foreign).priority, audited(other_floor)) == (0, [])
