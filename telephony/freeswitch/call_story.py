"""What a leg went through in a call: who stood aside for whom, and who was in a room. Pure.

Three places tell it alike: events as it happens, the leg's own variables while it lasts, and at its end the leg's
record, by cc_story (conf/call.xml): `_held.<µs>.<why>.<by>.<for>_room.<µs>.<room>_left.<µs>.<room>…`. Each step has its
own moment, set by the switch once, so that a second telling says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from telephony import facts
from telephony.facts import HeldWhy
from telephony.freeswitch.readers import moment, uuid_of

Variables = Callable[[str], str]
LONGEST = 1000
"""Steps of one leg that are read; a call of more is none of people."""


def held_why(word: str) -> HeldWhy | None:
    return HeldWhy(word) if word in list(HeldWhy) else None


def held(of_leg: Variables, said: Mapping[str, Any]) -> facts.CallerHeld | None:
    """By the leg's own variables; None when they do not say for what or since when."""
    return _held(
        [of_leg("cc_held_us"), of_leg("cc_held_why"), of_leg("cc_held_by"), of_leg("cc_held_for")], said
    )


def _held(words: list[str], said: Mapping[str, Any]) -> facts.CallerHeld | None:
    at, why = moment(words[0]), held_why(words[1])
    if at is None or why is None:
        return None
    return facts.CallerHeld(
        **dict(said) | {"at": at},
        by_leg_id=uuid_of(words[2]),
        for_leg_id=uuid_of(words[3]),
        why=why,
        held_at=at,
    )


def entered(room: str, at: str, said: Mapping[str, Any]) -> facts.RoomEntered | None:
    room_id, since = uuid_of(room), moment(at)
    if room_id is None or since is None:
        return None
    return facts.RoomEntered(**dict(said) | {"at": since}, room_id=room_id, entered_at=since)


def left(room: str, at: str, said: Mapping[str, Any]) -> facts.RoomLeft | None:
    room_id, since = uuid_of(room), moment(at)
    if room_id is None or since is None:
        return None
    return facts.RoomLeft(**dict(said) | {"at": since}, room_id=room_id)


def told(story: str, said: Mapping[str, Any]) -> Iterator[facts.LegFact]:
    """The facts of a whole story, in its order; what cannot be read is left out."""
    for step in story.split("_")[1 : LONGEST + 1]:
        name, *words = [*step.split("."), "", "", "", ""]
        fact: facts.LegFact | None = None
        if name == "held":
            fact = _held(words, said)
        elif name == "room":
            fact = entered(words[1], words[0], said)
        elif name == "left":
            fact = left(words[1], words[0], said)
        if fact is not None:
            yield fact


def joins(parts: list[dict[str, Any]], ended_at: datetime) -> Iterator[tuple[UUID, datetime, datetime]]:
    """(the other leg, from, until) of each talk. `parts`: the stretches of the leg's way, as the record has them."""
    for part in reversed(parts):
        times, profile = part.get("times"), part.get("caller_profile")
        if not isinstance(times, dict) or not isinstance(profile, dict):
            continue
        since, other = moment(str(times.get("bridged_time", ""))), _other(profile)
        if since is not None and other is not None:
            until = moment(str(times.get("transfer_time", ""))) or ended_at
            yield other, since, max(since, until)


def _other(profile: dict[str, Any]) -> UUID | None:
    for kind in ("originatee", "originator"):
        named = profile.get(kind)
        listed = named.get(f"{kind}_caller_profiles") if isinstance(named, dict) else None
        if isinstance(listed, list) and listed and isinstance(listed[0], dict):
            return uuid_of(str(listed[0].get("uuid", "")))
    return None
