"""A program of its own: decodes one file into a level wav. What it reads comes from strangers, so it may die alone.

`python -I decoding.py IN OUT MOST_SECONDS [trim]` writes one line of JSON: {"seconds", "loudness"} or
{"refused": code}.
It imports nothing of ours, limits its own memory and processor time, and stops decoding at the longest sound.
"""

import json
import math
import operator
import sys
import wave
from array import array
from itertools import pairwise

RATE = 8000
FRAME = RATE // 50
"""20 ms: what loudness is measured over."""
TARGET = -20.0
"""dBFS, RMS of what is not silence."""
SILENCE = -55.0
QUIETER_THAN_LOUDEST = 35.0
LOUDEST_PEAK = 0.95
MOST_GAIN = 30.0
KEPT_BEFORE, KEPT_AFTER = 1, 3
"""Frames of silence kept at the ends when they are trimmed."""
SHORTEST_SECONDS = 0.05
MEMORY, PROCESSOR_SECONDS, LARGEST_FILE = 768 * 2**20, 60, 64 * 2**20


class Refused(Exception):
    """Its one argument is the code."""


def kind_of(head: bytes) -> str:
    """By what is in it, never by its name: wav, flac, ogg or mp3."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        if b"OpusHead" in head:
            raise Refused("opus")
        return "ogg"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4, 0xE6)):
        return "mp3"
    if head[4:8] == b"ftyp":
        raise Refused("mp4")
    raise Refused("not_sound")


def decoded(path: str, most_seconds: float) -> array:
    try:
        import miniaudio
    except ImportError:
        raise Refused("no_decoder") from None
    with open(path, "rb") as file:
        kind_of(file.read(4096))
    samples, most = array("h"), int(most_seconds * RATE)
    try:
        stream = miniaudio.stream_file(path, nchannels=1, sample_rate=RATE, frames_to_read=RATE)
        for piece in stream:
            samples.extend(piece)
            if len(samples) > most:
                raise Refused("too_long")
    except miniaudio.MiniaudioError:
        raise Refused("broken") from None
    if len(samples) < SHORTEST_SECONDS * RATE:
        raise Refused("empty")
    return samples


def decibels(mean_square: float) -> float:
    return 10 * math.log10(mean_square / 32768**2) if mean_square > 0 else -120.0


def frames(samples: array) -> list[float]:
    """The mean square of each 20 ms."""
    places = range(0, len(samples) + FRAME, FRAME)
    parts = (samples[begin:end] for begin, end in pairwise(places))
    return [sum(map(operator.mul, part, part)) / len(part) for part in parts if len(part)]


def threshold(energies: list[float]) -> float:
    """Below this mean square a frame is silence."""
    loudest = decibels(max(energies))
    if loudest < SILENCE:
        raise Refused("silent")
    return 32768**2 * 10 ** (max(SILENCE, loudest - QUIETER_THAN_LOUDEST) / 10)


def trimmed(samples: array) -> array:
    energies = frames(samples)
    limit = threshold(energies)
    heard = [place for place, energy in enumerate(energies) if energy >= limit]
    first, last = max(0, heard[0] - KEPT_BEFORE), heard[-1] + 1 + KEPT_AFTER
    return samples[first * FRAME : last * FRAME]


def levelled(samples: array) -> tuple[array, float]:
    """At the target, but never louder than the peak allows. (samples, loudness in dBFS)"""
    energies = frames(samples)
    limit = threshold(energies)
    heard = [energy for energy in energies if energy >= limit]
    loudness = decibels(sum(heard) / len(heard))
    gain = 10 ** (min(TARGET - loudness, MOST_GAIN) / 20)
    peak = max(max(samples), -min(samples)) / 32768
    gain = min(gain, LOUDEST_PEAK / peak)
    made = array("h", (int(sample * gain) for sample in samples))
    return made, round(loudness + 20 * math.log10(gain), 2)


def write(samples: array, path: str) -> None:
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def limit_ourselves() -> None:
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(source: str, target: str, most_seconds: str, *more: str) -> dict[str, object]:
    limit_ourselves()
    try:
        samples = decoded(source, float(most_seconds))
        if "trim" in more:
            samples = trimmed(samples)
        samples, loudness = levelled(samples)
        write(samples, target)
    except Refused as refusal:
        return {"refused": refusal.args[0]}
    except MemoryError:
        return {"refused": "too_large"}
    return {"seconds": round(len(samples) / RATE, 3), "loudness": loudness}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
