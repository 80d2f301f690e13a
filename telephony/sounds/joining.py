"""Pieces of music made into one: the switch plays one file and remembers how far it came."""

import io
import wave
from collections.abc import Iterable
from pathlib import Path

from telephony.sounds.decoding import RATE
from telephony.sounds.processing import MadeSound

PAUSE_SECONDS = 0.5


def joined(paths: Iterable[Path]) -> MadeSound:
    """One sound of sounds of ours, with a short pause after each. Raises OSError where one is missing."""
    content, seconds = io.BytesIO(), 0.0
    with wave.open(content, "wb") as whole:
        whole.setnchannels(1)
        whole.setsampwidth(2)
        whole.setframerate(RATE)
        for path in paths:
            with wave.open(str(path), "rb") as piece:
                whole.writeframes(piece.readframes(piece.getnframes()))
                seconds += piece.getnframes() / RATE
            whole.writeframes(b"\0\0" * int(PAUSE_SECONDS * RATE))
            seconds += PAUSE_SECONDS
    return MadeSound(content=content.getvalue(), seconds=round(seconds, 3), loudness=-20.0)
