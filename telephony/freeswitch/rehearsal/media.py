"""Applications that are heard: playing a file, a tone or music, leaving a message, recording a conversation."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from . import audio, keypad, lifecycle, sound, utterances
from .bus import Headers
from .clock import now_us
from .recorder import Recording

if TYPE_CHECKING:
    from .leg import Leg

_FOR_EVER = None
_DEFAULT_MESSAGE_LIMIT = 600.0


class NotThere(Exception):
    """The file to play does not exist."""


async def playback(leg: Leg, data: str) -> None:
    """Plays to the end, or as long as `playback_timeout_sec`, or until something breaks in."""
    try:
        seconds, first = length_of(leg, data), _begins_at(leg, data)
    except NotThere:
        leg.switch.log("a file to be played does not exist")
        leg.set("current_application_response", "FILE NOT FOUND")
        return
    lifecycle.pre_answer(leg)
    limit = leg.get("playback_timeout_sec")
    if limit.isdecimal() and int(limit) > 0:
        seconds = min(seconds, float(limit)) if seconds is not None else float(limit)
    leg.set("playback_terminator_used", None)
    what = what_is_played(data)
    leg.fire("PLAYBACK_START", dict(what))
    leg.playing, began = data, now_us()
    sound.changed(leg)
    is_over = not keypad.ends_sound(leg) and await leg.pause(seconds)
    leg.playing = ""
    sound.changed(leg)
    played = (now_us() - began) // 1000
    leg.variables |= {
        "playback_ms": str(played),
        "playback_seconds": str(played // 1000),
        "playback_samples": str(played * 8),
        "playback_last_offset_pos": str(first + played * 8),
    }
    was_played = is_over or leg.is_hung_up
    leg.set("current_application_response", "FILE PLAYED" if was_played else "PLAYBACK ERROR")
    leg.fire(
        "PLAYBACK_STOP", {**what, "Playback-Status": "done" if is_over or leg.is_interrupted else "break"}
    )


def length_of(leg: Leg, data: str) -> float | None:
    """Seconds; None plays for ever. Raises NotThere."""
    target = re.sub(r"^\{[^}]*\}", "", data.strip())
    scheme, sign, rest = target.partition("://")
    if not sign:
        return _file_length(leg, target.split("@@")[0]) - _begins_at(leg, target) / 8000
    if scheme == "silence_stream":
        milliseconds = int(rest.split(",")[0] or 0)
        return _FOR_EVER if milliseconds < 0 else milliseconds / 1000
    if scheme == "tone_stream":
        return _tone_length(rest)
    if scheme == "file_string":
        return sum(_file_length(leg, part) for part in rest.split("!"))
    return _FOR_EVER


def _begins_at(leg: Leg, data: str) -> int:
    """`file@@16000` begins at that sample, or at its first one where the file is shorter."""
    found = re.fullmatch(r"(.+)@@([0-9]+)", data)
    return int(found[2]) if found and int(found[2]) <= _file_length(leg, found[1]) * 8000 else 0


def _file_length(leg: Leg, name: str) -> float:
    path = Path(name)
    if not path.is_absolute():
        path = Path(leg.get("sound_prefix") or leg.get("sounds_dir") or ".") / name
    seconds = audio.seconds_of(path)
    if seconds is None:
        raise NotThere(name)
    return seconds


def _tone_length(tones: str) -> float | None:
    """`%(on,off,frequency…)` in milliseconds, with `loops=n` (-1: for ever)."""
    milliseconds = sum(int(on) + int(off) for on, off in re.findall(r"%\((\d+),(\d+)", tones))
    loops = re.search(r"loops=(-?\d+)", tones)
    times = int(loops[1]) if loops else 1
    return _FOR_EVER if times < 0 else milliseconds * times / 1000


def what_is_played(data: str) -> Headers:
    scheme, sign, _ = data.partition("://")
    return {"Playback-File-Type": scheme if sign else "file", "Playback-File-Path": data}


async def record(leg: Leg, data: str) -> None:
    """Leaving a message: `path [limit seconds [threshold [seconds of silence]]]`; ends with either, or a hang-up."""
    path, limit, _threshold, silence, *_ = [*data.split(" "), "", "", ""]
    if not path:
        return
    lifecycle.pre_answer(leg)
    if utterances.is_one(path):
        await utterances.record(leg, path, float(limit or 0), float(silence or 0))
        return
    leg.is_speaking = True
    recording = Recording(leg, path, channels=1)
    if not recording.start():
        return
    if leg.person is not None:
        leg.person.hears(leg, "record")
    digits = limit.lstrip("+")
    await leg.pause(float(digits) if digits.isdecimal() and int(digits) else _DEFAULT_MESSAGE_LIMIT)
    leg.is_speaking = False
    await recording.stop()


def start_recording(leg: Leg, path: str, *, limit_seconds: float | None = None) -> bool:
    """Records the conversation from here on, in stereo when RECORD_STEREO is true."""
    if not path or path in leg.recordings or leg.is_hung_up:
        return False
    channels = 2 if leg.is_true("RECORD_STEREO") or leg.is_true("record_stereo") else 1
    recording = Recording(leg, path, channels=channels)
    if not recording.start():
        return False
    if limit_seconds:
        asyncio.get_running_loop().call_later(limit_seconds, lambda: leg.switch.spawn(recording.stop()))
    return True


async def stop_recording(leg: Leg, path: str) -> bool:
    """Of one path, or of all when `all`."""
    chosen = [recording for name, recording in leg.recordings.items() if path in {name, "all"}]
    for recording in chosen:
        await recording.stop()
    return bool(chosen)


async def listen(leg: Leg) -> None:
    """A step: the leg hears whatever its bridge gives it."""
    await leg.pause()


async def broadcast(leg: Leg, path: str) -> None:
    """Plays to a leg beside what it does; a new one, a break or a bridge stops it."""
    try:
        seconds = length_of(leg, path)
    except NotThere:
        return
    stop_broadcast(leg)
    ended = leg.broadcast = asyncio.get_running_loop().create_future()
    what = what_is_played(path)
    leg.fire("PLAYBACK_START", dict(what))
    await asyncio.wait((ended,), timeout=seconds)
    if leg.broadcast is ended:
        leg.broadcast = None
    leg.fire("PLAYBACK_STOP", {**what, "Playback-Status": "done"})


def stop_broadcast(leg: Leg) -> None:
    if leg.broadcast is not None and not leg.broadcast.done():
        leg.broadcast.set_result(None)
