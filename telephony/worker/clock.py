"""The worker's time: the wall clock of its start plus what the machine has counted since, so that a jump of the
wall clock moves no deadline.
"""

import time
from datetime import UTC, datetime


class Clock:
    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def seconds(self) -> float:
        """Unix time that never jumps."""
        return time.monotonic() + self._offset

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)
