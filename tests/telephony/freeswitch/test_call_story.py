"""What happened to a leg in a call: told alike by events, by the leg while it lasts, and by its record."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import orjson

from telephony import facts
from telephony.facts import HeldWhy
from telephony.freeswitch import cdr, inventory
from telephony.freeswitch.translate import NotAFact, Source, translate

A, B, C = (UUID(int=number) for number in (1, 2, 3))
SOURCE = Source("main-1", "/recordings")
HELD_US, ROOM_US, LEFT_US, END_US = (1_795_290_720_000_000 + second * 1_000_000 for second in (5, 9, 20, 21))
STORY = f"_held.{HELD_US}.consult.{A}.{B}_room.{ROOM_US}.{C}_left.{LEFT_US}.{C}"


def at(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)


def event(subclass: str, **values: str) -> dict[str, str]:
    return {
        "Event-Name": "CUSTOM",
        "Event-Subclass": subclass,
        "Event-Date-Timestamp": str(END_US),
        "Event-Sequence": "7",
        "Unique-ID": str(C),
        "variable_cc_tenant": "acme",
        **values,
    }


def held_event(**changes: str) -> dict[str, str]:
    told = {"us": str(HELD_US), "why": "consult", "by": str(A), "for": str(B)} | changes
    return event("cc::held", **{f"variable_cc_held_{name}": value for name, value in told.items()})


def record(story: str, callflow: list[dict]) -> bytes:
    variables = {
        "uuid": str(C),
        "direction": "inbound",
        "cc_tenant": "acme",
        "cc_story": story,
        "start_uepoch": str(HELD_US - 5_000_000),
        "end_uepoch": str(END_US),
    }
    return orjson.dumps({"variables": variables, "callflow": callflow})


def test_an_event_says_who_stands_aside_for_whom():
    fact = translate(held_event(), SOURCE)
    assert isinstance(fact, facts.CallerHeld)
    assert (fact.leg_id, fact.by_leg_id, fact.for_leg_id, fact.why) == (C, A, B, HeldWhy.CONSULT)
    assert (fact.tenant, fact.held_at, fact.sequence) == ("acme", at(HELD_US), 7)
    parked = translate(held_event(why="park", by="", **{"for": ""}), SOURCE)
    assert isinstance(parked, facts.CallerHeld)
    assert (parked.why, parked.by_leg_id, parked.for_leg_id) == (HeldWhy.PARK, None, None)


def test_what_cannot_be_meant_is_no_fact():
    for bad in (held_event(why="nonsense"), held_event(us=""), event("cc::room"), event("cc::asked")):
        try:
            found = translate(bad, SOURCE)
        except NotAFact:
            continue
        raise AssertionError(f"{bad['Event-Subclass']} was believed: {found}")


def test_a_room_is_entered_and_left():
    values = {"variable_cc_room": str(C), "variable_cc_room_us": str(ROOM_US)}
    entered = translate(event("cc::room", **values, **{"Room-State": "in"}), SOURCE)
    left = translate(event("cc::room", **values, **{"Room-State": "out"}), SOURCE)
    assert isinstance(entered, facts.RoomEntered)
    assert (entered.room_id, entered.entered_at) == (C, at(ROOM_US))
    assert isinstance(left, facts.RoomLeft)
    assert left.room_id == C


def test_a_colleague_who_could_not_be_asked_is_told_like_an_offer_s_end():
    values = {"variable_cc_consult": str(B), "variable_originate_disposition": "USER_NOT_REGISTERED"}
    fact = translate(event("cc::asked", **values), SOURCE)
    assert isinstance(fact, facts.CommandFinished)
    assert (fact.command_id, fact.is_ok, fact.text) == (B, False, "USER_NOT_REGISTERED")


def test_the_record_tells_what_the_events_told():
    told = [fact for fact in cdr.settle(record(STORY, []), SOURCE) if not isinstance(fact, facts.LegSettled)]
    held, entered, left = told
    heard = translate(held_event(), SOURCE)
    assert isinstance(held, facts.CallerHeld)
    assert isinstance(heard, facts.CallerHeld)
    assert (held.held_at, held.by_leg_id, held.for_leg_id) == (
        heard.held_at,
        heard.by_leg_id,
        heard.for_leg_id,
    )
    assert isinstance(entered, facts.RoomEntered)
    assert isinstance(left, facts.RoomLeft)
    assert (entered.entered_at, entered.room_id) == (at(ROOM_US), C)
    assert (left.at, left.room_id) == (at(LEFT_US), C)


def test_the_record_tells_with_whom_a_leg_talked_and_until_when():
    def stretch(other: UUID | None, bridged: int, transfer: int) -> dict:
        profile = {"originator": {"originator_caller_profiles": [{"uuid": str(other)}]}} if other else {}
        times = {"bridged_time": str(bridged), "transfer_time": str(transfer)}
        return {"caller_profile": profile, "times": times}

    callflow = [
        stretch(B, LEFT_US, 0),
        stretch(None, 0, LEFT_US),
        stretch(A, HELD_US - 2_000_000, HELD_US),
        stretch(None, 0, HELD_US - 2_000_000),
    ]
    told = cdr.settle(record(STORY, callflow), SOURCE)
    joined = [(fact.other_leg_id, fact.at) for fact in told if isinstance(fact, facts.LegsBridged)]
    parted = [(fact.other_leg_id, fact.at) for fact in told if isinstance(fact, facts.LegsUnbridged)]
    assert joined == [(A, at(HELD_US - 2_000_000)), (B, at(LEFT_US))]
    assert parted == [(A, at(HELD_US)), (B, at(END_US))]
    plain = cdr.settle(record("", callflow), SOURCE)
    assert [type(fact) for fact in plain] == [facts.LegSettled], "most legs have no story to tell"


def test_a_broken_story_is_told_as_far_as_it_can_be_read():
    for story in ("_held.x.consult.y.z", "_held", "___", f"_room.{ROOM_US}.nobody", "_unknown.1.2", "." * 50):
        told = cdr.settle(record(story, [{}, {"times": 3}]), SOURCE)
        assert [type(fact) for fact in told] == [facts.LegSettled]


def test_a_live_leg_says_for_whom_it_stands_aside():
    dump = {
        "Unique-ID": str(C),
        "Caller-Channel-Created-Time": str(HELD_US - 5_000_000),
        "Channel-State": "CS_EXECUTE",
        **{name: value for name, value in held_event().items() if name.startswith("variable_")},
        "variable_cc_place": "held",
    }
    leg = inventory.live_leg(orjson.dumps(dump).decode())
    assert leg is not None
    assert (leg.held_why, leg.held_by_leg_id, leg.held_for_leg_id) == (HeldWhy.CONSULT, A, B)
    assert (leg.held_at, leg.is_waiting, leg.room_id) == (at(HELD_US), False, None)
    joined = dump | {"variable_bridge_uuid": str(B), "variable_signal_bond": str(B)}
    leg = inventory.live_leg(orjson.dumps(joined).decode())
    assert leg is not None
    assert (leg.held_why, leg.bridged_leg_id) == (None, B)
    room = dump | {"variable_cc_place": "room", "variable_cc_room": str(C)}
    leg = inventory.live_leg(orjson.dumps(room).decode())
    assert leg is not None
    assert (leg.room_id, leg.held_why) == (C, None)
