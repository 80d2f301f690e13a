"""Recordings: what was heard when, written as a real file when the recording ends."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from . import audio, sound
from .audio import Heard
from .clock import now_us

if TYPE_CHECKING:
    from .leg import Leg


class Recording:
    """One file being recorded from a leg. Stereo: what the leg says on the left, what it hears on the right."""

    def __init__(self, leg: Leg, path: str, *, channels: int) -> None:
        self.leg, self.path, self.channels = leg, path, channels
        # One direction alone: what the leg says is missing. The real one then has silence on both sides at times.
        self._is_deaf = leg.is_true("RECORD_WRITE_ONLY")
        self._is_masked = False
        self._stopping: asyncio.Task[None] | None = None
        self._heard = sound.of(leg)
        self._marks: list[tuple[int, Heard | None]] = [(now_us(), self._kept())]

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

    def hear(self, heard: Heard | None) -> None:
        """From now on this is heard; None: the recording stands still."""
        self._heard = heard
        self._mark()

    def mask(self) -> None:
        self._is_masked = True
        self._mark()

    def unmask(self) -> None:
        self._is_masked = False
        self._mark()

    def _mark(self) -> None:
        if self._marks[-1][1] != (kept := self._kept()):
            self._marks.append((now_us(), kept))

    def _kept(self) -> Heard | None:
        is_silent = self._heard is not None and (self._is_masked or self._is_deaf)
        return audio.SILENCE if is_silent else self._heard

    async def stop(self) -> None:
        """Writes the sound, then tells RECORD_STOP; once. Whoever asks meanwhile returns when the file is whole too."""
        if self._stopping is None:
            self._stopping = asyncio.get_running_loop().create_task(self._write())
        await asyncio.shield(self._stopping)

    async def _write(self) -> None:
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
            (heard, max(0, until - at) / 1_000_000)
            for (at, heard), until in zip(self._marks, ends, strict=True)
            if heard is not None
        ]
