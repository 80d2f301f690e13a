"""What is asked of one switch about its trunks: how it finds them, new ones read, a test call by one of them.

The test call is nobody's (cc_test): no fact, record, bill or report speaks of it. Who answers hears their own voice.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from telephony.freeswitch.canary_call import EventSocket, ask_switch
from telephony.freeswitch.commands import digits_alone, line_name, shown_number, variables
from telephony.freeswitch.readers import Event, shown, text, variable, whole

TALK_SECONDS = 4.0
"""So long it is spoken: enough packets to judge the line by."""
PROFILES = ("external", "secure")
"""Those of carriers (profiles.py). A switch without the second says so, and that is all."""
_LEGS = tuple(f"sofia/{profile}/" for profile in PROFILES)
_EVENTS = "CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE BACKGROUND_JOB"
_BLOCK = re.compile(r"<gateway>(.*?)</gateway>", re.S)
_FIELD = re.compile(r"<([a-z-]+)>([^<]*)</")
_UP = {"UP": True, "DOWN": False}
_OURS = re.compile(r"t[0-9]{1,9}")


@dataclass(frozen=True, kw_only=True)
class Told:
    """A trunk as the switch lists it."""

    line: str
    registration: str
    is_up: bool | None
    ping_ms: float | None


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of a test call; None and "" are what nobody said."""

    is_answered: bool = False
    sip_status: int | None = None
    cause: str = ""
    ringing_ms: int | None = None
    answered_ms: int | None = None
    mos: float | None = None


def listed(known: Mapping[str, Any]) -> list[Told] | None:
    """Our trunks at this switch; None when it does not answer."""
    answer = ask_switch(known, "sofia xmlstatus gateway")
    if answer is None or "<gateways>" not in answer:
        return None
    return [told for found in _BLOCK.finditer(answer) if (told := _told(found[1])) is not None]


def _told(block: str) -> Told | None:
    found = dict(_FIELD.findall(block))
    if not _OURS.fullmatch(found.get("name", "")):
        return None
    return Told(
        line=found["name"],
        registration=shown(found.get("state", ""))[:16],
        is_up=_UP.get(found.get("status", "")),
        ping_ms=_milliseconds(found.get("pingtime", "")),
    )


def _milliseconds(words: str) -> float | None:
    try:
        return float(words) or None
    except ValueError:
        return None


def read_again(known: Mapping[str, Any], *, gone: Iterable[str], networks: bool) -> bool:
    """The switch reads its files again; trunks that are others now, or gone, are let go of first. False: it is away,
    or still holds one of them, and is to be asked again.
    """
    gone = [line_name(name) for name in gone]
    if ask_switch(known, "reloadxml") is None:
        return False
    if networks:
        ask_switch(known, "reloadacl")
    for name in gone:
        ask_switch(known, f"sofia profile external killgw {name}")
    until = time.monotonic() + 4
    while any(_is_there(known, name) for name in gone):
        if time.monotonic() > until:
            return False
        time.sleep(0.3)
    return all(ask_switch(known, f"sofia profile {profile} rescan") is not None for profile in PROFILES)


def _is_there(known: Mapping[str, Any], name: str) -> bool:
    return "<gateway>" in (ask_switch(known, f"sofia xmlstatus gateway {name}") or "")


def outside_legs(known: Mapping[str, Any]) -> dict[str, tuple[bool, str]] | None:
    """Leg → (came in, from which address), of everything on the carriers' side of the switch; None: no answer."""
    answer = ask_switch(known, "show channels as json")
    try:
        rows = orjson.loads(answer or "").get("rows", [])
    except (orjson.JSONDecodeError, AttributeError):
        return None
    return {
        str(row.get("uuid", "")): (row.get("direction") == "inbound", str(row.get("ip_addr", "")))
        for row in rows
        if str(row.get("name", "")).startswith(_LEGS)
    }


def line_of_leg(known: Mapping[str, Any], leg_id: str) -> str:
    """The trunk it goes out by, or ""."""
    answer = ask_switch(known, f"uuid_getvar {UUID(leg_id)} cc_line") or ""
    return answer.strip() if _OURS.fullmatch(answer.strip()) else ""


def call(
    known: Mapping[str, Any], *, line: str, number: str, shows: str, test_id: UUID, seconds: float
) -> Tried | None:
    """Calls this number by this trunk, for so many seconds; None when the switch is away. Raises UnsafeValue."""
    said = variables(
        cc_test=test_id.hex,
        origination_uuid=test_id,
        origination_caller_id_number=shown_number(shows),
        origination_caller_id_name=shown_number(shows),
        originate_timeout=int(seconds),
        ignore_early_media="true",
    )
    command = f"originate {{{said}}}sofia/gateway/{line_name(line)}/{digits_alone(number)} &echo()"
    try:
        with EventSocket(known, patience=5.0) as wire:
            wire.say(f"filter variable_cc_test {test_id.hex}")
            wire.say(f"filter Job-UUID {test_id}")
            wire.say(f"event json {_EVENTS}")
            wire.say(f"bgapi {command}\nJob-UUID: {test_id}")
            return _heard(wire, test_id, time.monotonic() + seconds + TALK_SECONDS + 5)
    except (OSError, ValueError):
        return None


def _heard(wire: EventSocket, test_id: UUID, until: float) -> Tried:
    """Until its leg has ended; once it is answered we end it ourselves. Without a leg the command's words are all."""
    refused = ""
    while (left := until - time.monotonic()) > 0 and (event := wire.event(left)) is not None:
        name = text(event, "Event-Name")
        if name == "CHANNEL_HANGUP_COMPLETE":
            return _tried(event)
        if name == "CHANNEL_ANSWER":
            until = min(until, time.monotonic() + TALK_SECONDS)
        elif words := refusal(event):
            refused, until = words, min(until, time.monotonic() + 1)
    return Tried(cause=refused) if refused else _ended(wire, test_id)


def refusal(event: Event) -> str:
    words = text(event, "_body")
    return shown(words.removeprefix("-ERR").strip())[:40] if words.startswith("-ERR") else ""


def _ended(wire: EventSocket, test_id: UUID) -> Tried:
    wire.say(f"api uuid_kill {test_id} NORMAL_CLEARING")
    while (event := wire.event(3)) is not None:
        if text(event, "Event-Name") == "CHANNEL_HANGUP_COMPLETE":
            return _tried(event)
    return Tried(cause="NO_ANSWER")


def _tried(event: Event) -> Tried:
    created = whole(text(event, "Caller-Channel-Created-Time")) or 0
    rang = _after(event, created, "Progress-Time") or _after(event, created, "Progress-Media-Time")
    answered = _after(event, created, "Answered-Time")
    status = whole(variable(event, "sip_invite_failure_status")) or whole(variable(event, "sip_term_status"))
    mos = variable(event, "rtp_audio_in_mos")
    return Tried(
        is_answered=answered is not None,
        sip_status=200 if answered is not None else status,
        cause="" if answered is not None else text(event, "Hangup-Cause")[:40],
        ringing_ms=rang if rang is not None else answered,
        answered_ms=answered,
        mos=float(mos) if re.fullmatch(r"[0-5](\.[0-9]+)?", mos) else None,
    )


def _after(event: Event, created: int, name: str) -> int | None:
    at = whole(text(event, f"Caller-Channel-{name}")) or 0
    return max(0, at - created) // 1000 if at and created else None
