"""What the switch says of trunks and of calls that failed at one, → facts. Pure."""

from __future__ import annotations

import re
from typing import Any

from telephony import facts
from telephony.freeswitch.readers import Event, moment, shown, text, uuid_of, variable, whole
from telephony.trunks.causes import TRUNK_CAUSES

_LINE = re.compile(r"t[0-9]{1,9}")
_REACHABLE = {"UP": True, "DOWN": False}


def line_of(said: str) -> str:
    """A trunk's key, or "": what else a leg may say goes no further."""
    return said if _LINE.fullmatch(said) else ""


def is_tried_again(more: str, cause: str, answered: str) -> bool:
    """It failed at the carrier, and the switch has another trunk for it (conf/line.xml). `answered` is a moment."""
    return bool(more) and cause in TRUNK_CAUSES and not moment(answered)


def failed(event: Event, said: dict[str, Any]) -> facts.LineFailed | None:
    """Of a leg's end: that it is none, because the leg comes again by another trunk."""
    cause, leg_id = text(event, "Hangup-Cause"), uuid_of(text(event, "Unique-ID"))
    answered = text(event, "Caller-Channel-Answered-Time")
    if leg_id is None or not is_tried_again(variable(event, "cc_more"), cause, answered):
        return None
    line = line_of(variable(event, "cc_line"))
    return facts.LineFailed(**said, line=line, leg_id=leg_id, cause=cause)


def stated(event: Event, said: dict[str, Any]) -> facts.LineStated | None:
    line, status = line_of(text(event, "Gateway")), whole(text(event, "Status"))
    if not line:
        return None
    return facts.LineStated(
        **said,
        line=line,
        registration=shown(text(event, "State"))[:16],
        is_up=_REACHABLE.get(text(event, "Ping-Status")),
        sip_status=status if status and 100 <= status < 1000 else None,
        phrase=shown(text(event, "Phrase"))[:80],
    )
