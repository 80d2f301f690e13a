"""Who hears whom, measured: each party sounds like a tone of its own, and every leg is recorded for a moment."""

from __future__ import annotations

import math
import struct
import time
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID, uuid4

from tests.contract.driver import SwitchUnderTest, wait_until

RATE = 8000
TONES: Mapping[str, int] = {
    "caller": 440,
    "agent": 700,
    "colleague": 1000,
    "outside": 1300,
    "supervisor": 1600,
    "music": 1900,
}
LOUD_ENOUGH = 0.02
"""Of 1; parties sound at 0.19 to 0.27, the tenant's music at 0.18, and what is not there below 0.002."""


PIECE = RATE // 5


def heard(line: SwitchUnderTest, seconds: float = 0.5, **legs: UUID) -> dict[str, set[str]]:
    """Whose tones each of the legs hears, all in the same moment."""
    paths = {name: line.directory / f"probe-{uuid4()}.wav" for name in legs}
    for name, leg in legs.items():
        line.api(f"uuid_setvar {leg} RECORD_STEREO true")
        assert line.api(f"uuid_record {leg} start {paths[name]}").startswith("+OK"), f"{name} is not there"
    time.sleep(seconds + 0.2)
    for name, leg in legs.items():
        line.api(f"uuid_record {leg} stop {paths[name]}")
    for path in paths.values():
        wait_until(lambda path=path: path.exists() and path.stat().st_size > 44, 3, "a leg gave no sound")
    return {name: voices(path, 0.15)[1] for name, path in paths.items()}


def voices(path: Path, begin: float = 0, end: float | None = None) -> list[set[str]]:
    """Whose tones are on each side of a recording between two seconds."""
    with wave.open(str(path), "rb") as file:
        sides = file.getnchannels()
        samples = memoryview(file.readframes(file.getnframes())).cast("h")
    first = int(begin * RATE) * sides
    last = len(samples) if end is None else int(end * RATE) * sides
    return [whose(samples[first + side : last : sides]) for side in range(sides)]


def whose(samples: Sequence[int]) -> set[str]:
    """Looked at piece by piece: who spoke for a moment of a long file is in it too."""
    pieces = [samples[at : at + PIECE] for at in range(0, max(1, len(samples) - PIECE + 1), PIECE)]
    return {
        name
        for name, hertz in TONES.items()
        if any(_loudness(piece, hertz) > LOUD_ENOUGH for piece in pieces)
    }


def _loudness(samples: Sequence[int], hertz: int) -> float:
    """How much of one tone there is, from 0 to 1 (Goertzel)."""
    if not samples:
        return 0
    turn, before, last = 2 * math.cos(2 * math.pi * hertz / RATE), 0.0, 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = last * last + before * before - turn * last * before
    return 2 * math.sqrt(max(power, 0)) / len(samples) / 32768


def write_music(
    line: SwitchUnderTest, name: str, *, tones: Sequence[tuple[str, int]] = (("music", 20),)
) -> Path:
    """A piece of music of the tenant acme: these tones, each for so many seconds."""
    folder = line.directory / "prompts" / "acme" / "music"
    folder.mkdir(parents=True, exist_ok=True)
    samples = [
        int(6000 * math.sin(2 * math.pi * TONES[tone] / RATE * at))
        for tone, seconds in tones
        for at in range(RATE * seconds)
    ]
    with wave.open(str(folder / name), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return folder / name
