"""A call from the first ring to the wrap-up, told by the switch."""

from datetime import timedelta

from telephony import actions
from telephony.models import Agent


def test_a_call_is_answered_talked_and_wrapped_up(floor, now):
    agent = floor.agent()
    call_id, offer = floor.talk(agent, seconds=60)
    talking = floor.call(call_id)
    assert (talking.state, talking.agent_id, talking.queue_id) == ("talking", agent.pk, floor.queue.pk)
    assert floor.again(agent).activity == Agent.Activity.TALKING

    floor.switch.end(call_id)
    floor.listen()

    call, stay, offer = floor.call(call_id), floor.stay(call_id), floor.again(offer)
    start = call.arrived_at
    assert (call.state, call.exit, call.ended_by) == ("ended", "answered", "caller")
    assert call.caller_number == "+8613812342211"
    assert call.number == "+864001234567"
    assert call.answered_at == start + timedelta(seconds=5)
    assert call.ended_at == start + timedelta(seconds=65)
    assert (call.talk_seconds, call.hold_seconds) == (60, 0)
    assert (stay.exit, stay.wait_seconds, stay.agent_id) == ("answered", 5.0, agent.pk)
    assert (offer.outcome, offer.talk_seconds) == ("bridged", 60)
    wrapping = floor.again(agent)
    assert wrapping.activity == Agent.Activity.WRAP_UP
    assert wrapping.wrap_up_until == call.ended_at + timedelta(seconds=30)

    floor.clock.pass_seconds(12)
    with floor.inside():
        actions.finish_wrap_up(agent_id=agent.pk, call_id=call_id, at=floor.now, note="Wants a fridge")
    assert floor.again(agent).activity == Agent.Activity.IDLE
    assert floor.again(agent).routing_status == Agent.RoutingStatus.READY
    assert floor.call(call_id).wrap_up_seconds == 12
    assert floor.call(call_id).note == "Wants a fridge"


def test_every_change_of_an_agent_is_a_row_with_its_cause(floor):
    agent = floor.agent()
    call_id, _offer = floor.talk(agent)
    floor.switch.end(call_id)
    floor.listen()
    floor.clock.pass_seconds(31)
    with floor.inside():
        actions.end_due_wrap_up(agent_id=agent.pk, at=floor.now)
        rows = list(agent.state_changes.values_list("routing_status", "activity", "cause"))
    assert rows == [
        ("ready", "idle", "agent"),
        ("ready", "ringing", "call"),
        ("ready", "talking", "call"),
        ("ready", "wrap_up", "call"),
        ("ready", "idle", "system:wrap_up_over"),
    ]
    assert floor.call(call_id).wrap_up_seconds == 30
