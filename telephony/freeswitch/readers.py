"""Reading what the switch says: a header or a variable → a value, or nothing. Pure; nothing is believed unseen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from telephony.sip_frames import ECHO

Event = Mapping[str, Any]
LONGEST_TEXT = 256
PHONES = "devices"
"""The context of what phones dial themselves (conf/cc.xml)."""


def text(event: Event, name: str) -> str:
    """A header as text; of a repeated one the first."""
    value = event.get(name, "")
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else str(value)


def variable(event: Event, name: str) -> str:
    return text(event, f"variable_{name}")


def whole(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def uuid_of(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def moment(microseconds: str) -> datetime | None:
    """None for 0, the switch's word for never."""
    count = whole(microseconds)
    if not count:
        return None
    seconds, rest = divmod(count, 1_000_000)
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
    except (OverflowError, ValueError, OSError):
        return None


def shown(value: str) -> str:
    """A caller's own words, for people's eyes: one line, no control characters, of bearable length."""
    return "".join(
        character if character.isprintable() else " " for character in value[:LONGEST_TEXT]
    ).strip()


def signed(value: str) -> int:
    return int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else 0


def skills_of(value: str) -> tuple[tuple[int, int], ...]:
    """`_3.2_5.1` → ((3, 2), (5, 1)); of one skill the last level."""
    found = re.findall(r"_([0-9]{1,18})\.([0-9]{1,2})(?=_|$)", value[:LONGEST_TEXT])
    return tuple({int(skill): int(level) for skill, level in found}.items())


def is_nobodys(event: Event) -> bool:
    """A call of a drill or of the canary, or of a phone to the echo: no fact, row, bill or report speaks of it."""
    is_echo = variable(event, "sip_req_user") == ECHO and text(event, "Caller-Context") == PHONES
    return bool(variable(event, "cc_test")) or is_echo
