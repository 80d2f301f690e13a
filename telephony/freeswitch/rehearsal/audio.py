"""Sound: two voices that are noise with the rhythm of speech, music for holding, silence; 8 kHz, 16 bit.

Each kind is made once as a short loop and repeated, so that an hour costs no more thought than a second.
"""

from __future__ import annotations

import array
import functools
import math
import random
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

RATE = 8000
_LOOP_SECONDS = 6
_CHUNK_FRAMES = RATE * 60

Heard = tuple[frozenset[str], frozenset[str]]
"""The voices on the left and on the right: agent, caller, music, tone:<hertz>, file:<path>."""
Segment = tuple[Heard, float]
"""What is heard, and for how many seconds."""
SILENCE: Heard = (frozenset(), frozenset())


def write_wav(path: Path, segments: Sequence[Segment], *, channels: int) -> int:
    """Writes the segments one after the other; returns the number of frames."""
    written = 0
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for heard, seconds in segments:
            frames = round(seconds * RATE)
            _repeat(file, _loop(heard, channels), frames, channels)
            written += frames
    return written


def warm_up() -> None:
    """Makes the voices beforehand, so that the first recording ends as quickly as the others."""
    _loop((frozenset({"agent"}), frozenset({"caller"})), 2)
    _loop((frozenset({"caller"}), frozenset()), 1)


def seconds_of(path: Path) -> float | None:
    """How long a wav file plays; None when it is not there or not one."""
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return None


def _repeat(file: wave.Wave_write, loop: bytes, frames: int, channels: int) -> None:
    wanted = frames * channels * 2
    per_chunk = max(1, _CHUNK_FRAMES * channels * 2 // len(loop))
    chunk = loop * min(per_chunk, wanted // len(loop) + 1)
    while wanted > 0:
        file.writeframes(chunk[:wanted])
        wanted -= len(chunk)


@functools.lru_cache(maxsize=64)
def _loop(heard: Heard, channels: int) -> bytes:
    left, right = (_mixed(voices) for voices in heard)
    return _bytes(_sum([left, right]) if channels == 1 else _interleave(left, right))


def _mixed(voices: frozenset[str]) -> array.array[int]:
    return _sum([_voice_of(name) for name in sorted(voices)])


def _sum(sounds: list[array.array[int]]) -> array.array[int]:
    """All at once, as loud as each is, cut off where that is too much."""
    if len(sounds) == 1:
        return sounds[0]
    frames = RATE * _LOOP_SECONDS
    added = (sum(samples) for samples in zip(*sounds, strict=True)) if sounds else (0 for _ in range(frames))
    return array.array("h", (max(-32768, min(32767, value)) for value in added))


@functools.lru_cache(maxsize=64)
def _voice_of(name: str) -> array.array[int]:
    """Six seconds of it."""
    kind, _, value = name.partition(":")
    if kind == "tone":
        return _tone(float(value))
    if kind == "file":
        return _of_file(Path(value))
    if name == "music":
        return _music()
    if name == "agent":
        return _voice(118, seed=1, start=0.0)
    return _voice(205, seed=2, start=0.4)


def _tone(hertz: float) -> array.array[int]:
    step = 2 * math.pi * hertz / RATE
    return array.array("h", (int(9000 * math.sin(step * at)) for at in range(RATE * _LOOP_SECONDS)))


def _of_file(path: Path) -> array.array[int]:
    """The beginning of a mono file at our rate, again and again; silence when it is none."""
    frames = RATE * _LOOP_SECONDS
    samples = array.array("h")
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE):
                samples.frombytes(file.readframes(frames))
    except (OSError, EOFError, wave.Error):
        samples = array.array("h")
    if sys.byteorder == "big":
        samples.byteswap()
    return (
        (samples * (frames // len(samples) + 1))[:frames] if samples else array.array("h", bytes(2 * frames))
    )


def _interleave(left: array.array[int], right: array.array[int]) -> array.array[int]:
    both = array.array("h", bytes(4 * len(left)))
    both[0::2], both[1::2] = left, right
    return both


def _bytes(samples: array.array[int]) -> bytes:
    if sys.byteorder == "big":
        samples = array.array("h", samples)
        samples.byteswap()
    return samples.tobytes()


def _voice(pitch: float, *, seed: int, start: float) -> array.array[int]:
    """Syllables of a few hundred milliseconds: a gliding pitch with overtones and breath, with pauses between them."""
    chance = random.Random(seed)  # noqa: S311 - a voice, no secret
    samples = array.array("h", bytes(2 * RATE * _LOOP_SECONDS))
    at = int(start * RATE)
    while at < len(samples):
        length = int(RATE * chance.uniform(0.12, 0.3))
        tone = pitch * chance.uniform(0.85, 1.25)
        for offset in range(min(length, len(samples) - at)):
            phase = 2 * math.pi * tone * offset / RATE
            loudness = math.sin(math.pi * offset / length) ** 0.6
            sound = (
                math.sin(phase)
                + 0.5 * math.sin(2.02 * phase)
                + 0.25 * math.sin(5 * phase)
                + chance.uniform(-0.3, 0.3)
            )
            samples[at + offset] = int(4200 * loudness * sound)
        at += length + int(
            RATE * (chance.uniform(0.02, 0.1) if chance.random() < 0.8 else chance.uniform(0.3, 0.7))
        )
    return samples


def _music() -> array.array[int]:
    samples = array.array("h", bytes(2 * RATE * _LOOP_SECONDS))
    notes = (262, 330, 392, 523, 392, 330)
    for at in range(len(samples)):
        note, within = notes[at // RATE % len(notes)], at % RATE / RATE
        samples[at] = int(3000 * math.exp(-2 * within) * math.sin(2 * math.pi * note * at / RATE))
    return samples
