"""What went wrong around here lately: what a difference found soon afterwards is put down to."""

import threading
from datetime import datetime, timedelta

REMEMBERED = timedelta(seconds=15)


class Troubles:
    """Noted by the loop, read by the watchdog's thread. Of several at once the one noted last counts."""

    def __init__(self) -> None:
        self._cause = ""
        self._at: datetime | None = None
        self._lock = threading.Lock()

    def note(self, cause: str, at: datetime) -> None:
        with self._lock:
            self._cause, self._at = cause, at

    @property
    def last(self) -> str:
        """However long ago; "" before the first."""
        return self._cause

    def latest(self, at: datetime) -> str:
        """The cause of the trouble there has just been, or ""."""
        with self._lock:
            is_fresh = self._at is not None and at - self._at <= REMEMBERED
            return self._cause if is_fresh else ""
