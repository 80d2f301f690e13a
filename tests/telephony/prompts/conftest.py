"""Sounds made here, a disk of the test's own, and an engine that needs no espeak-ng."""

import io
import math
import struct
import wave
from pathlib import Path

import pytest

from telephony.speech.providers import PROVIDERS


def tone(
    seconds: float = 1.0,
    *,
    rate: int = 16000,
    channels: int = 1,
    loudness: float = 0.05,
    silence: float = 0.0,
) -> bytes:
    """A wav of 440 Hz, with silence before and after."""
    quiet = [0] * int(silence * rate * channels)
    heard = [
        int(32767 * loudness * math.sin(2 * math.pi * 440 * (index // channels) / rate))
        for index in range(int(seconds * rate) * channels)
    ]
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = quiet + heard + quiet
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return content.getvalue()


class StandInEngine:
    """Speaks at a tone a text; counts how often it is asked."""

    FIELDS = ()
    NEEDS_SECRET = False

    def __init__(self):
        self.said = []

    def speak(self, what):
        self.said.append(what)
        return tone(0.2 + len(what.text) / 100)


@pytest.fixture
def engine(monkeypatch) -> StandInEngine:
    stand_in = StandInEngine()
    monkeypatch.setitem(PROVIDERS, "espeak", stand_in)
    return stand_in


@pytest.fixture(autouse=True)
def disk(settings, tmp_path) -> Path:
    settings.SWITCH = settings.SWITCH | {"prompts_dir": str(tmp_path / "prompts")}
    return tmp_path / "prompts"
