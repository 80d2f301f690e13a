"""The folder of call records on disk, as files: what waits, what is put away, what is put aside. Knows no record."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

KEEP_DONE_SECONDS = 7 * 24 * 3600


class SpoolFolder:
    """A hundred thousand files are listed once, not once for each portion of them."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder, self._now = folder, now
        self._listed: deque[str] = deque()

    def next(self, most: int) -> list[Path]:
        """Those that have waited for their turn, by name; some may be gone by now, and new ones come after them."""
        if not self._listed:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._listed.extend(sorted(self._names()))
        return [self._folder / self._listed.popleft() for _place in range(min(most, len(self._listed)))]

    @property
    def is_heap(self) -> bool:
        """More waits than was given out: somebody has not been here for a while."""
        return bool(self._listed)

    def _names(self) -> Iterator[str]:
        with os.scandir(self._folder) as found:
            yield from (entry.name for entry in found if entry.name.endswith(".json"))

    def put_away(self, file: Path, clean: bytes | None) -> None:
        """Settled; `clean` is what is kept of it instead, None: all of it."""
        if clean is not None:
            beside = file.with_suffix(".clean")
            beside.write_bytes(clean)
            os.replace(beside, file)
        self._move(file, self._folder / "done" / f"{datetime.now(UTC):%Y-%m-%d}")

    def put_aside(self, file: Path) -> None:
        self._move(file, self._folder / "quarantine")

    def _move(self, file: Path, folder: Path) -> None:
        try:
            os.replace(file, folder / file.name)
        except FileNotFoundError:
            folder.mkdir(parents=True, exist_ok=True)
            os.replace(file, folder / file.name)

    def forget_old(self) -> int:
        """Delete settled records older than a week; returns how many."""
        done = (self._folder / "done").glob("*/*.json")
        old = [file for file in done if self._now() - file.stat().st_mtime > KEEP_DONE_SECONDS]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)
