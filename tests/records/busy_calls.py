"""Calls in which something is done: held, handed over, a colleague asked, three talking, parked."""

from __future__ import annotations

from uuid import UUID

from telephony import facts
from tests.records.stage import Lane
from tests.records.truth import Caller, Talks, Truth, Watch, live, one_talk, two_talks


def held_once(lane: Lane, who: Caller, more: float) -> Truth:
    return _held(lane, who, [2 + more])


def held_twice(lane: Lane, who: Caller, more: float) -> Truth:
    return _held(lane, who, [2, 1.5 + more / 2])


def hangs_up_while_held(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a")
    lane.phone("a", answer_after=1)
    call_id = lane.call("main", who.number, name=who.name)
    leg = lane.talking(call_id, "a")
    watch = Watch(lane, facts.LegsBridged, leg)
    live(2)
    lane.order("hold", "a", call_id)
    talk = watch.lap(facts.LegHeld, leg)
    live(2 + more)
    lane.hangs_up(call_id)
    return one_talk(call_id, talk, hold=watch.lap(facts.LegHungUp, call_id))


def handed_to_a_queue(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a", "b")
    lane.phone("a", answer_after=1)
    lane.phone("b", answer_after=1)
    call_id = lane.call("main", who.number, name=who.name)
    first_leg = lane.talking(call_id, "a")
    watch = Watch(lane, facts.LegsBridged, first_leg)
    live(2)
    lane.order("transfer_to_queue", "a", call_id, queue_id=lane.queues["other"]["id"])
    first = watch.lap(facts.LegHungUp, first_leg)
    second = _second_talk(lane, watch, call_id, 2 + more)
    return two_talks(
        call_id, first, second, queue="other", stays=[("main", "answered", "a"), ("other", "answered", "b")]
    )


def handed_to_an_agent(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a", "b")
    lane.phone("a", answer_after=1)
    lane.phone("b", answer_after=1)
    call_id = lane.call("main", who.number, name=who.name)
    first_leg = lane.talking(call_id, "a")
    watch = Watch(lane, facts.LegsBridged, first_leg)
    live(2 + more)
    lane.order("transfer_to_agent", "a", call_id, to_agent_id=lane.agents["b"]["id"])
    first = watch.lap(facts.LegHungUp, first_leg)
    second = _second_talk(lane, watch, call_id, 2)
    return two_talks(
        call_id, first, second, queue="main", stays=[("main", "answered", "a"), ("main", "answered", "b")]
    )


def a_colleague_is_asked_and_takes_over(lane: Lane, who: Caller, more: float) -> Truth:
    call_id, watch, first, (_one, other) = _asks(lane, who, more)
    lane.order("hand_over", "a", call_id)
    lane.joined(call_id, "b")
    asked = watch.lap(facts.LegsBridged, other, nth=2)
    live(2 + more)
    lane.hangs_up(call_id)
    second = watch.lap(facts.LegHungUp, call_id)
    return _asked(call_id, [("a", "bridged", first, asked), ("b", "bridged", second, 0)], agent="b")


def a_colleague_is_asked_and_let_go(lane: Lane, who: Caller, more: float) -> Truth:
    call_id, watch, first, (one, _other) = _asks(lane, who, more)
    lane.order("back_to_caller", "a", call_id)
    lane.state(call_id, "talking")
    asked = watch.lap(facts.LegsBridged, one, nth=3)
    live(2)
    lane.hangs_up(call_id)
    talk = first + watch.lap(facts.LegHungUp, call_id)
    return _asked(call_id, [("a", "bridged", talk, asked), ("b", "consulted", 0, 0)], agent="a")


def three_talk(lane: Lane, who: Caller, more: float) -> Truth:
    """The one who asked leaves first; the other two go on."""
    call_id, watch, first, (one, other) = _asks(lane, who, more)
    lane.order("join_all", "a", call_id)
    lane.joined(call_id, "b")
    asked = watch.lap(facts.RoomEntered, other)
    live(2 + more)
    lane.order("hang_up", "a", call_id)
    three = watch.lap(facts.LegHungUp, one)
    live(2)
    lane.hangs_up(call_id)
    two = watch.lap(facts.LegHungUp, call_id)
    return _asked(
        call_id, [("a", "bridged", first + three, asked), ("b", "bridged", three + two, 0)], agent="b"
    )


def parked_and_picked_up(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a", "b")
    lane.phone("a", answer_after=1)
    lane.phone("b", answer_after=1)
    call_id = lane.call("main", who.number, name=who.name)
    first_leg = lane.talking(call_id, "a")
    watch = Watch(lane, facts.LegsBridged, first_leg)
    live(2)
    lane.order("park", "a", call_id)
    lane.over(call_id, "a")
    first = watch.lap(facts.LegHungUp, first_leg)
    live(1 + more / 2)
    lane.order("pick_up", "b", call_id)
    second = _second_talk(lane, watch, call_id, 2)
    return _asked(call_id, [("a", "bridged", first, 0), ("b", "bridged", second, 0)], agent="b")


def handed_to_a_number(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a")
    lane.phone("a", answer_after=1)
    call_id = lane.call("main", who.number, name=who.name)
    leg = lane.talking(call_id, "a")
    watch = Watch(lane, facts.LegsBridged, leg)
    live(2)
    lane.order("transfer_to_number", "a", call_id, number="13900009999")
    first = watch.lap(facts.LegHungUp, leg)
    lane.outside_leg(call_id)
    live(2 + more)
    lane.hangs_up(call_id)
    truth = one_talk(call_id, first)
    truth.legs = ["agent", "caller", "external"]
    return truth


def _second_talk(lane: Lane, watch: Watch, call_id: UUID, seconds: float) -> float:
    """With b, until the caller hangs up."""
    watch.lap(facts.LegsBridged, lane.talking(call_id, "b"))
    live(seconds)
    lane.hangs_up(call_id)
    return watch.lap(facts.LegHungUp, call_id)


def _asks(lane: Lane, who: Caller, more: float) -> tuple[UUID, Watch, float, tuple[UUID, UUID]]:
    """A talk, and a colleague asked in it: the call, a watch since the caller stands aside, the talk until then, and
    the legs of who asks and who is asked.
    """
    lane.ready("a", "b")
    lane.phone("a", answer_after=1)
    lane.phone("b", answer_after=1)
    call_id = lane.call("main", who.number, name=who.name)
    leg = lane.talking(call_id, "a")
    watch = Watch(lane, facts.LegsBridged, leg)
    live(2 + more / 2)
    lane.order("consult_agent", "a", call_id, to_agent_id=lane.agents["b"]["id"])
    first = watch.lap(facts.CallerHeld, call_id)
    other = lane.talking(call_id, "b")
    live(2)
    return call_id, watch, first, (leg, other)


def _asked(call_id: UUID, offers: Talks, *, agent: str) -> Truth:
    talk, hold = sum(one[2] or 0 for one in offers), sum(one[3] or 0 for one in offers)
    truth = Truth(call_id, agent=agent, talk=talk, hold=hold, legs=["agent", "agent", "caller"])
    truth.stays, truth.offers = [("main", "answered", "a")], offers
    return truth


def _held(lane: Lane, who: Caller, spans: list[float]) -> Truth:
    lane.ready("a")
    lane.phone("a", answer_after=1)
    call_id = lane.call("main", who.number, name=who.name)
    leg = lane.talking(call_id, "a")
    watch, talk, hold = Watch(lane, facts.LegsBridged, leg), 0.0, 0.0
    for number, span in enumerate(spans, 1):
        live(1.5)
        lane.order("hold", "a", call_id)
        talk += watch.lap(facts.LegHeld, leg, nth=number)
        lane.state(call_id, "hold")
        live(span)
        lane.order("unhold", "a", call_id)
        hold += watch.lap(facts.LegUnheld, leg, nth=number)
        lane.state(call_id, "talking")
    live(1.5)
    lane.order("hang_up", "a", call_id)
    talk += watch.lap(facts.LegHungUp, call_id)
    return one_talk(call_id, talk, ended_by="agent", hold=hold)
