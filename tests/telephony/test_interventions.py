"""A leader or a trigger steps in while a call waits: what changes, what is written down, what is refused."""

from datetime import timedelta

import pytest

from telephony import actions, errors, orders
from telephony.models import AgentGroup, Queue, QueueStay
from tenants.people.models import AuditEntry

PULLED, MOVED, REDIRECTED = (
    "pulled the call to an agent",
    "changed the priority of the call",
    "redirected the call",
)


def act(floor, action, call_id, **wishes) -> QueueStay:
    with floor.inside():
        return action(call_id=call_id, at=floor.now, by="Boss", **wishes)


def audited(floor) -> list[str]:
    with floor.inside():
        verbs = (PULLED, MOVED, REDIRECTED, "escalated the call")
        return list(AuditEntry.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", flat=True))


def asks(floor, call_id) -> dict:
    return floor.stay(call_id).routing["asks"]


def untouched(floor, call_id) -> tuple:
    stay = floor.stay(call_id)
    return stay.priority, stay.target_agent_id, stay.routing, audited(floor)


def test_a_pulled_call_asks_for_one_agent_and_then_for_everybody_again(floor, sent):
    call_id = floor.caller()
    boss = floor.agent()
    floor.clock.pass_seconds(39)
    act(floor, actions.pull_call, call_id, to_agent_id=boss.pk)
    stay = floor.stay(call_id)
    waited = (floor.now - stay.entered_at).total_seconds()
    steps = [(step["after"], step["target_agent"]) for step in asks(floor, call_id)["steps"]]
    assert steps == [(waited, boss.pk), (waited + 25, None)]
    change = stay.routing["changes"][0]
    assert change == {
        "at": floor.now.isoformat(),
        "by": "Boss",
        "what": "pulled",
        "agent": boss.pk,
        "agent_name": boss.name,
    }
    assert audited(floor) == [PULLED]


def test_later_steps_stay_when_a_call_was_pulled(floor, sent):
    call_id, boss = floor.caller(), floor.agent()
    with floor.inside():
        stay = floor.stay(call_id)
        step = {"requirements": [], "preferred": [], "group": None, "queues": [], "target_agent": None}
        stay.routing = {
            "asks": step
            | {"requirements": [[1, 5]], "steps": [step | {"after": 10, "group": 3}, step | {"after": 90}]}
        }
        stay.save()
    floor.clock.pass_seconds(19)
    act(floor, actions.pull_call, call_id, to_agent_id=boss.pk)
    waited = (floor.now - floor.stay(call_id).entered_at).total_seconds()
    steps = [(step["after"], step["group"], step["target_agent"]) for step in asks(floor, call_id)["steps"]]
    assert steps == [(10, 3, None), (waited, None, boss.pk), (waited + 25, 3, None), (90, None, None)]


def test_a_call_moved_to_the_front_passes_everybody_who_waits(floor, sent):
    first = floor.caller()
    floor.clock.pass_seconds(100)
    second, third = floor.caller("+8613800000002"), floor.caller("+8613800000003")
    act(floor, actions.reprioritise_call, second, seconds=30)
    act(floor, actions.move_call_to_front, third)
    with floor.inside():
        order = sorted(
            QueueStay.objects.all(), key=lambda stay: stay.entered_at - timedelta(seconds=stay.priority)
        )
        assert [stay.call_id for stay in order] == [third, first, second]
    change = floor.stay(third).routing["changes"][0]
    assert (change["what"], change["before"], change["seconds"]) == ("next", 0, floor.stay(third).priority)
    act(floor, actions.move_call_to_front, third)
    assert floor.stay(third).priority == change["seconds"]
    assert audited(floor) == [MOVED] * 3


def test_a_redirect_is_ordered_and_written_down(floor, sent):
    call_id = floor.caller()
    with floor.inside():
        other = Queue.objects.create(name="Support")
    act(floor, actions.redirect_call, call_id, queue_id=other.pk)
    assert sent == [orders.Redirect(call_id=call_id, queue_id=other.pk)]
    assert floor.stay(call_id).routing["changes"][0]["queue_name"] == "Support"
    assert audited(floor) == [REDIRECTED]


def test_without_a_worker_nothing_is_redirected(floor, monkeypatch):
    def nobody(order, *, member):
        raise errors.TelephonyUnreachable

    monkeypatch.setattr("telephony.actions.interventions.send_order", nobody)
    call_id = floor.caller()
    with floor.inside():
        other = Queue.objects.create(name="Support")
    before = untouched(floor, call_id)
    with pytest.raises(errors.TelephonyUnreachable):
        act(floor, actions.redirect_call, call_id, queue_id=other.pk)
    assert untouched(floor, call_id) == before


def test_anger_sends_the_call_to_the_seniors_first_and_keeps_the_trigger(floor, sent):
    call_id = floor.caller()
    with floor.inside():
        seniors = AgentGroup.objects.create(name="Seniors")
    floor.clock.pass_seconds(5)
    act(floor, actions.escalate_call, call_id, trigger="anger 0.93", group_id=seniors.pk)
    stay = floor.stay(call_id)
    steps = [step["group"] for step in asks(floor, call_id)["steps"]]
    assert (stay.priority, steps) == (300, [seniors.pk, None])
    change = stay.routing["changes"][0]
    assert (change["what"], change["trigger"], change["group_name"]) == ("escalated", "anger 0.93", "Seniors")
    act(floor, actions.escalate_call, call_id, trigger="anger 0.93", group_id=seniors.pk)
    assert (floor.stay(call_id).priority, audited(floor)) == (300, ["escalated the call"])


def test_refusals_say_why_and_change_nothing(floor, other_floor, sent):
    call_id, foreign = floor.caller(), other_floor.caller()
    foreign_agent = other_floor.agent()
    resting = floor.agent(is_ready=False)
    with floor.inside():
        closed = Queue.objects.create(name="Closed", state="closed")
    before = untouched(floor, call_id)
    refusals = [
        (errors.AgentNotReady, actions.pull_call, {"to_agent_id": resting.pk}),
        (errors.AgentNotFound, actions.pull_call, {"to_agent_id": foreign_agent.pk + 1000}),
        (errors.QueueClosed, actions.redirect_call, {"queue_id": closed.pk}),
        (errors.QueueNotFound, actions.redirect_call, {"queue_id": closed.pk + 1000}),
        (errors.AlreadyInQueue, actions.redirect_call, {"queue_id": floor.queue.pk}),
        (errors.PriorityOutOfRange, actions.reprioritise_call, {"seconds": 3601}),
        (errors.GroupNotFound, actions.escalate_call, {"trigger": "anger", "group_id": 99999}),
        (errors.TriggerWithoutName, actions.escalate_call, {"trigger": " ", "group_id": 99999}),
    ]
    for error, action, wishes in refusals:
        with pytest.raises(error):
            act(floor, action, call_id, **wishes)
    with pytest.raises(errors.CallNotFound):
        act(floor, actions.reprioritise_call, foreign, seconds=5)
    assert untouched(floor, call_id) == before
    assert other_floor.stay(foreign).priority == 0
    assert sent == []


def test_a_call_that_rings_or_has_ended_is_left_alone(floor, sent):
    call_id, agent = floor.caller(), floor.agent()
    floor.offer(call_id, agent)
    with pytest.raises(errors.CallIsRinging, match=agent.name):
        act(floor, actions.reprioritise_call, call_id, seconds=60)
    floor.switch.end(call_id)
    floor.listen()
    with pytest.raises(errors.CallWaitsNoLonger):
        act(floor, actions.reprioritise_call, call_id, seconds=60)
    assert (floor.stay(call_id).priority, audited(floor)) == (0, [])
