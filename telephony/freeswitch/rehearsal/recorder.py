"""Recordings: what was heard when, written as a real file when the recording ends."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from . import audio
from .clock import now_us

if TYPE_CHECKING:
    from .leg import Leg


class Recording:
    """One file being recorded from a leg. Stereo: what the leg says on the left, what it hears on the right."""

    def __init__(self, leg: Leg, path: str, *, channels: int, heard: str) -> None:
        self.leg, self.path, self.channels = leg, path, channels
        if heard == "alone" and getattr(leg.person, "hums", False):
            heard = "talking"
        self._marks = [(now_us(), heard)]
        # One direction alone: what the leg says is missing. The real one then has silence on both sides at times.
        self._is_deaf = leg.is_true("RECORD_WRITE_ONLY")
        self._masked_over: str | None = None
        self._is_stopped = False

    def start(self) -> bool:
        """False when the file cannot be made; the switch only logs that, the call goes on."""
        try:
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            audio.write_wav(Path(self.path), [], channels=self.channels)
        except (OSError, ValueError) as error:
            self.leg.switch.log(f"cannot record: {error}")
            return False
        self.leg.recordings[self.path] = self
        self.leg.fire("RECORD_START", {"Record-File-Path": self.path})
        return True

    def mark(self, heard: str) -> None:
        """From now on this is heard; while masked, only once unmasked."""
        if self._masked_over is not None:
            self._masked_over = heard
        else:
            self._marks.append((now_us(), heard))

    def mask(self) -> None:
        if self._masked_over is None:
            now = self._marks[-1][1]
            self.mark("masked")
            self._masked_over = now

    def unmask(self) -> None:
        if self._masked_over is not None:
            heard, self._masked_over = self._masked_over, None
            self.mark(heard)

    async def stop(self) -> None:
        """Writes the sound, then tells RECORD_STOP; once."""
        if self._is_stopped:
            return
        self._is_stopped = True
        segments = self._segments(now_us())
        leg = self.leg
        try:
            frames = await asyncio.to_thread(
                audio.write_wav, Path(self.path), segments, channels=self.channels
            )
            size = Path(self.path).stat().st_size
        except OSError as error:
            leg.switch.log(f"cannot write the recording: {error}")
            frames = size = 0
        leg.recordings.pop(self.path, None)
        leg.variables |= {
            "record_file_size": str(size),
            "record_samples": str(frames),
            "record_seconds": str(frames // audio.RATE),
            "record_ms": str(frames * 1000 // audio.RATE),
            "record_completion_cause": "success-silence",
        }
        extra = {"Record-File-Path": self.path, "Record-Completion-Cause": "success-silence"}
        leg.fire("RECORD_STOP", dict(extra))

    def _segments(self, end: int) -> list[audio.Segment]:
        ends = [at for at, _ in self._marks[1:]] + [end]
        return [
            ("masked" if self._is_deaf else heard, max(0, until - at) / 1_000_000)
            for (at, heard), until in zip(self._marks, ends, strict=True)
        ]
