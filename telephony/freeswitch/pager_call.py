"""Rings one telephone outside for somebody on call and asks for key 1 (conf/pager.xml); and what became of such a call.

Like a trunk's test call it is nobody's (cc_test): no fact, record, bill or report speaks of it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from telephony.freeswitch.canary_call import EventSocket, ask_switch
from telephony.freeswitch.commands import checked, digits_alone, line_name, shown_number, variables
from telephony.freeswitch.readers import Event, text, variable, whole
from telephony.freeswitch.trunk_call import refusal

ASK_SECONDS = 90.0
"""A mailbox is let go after so long; whoever picked up has heard the question three times by then."""

FIRST_PHRASE = "urgent-case"
"""What every pager.xml says; others came later."""
_EVENTS = "CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE BACKGROUND_JOB"


@dataclass(frozen=True, kw_only=True)
class Rung:
    """`taken_at`: the moment of the key, by the switch's clock; `cause`: why it ended, "" when nobody said."""

    is_answered: bool = False
    taken_at: datetime | None = None
    cause: str = ""


class Trace(Enum):
    """What the switch knows of a call that somebody else began."""

    LIVE = "live"
    GONE = "gone"


def plan_of(known: Mapping[str, Any]) -> str | None:
    """The switch's file that asks for the key; "" when it was started with files that know none, None: it is away."""
    told = ask_switch(known, "global_getvar cc_pager_plan")
    if told is None:
        return None
    return told.strip() if told.startswith("/") else ""


def knows(known: Mapping[str, Any], phrase: str) -> bool:
    """It can say this itself, without a file laid down for it: it was started with files that name the phrase."""
    if phrase == FIRST_PHRASE:
        return True
    return phrase in (ask_switch(known, "global_getvar cc_pager_phrases") or "").split()


def ring(
    known: Mapping[str, Any], *, plan: str, line: str, number: str, shows: str, call_id: UUID, language: str,
    sound: str, seconds: float, phrase: str = FIRST_PHRASE,
) -> Rung | None:  # fmt: skip
    """By this line, for so many seconds; None when the switch is away. `sound` "": the switch's own sentence of the
    phrase.

    Raises UnsafeValue.
    """
    said = variables(
        cc_test=call_id.hex,
        cc_lang=language,
        cc_page_phrase=phrase,
        **({"cc_page_sound": sound} if sound else {}),
        origination_uuid=call_id,
        origination_caller_id_number=shown_number(shows),
        origination_caller_id_name=shown_number(shows),
        originate_timeout=int(seconds),
        ignore_early_media="true",
        media_timeout=60_000,
    )
    way = f"sofia/gateway/{line_name(line)}/{digits_alone(number)}"
    command = f"originate {{{said}}}{way} ask XML:{checked(plan)} pager"
    try:
        with EventSocket(known, patience=5.0) as wire:
            wire.say(f"filter variable_cc_test {call_id.hex}")
            wire.say(f"filter Job-UUID {call_id}")
            wire.say(f"event json {_EVENTS}")
            wire.say(f"bgapi {command}\nJob-UUID: {call_id}")
            return _heard(wire, call_id, time.monotonic() + seconds + 5)
    except (OSError, ValueError):
        return None


def _heard(wire: EventSocket, call_id: UUID, until: float) -> Rung:
    """Until its leg has ended. Without a leg the command's words are all."""
    refused = ""
    while (left := until - time.monotonic()) > 0 and (event := wire.event(left)) is not None:
        name = text(event, "Event-Name")
        if name == "CHANNEL_HANGUP_COMPLETE":
            return _rung(event)
        if name == "CHANNEL_ANSWER":
            until = time.monotonic() + ASK_SECONDS
        elif words := refusal(event):
            refused, until = words, min(until, time.monotonic() + 1)
    return Rung(cause=refused) if refused else _ended(wire, call_id)


def _ended(wire: EventSocket, call_id: UUID) -> Rung:
    wire.say(f"api uuid_kill {call_id} NORMAL_CLEARING")
    while (event := wire.event(3)) is not None:
        if text(event, "Event-Name") == "CHANNEL_HANGUP_COMPLETE":
            return _rung(event)
    return Rung(cause="NO_ANSWER")


def _rung(event: Event) -> Rung:
    return Rung(
        is_answered=bool(whole(text(event, "Caller-Channel-Answered-Time"))),
        taken_at=_moment(variable(event, "cc_page_us")),
        cause=text(event, "Hangup-Cause")[:40],
    )


def _moment(microseconds: str) -> datetime | None:
    at = whole(microseconds.strip())
    return datetime.fromtimestamp(at / 1e6, UTC) if at else None


def trace_of(known: Mapping[str, Any], call_id: UUID) -> Trace | datetime | None:
    """LIVE, GONE, or the moment of the key; None when the switch does not answer."""
    note = ask_switch(known, f"hash select/cc/page_{call_id.hex}")
    there = ask_switch(known, f"uuid_exists {call_id}")
    if note is None or there is None:
        return None
    return _moment(note) or (Trace.LIVE if there.strip() == "true" else Trace.GONE)


def is_gone(known: Mapping[str, Any], call_id: UUID, *, seconds: float) -> bool:
    """The switch has no leg of this id any more; two cannot have one."""
    until = time.monotonic() + seconds
    while (ask_switch(known, f"uuid_exists {call_id}") or "").strip() == "true":
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def end(known: Mapping[str, Any], call_id: UUID) -> None:
    ask_switch(known, f"uuid_kill {call_id} NORMAL_CLEARING")


def forget(known: Mapping[str, Any], call_id: UUID) -> None:
    """The key is written down now: the switch need not remember it."""
    ask_switch(known, f"hash delete/cc/page_{call_id.hex}")
