"""A call from the first ring to the wrap-up, told by the switch."""

from datetime import timedelta

from telephony import actions, events, facts
from telephony.facts import HungUpBy
from telephony.models import Agent, Call, Leg, Offer, Queue, QueueStay, Voicemail
from telephony.switch import QueueEntry


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


def test_a_caller_who_gives_up_is_abandoned_and_soon_gives_a_short_abandon(floor):
    soon, late = floor.caller(), floor.caller(number="+8613800000002")
    floor.clock.pass_seconds(3)
    floor.switch.end(soon)
    floor.clock.pass_seconds(30)
    floor.switch.end(late)
    floor.listen()
    assert [floor.call(pk).exit for pk in (soon, late)] == ["abandoned", "abandoned"]
    assert [floor.stay(pk).is_short_abandon for pk in (soon, late)] == [True, False]
    assert floor.stay(late).wait_seconds == 33.0
    assert floor.call(late).ended_by == "caller"


def test_a_caller_who_leaves_while_the_phone_rings_costs_the_agent_no_miss(floor):
    agent = floor.agent()
    call_id = floor.caller()
    offer = floor.offer(call_id, agent)
    floor.clock.pass_seconds(4)
    floor.switch.end(call_id)
    floor.listen()
    assert floor.again(offer).is_open
    floor.switch.hang_up(offer.pk, "ORIGINATOR_CANCEL")
    floor.listen()
    assert floor.again(offer).outcome == Offer.Outcome.CALLER_LEFT
    freed = floor.again(agent)
    assert (freed.activity, freed.routing_status, freed.missed_offers) == ("idle", "ready", 0)
    assert floor.call(call_id).exit == "abandoned"


def test_an_agent_who_hangs_up_is_recorded_as_having_done_so(floor):
    call_id, offer = floor.talk(floor.agent())
    floor.switch.end(offer.pk, by=HungUpBy.PARTY)
    floor.listen()
    assert floor.call(call_id).ended_by == Call.EndedBy.AGENT


def test_hold_is_counted_apart_from_talk(floor):
    agent = floor.agent()
    call_id, offer = floor.talk(agent, seconds=10)
    floor.switch.hold(offer.pk)
    floor.listen()
    assert (floor.call(call_id).state, floor.again(agent).activity) == ("hold", "hold")
    floor.clock.pass_seconds(15)
    floor.switch.unhold(offer.pk)
    floor.listen()
    assert (floor.call(call_id).state, floor.again(agent).activity) == ("talking", "talking")
    floor.clock.pass_seconds(20)
    floor.switch.end(call_id)
    floor.listen()
    call = floor.call(call_id)
    assert (call.talk_seconds, call.hold_seconds) == (30, 15)


def test_waiting_past_the_limit_ends_in_a_voicemail(floor):
    call_id = floor.caller()
    floor.clock.pass_seconds(300)
    floor.switch.give_up_waiting(call_id)
    floor.listen()
    assert floor.stay(call_id).exit == QueueStay.Exit.VOICEMAIL
    floor.clock.pass_seconds(20)
    floor.switch.tell(
        facts.VoicemailLeft,
        tenant=floor.tenant.schema_name,
        leg_id=call_id,
        queue_id=floor.queue.pk,
        path="acme/voicemail/x.wav",
        seconds=18.5,
        caller_number="+8613812342211",
        caller_name="",
    )
    floor.switch.end(call_id)
    floor.listen()
    stay, call = floor.stay(call_id), floor.call(call_id)
    assert (call.exit, stay.exit, stay.wait_seconds) == ("voicemail", "voicemail", 300.0)
    with floor.inside():
        assert Voicemail.objects.get().seconds == 18.5


def test_a_transferred_call_is_one_call_with_two_stays_and_two_conversations(floor):
    first, second = floor.agent(), floor.agent()
    call_id, offer = floor.talk(first, seconds=30)
    with floor.inside():
        other = Queue.objects.create(name="Service")
    floor.switch.send_to_queue(
        call_id,
        QueueEntry(tenant="acme", queue_id=other.pk, priority=0, max_wait_seconds=60, language="zh"),
    )
    floor.listen()
    assert floor.call(call_id).state == "waiting"
    assert floor.again(first).activity == "wrap_up"
    floor.clock.pass_seconds(3)
    again = floor.offer(call_id, second)
    floor.switch.pick_up(again.pk)
    floor.listen()
    floor.clock.pass_seconds(12)
    floor.switch.end(call_id)
    floor.listen()
    call = floor.call(call_id)
    with floor.inside():
        stays = list(call.stays.order_by("entered_at").values_list("queue__name", "exit", "agent_id"))
        talks = list(call.offers.order_by("offered_at").values_list("agent_id", "talk_seconds"))
    assert stays == [("Sales", "answered", first.pk), ("Service", "answered", second.pk)]
    assert talks == [(first.pk, 30), (second.pk, 12)]
    assert (call.agent_id, call.talk_seconds, call.queue_id) == (second.pk, 42, other.pk)
    assert floor.again(offer).talk_ended_at == call.queued_at + timedelta(seconds=35)


def test_a_hostile_caller_name_is_kept_as_text_on_one_line(floor):
    name = "Bob\nEvent-Name: X%0A${system rm}<X-PRE-PROCESS>\u202e" + "x" * 2000 + "🙂"
    call = floor.call(floor.caller(name=name, number="+86 138-1234 2211"))
    assert call.caller_name.startswith("Bob Event-Name: X%0A${system rm}<X-PRE-PROCESS> x")
    assert len(call.caller_name) == 255
    assert call.caller_number == "+8613812342211"


def test_events_are_told_once_and_only_in_their_own_tenant(floor, other_floor, at_once, monkeypatch):
    from tenants import events as tenant_events
    from tenants.context import current_schema

    told = []
    monkeypatch.setattr(tenant_events, "_handlers", {})
    for kind in (
        events.CallArrived,
        events.CallQueued,
        events.CallAnswered,
        events.CallEnded,
        events.CallAbandoned,
    ):
        tenant_events.subscribe(kind, lambda event: told.append((current_schema(), type(event).__name__)))
    call_id = floor.caller()
    floor.switch.end(call_id)
    for fact in 2 * floor.switch.all_told():
        floor.ingest.take(fact)
    assert told == [
        ("acme", "CallArrived"),
        ("acme", "CallQueued"),
        ("acme", "CallAbandoned"),
        ("acme", "CallEnded"),
    ]
    with other_floor.inside():
        assert not Call.objects.exists()
        assert not Leg.objects.exists()
