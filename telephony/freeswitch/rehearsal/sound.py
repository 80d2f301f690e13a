"""Who hears whom: worked out from where the legs are, and noted by every recording that runs on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .audio import Heard

if TYPE_CHECKING:
    from .leg import Leg

Voices = frozenset[str]
NOBODY: Voices = frozenset()


def changed(*legs: Leg | None) -> None:
    """Something about these legs is heard differently from now on, by them and by everybody around them."""
    around = {one for leg in legs if leg is not None for one in _around(leg)}
    for leg in around:
        for recording in leg.recordings.values():
            recording.hear(of(leg))


def of(leg: Leg) -> Heard | None:
    """What a recording of this leg gets: what the leg says, what it hears. None while its person holds the other one:
    the real switch reads no sound from such a leg, so its recordings stand still.
    """
    if leg.call_state == "HELD":
        return None
    return says(leg) | _spoken_for(leg), _talk(leg)


def says(leg: Leg) -> Voices:
    """Somebody with a tone of their own is never silent; others speak when there is somebody to speak to."""
    if leg.is_hung_up:
        return NOBODY
    if leg.person is not None and leg.person.hertz:
        return frozenset({f"tone:{leg.person.hertz}"})
    is_speaking = leg.peer or leg.room or leg.ear_on or leg.is_speaking or getattr(leg.person, "hums", False)
    return frozenset({"agent" if leg.direction == "outbound" else "caller"}) if is_speaking else NOBODY


def hears(leg: Leg) -> Voices:
    """What reaches the person on this leg. A whisper does, and is in no recording: as with the real one."""
    return NOBODY if leg.is_deaf else _talk(leg) | _whispered(leg)


def _talk(leg: Leg) -> Voices:
    if leg.ear_on is not None:
        return says(leg.ear_on) | _talk(leg.ear_on)
    if played := leg.hold_music or leg.playing:
        return source(played)
    others = [leg.peer] if leg.peer else [one for one in leg.switch.room(leg.room) if one is not leg]
    heard = [says(other) | _spoken_for(other) for other in others if other.call_state != "HELD"]
    return frozenset().union(*heard)


def source(played: str) -> Voices:
    """What is played, as a sound we can make again: a file, a tone, or our music."""
    played = re.sub(r"^\{[^}]*\}", "", played.strip()).split("@@")[0]
    if played.startswith("tone_stream://"):
        found = re.search(r"%\(\d+,\d+,(\d+)", played)
        return frozenset({f"tone:{found[1]}"}) if found else NOBODY
    if "://" not in played:
        return frozenset({f"file:{played}"})
    return frozenset({"music"}) if played.startswith("local_stream://") else NOBODY


def _whispered(leg: Leg) -> Voices:
    heard = [says(ear) for ear in leg.ears if ear.is_true("eavesdrop_whisper_bleg")]
    return frozenset().union(*heard)


def _spoken_for(leg: Leg) -> Voices:
    """Ears that barge in are heard as if this leg said it."""
    heard = [says(ear) for ear in leg.ears if ear.is_true("eavesdrop_whisper_aleg")]
    return frozenset().union(*heard)


def _around(leg: Leg) -> set[Leg]:
    near = {leg, *leg.switch.room(leg.room)}
    near |= {one.peer for one in list(near) if one.peer is not None}
    if leg.ear_on is not None:
        near |= _around(leg.ear_on)
    return near | {ear for one in near for ear in one.ears}
