"""What the switch has now, from its own lists: read for the resync after a restart of either side. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from telephony.facts import Direction
from telephony.freeswitch import call_story
from telephony.freeswitch.translate import (
    caller_name,
    caller_number,
    dialled,
    is_nobodys,
    moment,
    text,
    uuid_of,
    variable,
    whole,
)
from telephony.switch import LegGlimpse, LiveLeg, Registration

PLACES = {
    "wait": "waiting",
    "rejoin": "waiting",
    "announce": "waiting",
    "key": "waiting",
    "promise": "waiting",
    "unpromise": "waiting",
    "fallback": "voicemail",
    "too-long": "voicemail",
    "voicemail": "voicemail",
}
"""The extension of conf/cc.xml a caller is in, as the list shows it → where that is."""
ANSWERED = frozenset({"ACTIVE", "HELD", "UNHELD"})
_WAIT = re.compile(r"(\d{1,9})@(\d{16})")
"""What conf/cc.xml writes into a caller's presence_data: the queue, and since when."""


def _rows(answer: str) -> list[dict[str, Any]]:
    """Of `show … as json`; an empty list has no `rows` at all."""
    try:
        listed = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return []
    rows = listed.get("rows", []) if isinstance(listed, dict) else []
    return [row for row in rows if isinstance(row, dict)]


def leg_ids(answer: str) -> list[UUID]:
    found = (uuid_of(str(row.get("uuid", ""))) for row in _rows(answer))
    return [leg_id for leg_id in found if leg_id is not None]


def glimpses(answer: str) -> list[LegGlimpse]:
    """Of `show calls as json`: a row is a leg alone, or two that are joined (the second's columns begin with b_)."""
    found = []
    for row in _rows(answer):
        leg_id, other = uuid_of(str(row.get("uuid", ""))), uuid_of(str(row.get("b_uuid", "")))
        if leg_id is not None:
            place = "" if other else PLACES.get(str(row.get("dest", "")), "")
            waits = _wait(str(row.get("presence_data", ""))) if place == "waiting" else {}
            found.append(
                LegGlimpse(
                    leg_id=leg_id, other_leg_id=other, place=place, is_answered=_is_answered(row), **waits
                )
            )
        if other is not None:
            found.append(LegGlimpse(leg_id=other, other_leg_id=leg_id, is_answered=_is_answered(row, "b_")))
    return found


def _is_answered(row: dict[str, Any], whose: str = "") -> bool:
    return row.get(f"{whose}callstate") in ANSWERED


def _wait(said: str) -> dict[str, Any]:
    found = _WAIT.fullmatch(said)
    return {"queue_id": int(found[1]), "queued_at": moment(found[2])} if found else {}


def registrations(answer: str) -> list[Registration]:
    return [
        Registration(
            username=str(row.get("reg_user", "")),
            domain=str(row.get("realm", "")).lower(),
            contact=str(row.get("url", "")),
        )
        for row in _rows(answer)
    ]


def live_leg(dump: str) -> LiveLeg | None:
    """A leg from `uuid_dump … json`; None when it has just gone, and of a call that is nobody's."""
    event = _leg(dump)
    leg_id = uuid_of(text(event, "Unique-ID"))
    created_at = moment(text(event, "Caller-Channel-Created-Time"))
    if leg_id is None or created_at is None or text(event, "Answer-State") == "hangup":
        return None
    if is_nobodys(event):
        return None
    bridged = uuid_of(variable(event, "signal_bond")) if _is_bridged(event) else None
    offer_id = uuid_of(variable(event, "cc_offer"))
    on_errand = variable(event, "cc_place") == "flow" and variable(event, "cc_errand") == "true"
    is_held_aside = bridged is None and (on_errand or variable(event, "cc_place") == "held")
    return LiveLeg(
        leg_id=leg_id,
        tenant=variable(event, "cc_tenant"),
        direction=Direction.INBOUND if text(event, "Call-Direction") == "inbound" else Direction.OUTBOUND,
        dialled=variable(event, "cc_number") or dialled(event),
        caller_number=caller_number(event),
        caller_name=caller_name(event),
        created_at=created_at,
        answered_at=None
        if variable(event, "group_confirm_key")
        else moment(text(event, "Caller-Channel-Answered-Time")),
        bridged_leg_id=bridged,
        offer_id=offer_id if offer_id == leg_id else None,
        call_id=uuid_of(variable(event, "cc_call")),
        agent_id=whole(variable(event, "cc_agent")),
        queue_id=whole(variable(event, "cc_queue")),
        queued_at=moment(variable(event, "cc_queued_us")),
        priority=whole(variable(event, "cc_prio")) or 0,
        is_waiting=variable(event, "cc_place") in ("waiting", "asking") and bridged is None,
        is_held=text(event, "Channel-Call-State") == "HELD",
        has_fallen_back=variable(event, "cc_place") == "voicemail" and bridged is None,
        ear_mode=variable(event, "cc_ear_mode")[:16] if variable(event, "cc_place") == "ear" else "",
        room_id=uuid_of(variable(event, "cc_room")) if variable(event, "cc_place") == "room" else None,
        **(_aside(event) if is_held_aside else {}),
    )


def bridged_at(dump: str) -> datetime | None:
    """Since when a leg has been joined to its other one; None when it is not."""
    return moment(text(_leg(dump), "Caller-Channel-Bridged-Time"))


def held_at(dump: str) -> datetime | None:
    """When the person on this leg last put the other one on hold; None when they never did."""
    return moment(text(_leg(dump), "Caller-Channel-Last-Hold"))


def is_playing_in_a_loop(dump: str) -> bool:
    """This leg hears something that was asked from outside and begins again until it is stopped: music on hold."""
    return bool(variable(_leg(dump), "total_loops"))


def _leg(dump: str) -> dict[str, Any]:
    """Empty of a leg that has just gone: the switch answers in words then."""
    try:
        event: dict[str, Any] = orjson.loads(dump)
    except orjson.JSONDecodeError:
        return {}
    return event


def _aside(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "held_why": call_story.held_why(variable(event, "cc_held_why")),
        "held_by_leg_id": uuid_of(variable(event, "cc_held_by")),
        "held_for_leg_id": uuid_of(variable(event, "cc_held_for")),
        "held_at": moment(variable(event, "cc_held_us")),
    }


def _is_bridged(event: dict[str, Any]) -> bool:
    return text(event, "Channel-State") in ("CS_EXCHANGE_MEDIA", "CS_HIBERNATE") or bool(
        variable(event, "bridge_uuid")
    )
