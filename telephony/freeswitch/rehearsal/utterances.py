"""What a caller says to a flow that listens: `rehearsal say <uuid> <wav>`, recorded as the real switch records it.

A recording of an utterance ends after so much silence, at its limit, or at a key; what is said is that file's sound.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from . import audio

if TYPE_CHECKING:
    from .leg import Leg

FOLDER = "utterances"
_USUAL_SILENCE = 3.0
_said: dict[str, Path] = {}
"""By the leg's uuid, while it is being recorded."""


def is_one(path: str) -> bool:
    return Path(path).parent.name == FOLDER


def say(leg: Leg, path: Path) -> None:
    """Said into silence, it is heard by nobody."""
    if leg.variables.get("current_application") == "record":
        _said[leg.uuid] = path
        leg.interrupt()


async def record(leg: Leg, path: str, limit: float, silence: float) -> None:
    _said.pop(leg.uuid, None)
    audio.write_wav(Path(path), [], channels=1)
    leg.fire("RECORD_START", {"Record-File-Path": path})
    await leg.pause(min(limit, silence or _USUAL_SILENCE))
    said = _said.pop(leg.uuid, None)
    if said is not None and not leg.is_interrupted:
        await leg.pause(min(limit, (audio.seconds_of(said) or 0.0) + (silence or _USUAL_SILENCE)))
        shutil.copyfile(said, path)
    leg.fire("RECORD_STOP", {"Record-File-Path": path, "Record-Completion-Cause": "success-silence"})
