"""A thread beside the main loop: settles call records, proves recordings, with a database connection of its own."""

import queue
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog

from telephony import actions
from telephony.spool import Sweep
from telephony.worker.beside import Beside
from tenants.context import enter

log = structlog.get_logger()

SWEEP_EVERY = 1.0
CLEAN_EVERY = 3600.0
MOST_PROOF_ATTEMPTS = 30


class Sweeper(Beside):
    def __init__(self, sweeps: Sequence[Sweep], *, may_act: Callable[[], bool]) -> None:
        super().__init__("spool sweeper", every=SWEEP_EVERY, may_act=may_act)
        self._sweeps = sweeps
        self._recordings: queue.SimpleQueue[tuple[str, UUID, int]] = queue.SimpleQueue()
        self._cleaned_at = 0.0
        self.settled = 0

    def prove(self, tenant: str, recording_id: UUID) -> None:
        """Have a recording's hash and length taken, soon."""
        self._recordings.put((tenant, recording_id, 0))

    def look(self, at: datetime) -> None:
        """A heap is settled without waiting, but for as long as a part of it took: calls that go on need the process,
        too.
        """
        began = time.monotonic()
        self.settled += sum(sweep.run() for sweep in self._sweeps)
        took = time.monotonic() - began
        self._prove_recordings()
        if time.time() - self._cleaned_at > CLEAN_EVERY:
            self._cleaned_at = time.time()
            for sweep in self._sweeps:
                sweep.forget_old()
        if any(sweep.is_behind for sweep in self._sweeps):
            self._pause = min(took, SWEEP_EVERY)

    def _prove_recordings(self) -> None:
        for _attempt in range(self._recordings.qsize()):
            tenant, recording_id, attempts = self._recordings.get()
            if not self._is_proved(tenant, recording_id) and attempts < MOST_PROOF_ATTEMPTS:
                self._recordings.put((tenant, recording_id, attempts + 1))

    def _is_proved(self, tenant: str, recording_id: UUID) -> bool:
        try:
            with enter(tenant):
                return actions.prove_recording(recording_id=recording_id, at=datetime.now(UTC))
        except OSError as error:
            log.warning("A recording could not be read.", tenant=tenant, problem=type(error).__name__)
            return False
