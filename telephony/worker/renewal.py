"""Keeps the lease while the main loop is busy with one long thing, and lets it go when the loop hangs.

The loop renews by itself between two things. On a machine with more work than processors one thing may last longer
than a lease; to give the cell away then would begin a resync, which is still more work. A loop that has shown no sign
of life for `LONGEST_SILENCE` is not helped: the spare takes over before callers lose patience.
"""

import threading
import time
from collections.abc import Callable

import structlog

from telephony.worker.lease import LeaseKeeper

log = structlog.get_logger()

LOOK_EVERY = 0.25
LATE_BY = 0.5
"""Seconds the loop has for renewing by itself."""
LONGEST_SILENCE = 6.0


class Renewal(threading.Thread):
    """`alive_at` says, by time.monotonic, when the loop last was between two things."""

    def __init__(
        self, lease: LeaseKeeper, alive_at: Callable[[], float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(name="lease renewal", daemon=True)
        self._lease, self._alive_at, self._clock = lease, alive_at, clock
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(LOOK_EVERY):
            try:
                self.look()
            except Exception:
                log.exception("The renewal of the lease stumbled and goes on.")

    def look(self) -> bool:
        """Whether it renewed."""
        silent = self._clock() - self._alive_at()
        if silent > LONGEST_SILENCE or not self._lease.is_held or not self._lease.is_overdue(LATE_BY):
            return False
        return self._lease.renew()
