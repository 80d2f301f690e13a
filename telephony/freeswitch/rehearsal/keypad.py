"""Keys: what ends a sound that plays, and `play_and_get_digits`, as the real switch does them.

A key is taken from the queue one at a time. A prompt ends at the first; a sound played otherwise swallows those that do
not end it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import lifecycle, media, originate
from .clock import now_us

if TYPE_CHECKING:
    from .leg import Leg

_SOUNDS = {"playback", "record"}
_SHORTEST_MS = 1000


def heard(leg: Leg) -> None:
    """A key has come: whatever is listening wakes up."""
    application = leg.variables.get("current_application")
    is_asked = leg.variables.get("group_confirm_key") or application == "play_and_get_digits"
    if is_asked or (application in _SOUNDS and ends_sound(leg)):
        leg.interrupt()


def ends_sound(leg: Leg) -> bool:
    """Takes keys until one of them ends what is played."""
    terminators = leg.get("playback_terminators") or "*"
    while leg.keys:
        digit = leg.keys.popleft()
        if terminators != "none" and (digit in terminators or terminators == "any"):
            leg.set("playback_terminator_used", digit)
            return True
    return False


async def play_and_get_digits(leg: Leg, data: str) -> None:
    """`min max tries timeout terminators prompt invalid variable [regex [digit timeout]]`; times in milliseconds."""
    words = [*originate.separate(data, " "), *[""] * 11]
    least, most, tries = (int(word or 0) for word in words[:3])
    timeout = max(int(words[3] or _SHORTEST_MS), _SHORTEST_MS) / 1000
    between = int(words[9] or 0) / 1000 or timeout
    name, pattern = words[7], words[8]
    lifecycle.pre_answer(leg)
    leg.set(f"{name}_invalid", None)
    for _try in range(tries):
        digits = await _read(leg, words, max(most, least), timeout, between)
        if leg.is_interrupted:
            return
        if digits and len(digits) >= least:
            if not pattern or re.search(pattern, digits):
                return
            leg.set(name, None)
            leg.set(f"{name}_invalid", digits)
        elif least == 0 and not digits and leg.get("read_terminator_used"):
            return
        await _play(leg, words[6], is_asking=False)
        if leg.is_interrupted:
            return


async def read(leg: Leg, sound: str, most: int, seconds: float) -> str | None:
    """So many keys, asked for by a sound, the last of them at most so long after it; None: there is no such sound."""
    digits = await _play(leg, sound, is_asking=True)
    if digits is None:
        return None
    return (await _further(leg, digits, most, seconds, seconds, ""))[0]


async def _read(leg: Leg, words: list[str], most: int, timeout: float, between: float) -> str:
    """The keys of one try; also set as the variable, when there are any."""
    terminators, name = words[4] or "#", words[7]
    leg.set("read_result", None)
    leg.set(name, None)
    digits = await _play(leg, words[5], is_asking=True)
    if digits is None:
        # As the real one: without its prompt it does not listen.
        return ""
    closed_by = digits if digits and digits in terminators else ""
    digits, closed_by = (
        ("", closed_by) if closed_by else await _further(leg, digits, most, timeout, between, terminators)
    )
    if closed_by:
        leg.set("read_terminator_used", closed_by)
    if digits:
        leg.set(name, digits)
    return digits


async def _further(
    leg: Leg, digits: str, most: int, timeout: float, between: float, terminators: str
) -> tuple[str, str]:
    """(the keys with those that come after the sound, the key that ended them or "")."""
    while len(digits) < most and not leg.is_interrupted:
        if not leg.keys:
            is_over = await leg.pause(between if digits else timeout)
            if is_over or leg.is_interrupted:
                break
            continue
        key = leg.keys.popleft()
        if key in terminators:
            return digits, key
        digits += key
    return digits, ""


async def _play(leg: Leg, sound: str, *, is_asking: bool) -> str | None:
    """Plays to its end; when asking, to the first key, which is the answer. "" without one; None: no such sound."""
    if not sound or sound.lower() == "silence":
        return ""
    try:
        seconds = media.length_of(leg, sound)
    except media.NotThere:
        leg.switch.log("a file to be played does not exist")
        return None
    what = media.what_is_played(sound)
    leg.fire("PLAYBACK_START", dict(what))
    if not (is_asking and leg.keys):
        await _until_a_key(leg, seconds, is_asking=is_asking)
    leg.fire("PLAYBACK_STOP", {**what, "Playback-Status": "done"})
    return leg.keys.popleft() if is_asking and leg.keys and not leg.is_interrupted else ""


async def _until_a_key(leg: Leg, seconds: float | None, *, is_asking: bool) -> None:
    """A key does not end what is played after a wrong answer."""
    left = seconds
    while not leg.is_interrupted:
        began = now_us()
        is_over = await leg.pause(left)
        if is_over or is_asking:
            return
        if left is not None:
            left = max(0.0, left - (now_us() - began) / 1e6)
