"""Calls that wait, are answered by one agent, or by nobody."""

from __future__ import annotations

from datetime import datetime

from telephony import facts
from tests.contract.driver import wait_until
from tests.records.clerk import SHORT
from tests.records.stage import Lane
from tests.records.truth import Caller, Truth, Watch, live, one_talk


def caller_hangs_up(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a")
    lane.phone("a", answer_after=1 + more / 2)
    call_id = lane.call("main", who.number, name=who.name, talk=3 + more)
    return one_talk(call_id, 3 + more)


def agent_hangs_up(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a")
    lane.phone("a", answer_after=1, talk=3 + more)
    call_id = lane.call("main", who.number, name=who.name)
    return one_talk(call_id, 3 + more, ended_by="agent")


def agent_presses_end(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a")
    lane.phone("a", answer_after=1)
    call_id = lane.call("main", who.number, name=who.name)
    watch = Watch(lane, facts.LegsBridged, lane.talking(call_id, "a"))
    live(2 + more)
    lane.order("hang_up", "a", call_id)
    return one_talk(call_id, watch.lap(facts.LegHungUp, call_id), ended_by="agent")


def gives_up_waiting(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready()
    call_id = lane.call("main", who.number, name=who.name, patience=6 + more)
    return Truth(
        call_id,
        exit="abandoned",
        agent=None,
        wait=6 + more,
        stays=[("main", "abandoned", None)],
        legs=["caller"],
    )


def gives_up_at_once(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready()
    call_id = lane.call("main", who.number, name=who.name, patience=1 + more / 3)
    truth = Truth(call_id, exit="abandoned", agent=None, wait=1 + more / 3, legs=["caller"], is_short=True)
    truth.stays = [("main", "abandoned", None)]
    return truth


def gives_up_while_it_rings(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a")
    lane.phone("a")
    call_id = lane.call("main", who.number, name=who.name)
    watch = Watch(lane, facts.LegQueued, call_id)
    lane.ringing(call_id, "a")
    live(0.5 + more / 3)
    lane.hangs_up(call_id)
    wait = watch.lap(facts.LegHungUp, call_id)
    truth = Truth(call_id, exit="abandoned", agent=None, wait=wait, is_short=wait < SHORT)
    truth.stays, truth.offers = [("main", "abandoned", None)], [("a", "caller_left", 0, 0)]
    return truth


def missed_by_one_taken_by_another(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a", "b")
    lane.phone("a")
    lane.phone("b", answer_after=1)
    call_id = lane.call("pair", who.number, name=who.name, talk=3 + more)
    truth = Truth(
        call_id, queue="pair", dialled="pair", agent="b", talk=3 + more, legs=["agent", "agent", "caller"]
    )
    truth.stays = [("pair", "answered", "b")]
    truth.offers = [("a", "missed", 0, 0), ("b", "bridged", 3 + more, 0)]
    return truth


def refused_by_one_taken_by_another(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a", "b")
    lane.phone("a", mode="busy")
    lane.phone("b", answer_after=1)
    call_id = lane.call("pair", who.number, name=who.name, talk=2 + more)
    truth = Truth(
        call_id, queue="pair", dialled="pair", agent="b", talk=2 + more, legs=["agent", "agent", "caller"]
    )
    truth.stays = [("pair", "answered", "b")]
    truth.offers = [("a", "refused", 0, 0), ("b", "bridged", 2 + more, 0)]
    return truth


def leaves_a_message(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready()
    lane.route(lane.queues["main"], max_wait_seconds=3)
    call_id = lane.call("main", who.number, name=who.name, message=3 + more)
    lane.heard(facts.WaitFellBack, leg_id=call_id)
    lane.route(lane.queues["main"])
    truth = Truth(call_id, exit="voicemail", agent=None, legs=["caller"], message=3 + more)
    truth.stays = [("main", "voicemail", None)]
    return truth


def wraps_up_until_the_deadline(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a")
    lane.phone("a", answer_after=1)
    call_id = lane.call("wrap", who.number, name=who.name, talk=2 + more)
    return one_talk(call_id, 2 + more, queue="wrap", wrap_up=3)


def is_disposed(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a")
    lane.phone("a", answer_after=1)
    call_id = lane.call("long", who.number, name=who.name, talk=2 + more)
    lane.state(call_id, "ended")
    live(1 + more / 2)
    at = datetime.fromisoformat(
        lane.clerk.ask("dispose", call_id=str(call_id), agent_id=lane.agents["a"]["id"])
    )
    wrap_up = (at - lane.moment(facts.LegHungUp, call_id)).total_seconds()
    truth = one_talk(call_id, 2 + more, queue="long", wrap_up=wrap_up)
    truth.disposition = "Sold"
    return truth


def is_called_back(lane: Lane, who: Caller, more: float) -> Truth:
    lane.ready("a")
    lane.phone("a", answer_after=1)
    callback = lane.clerk.ask("call_back", number=who.shown, queue_id=lane.queues["main"]["id"])
    asked = (
        "select call_id from acme.telephony_callbackattempt where callback_id = %s and call_id is not null"
    )
    [(call_id,)] = wait_until(lambda: lane.product.rows(asked, callback), 20, "nobody is called back")
    watch = Watch(lane, facts.LegsBridged, lane.talking(call_id, "a"))
    live(2 + more)
    lane.hangs_up(call_id)
    lived = watch.lap(facts.LegHungUp, call_id)
    truth = Truth(call_id, type="outbound", talk=lived, legs=["agent", "external"])
    truth.offers = [("a", "bridged", lived, 0)]
    return truth
