"""The music callers hear while they wait: made here, so it is nobody's property. Slow chords, quiet, half a minute."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE = 8000
LOUDNESS = 0.16
BAR_SECONDS = 4.0
# Frequencies in Hz: C, A minor, F, G, each with its bass, third, fifth and octave.
_CHORDS = (
    (130.81, 261.63, 329.63, 392.00),
    (110.00, 220.00, 261.63, 329.63),
    (87.31, 174.61, 220.00, 261.63),
    (98.00, 196.00, 246.94, 293.66),
)


def write_once(path: Path) -> None:
    """A mono wav of 32 s at 8 kHz, unless it is there."""
    if path.exists():
        return
    samples = [value for _ in range(2) for chord in _CHORDS for value in _bar(chord)]
    temporary = path.with_suffix(".new")
    with wave.open(str(temporary), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    temporary.replace(path)


def _bar(chord: tuple[float, ...]) -> list[int]:
    """The notes one after another, each ringing on until the bar ends."""
    length = int(BAR_SECONDS * RATE)
    mixed = [0.0] * length
    for place, frequency in enumerate(chord):
        start = place * length // 6
        for index in range(start, length):
            passed = (index - start) / RATE
            swell = min(1.0, passed / 0.05) * math.exp(-1.1 * passed) * min(1.0, (length - index) / 400)
            mixed[index] += swell * math.sin(2 * math.pi * frequency * passed)
    return [int(32767 * LOUDNESS * max(-1.0, min(1.0, value / 2))) for value in mixed]
