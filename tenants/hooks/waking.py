"""Whose outbox has something new: told to the task queue by a thread beside, so that nobody who works on a call waits
for Redis. A word that is lost is made up for by the look of beat.
"""

import os
import threading
import time

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from tenants.tasks import HEADER

log = structlog.get_logger()

TASK, QUEUE = "hooks.send", "hooks"
STALE_SECONDS = 60
"""A word that was not taken up for so long has been said again since."""
GATHER_SECONDS = 0.05
"""One word for all that happens in so short a time."""


class Waker:
    def __init__(self) -> None:
        self._names: set[str] = set()
        self._guard = threading.Lock()
        self._news = threading.Event()
        self._pid = 0

    def wake(self, schema: str) -> None:
        with self._guard:
            self._names.add(schema)
            if self._pid != os.getpid():
                # Also after a fork: threads stay behind in the parent.
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="hooks-waker", daemon=True).start()
        self._news.set()

    def _run(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            time.sleep(GATHER_SECONDS)
            with self._guard:
                names, self._names = self._names, set()
            for schema in sorted(names):
                _send(schema)


def send_soon(schema: str) -> None:
    """Raises OperationalError when the task queue is away."""
    current_app.send_task(
        TASK, headers={HEADER: schema}, queue=QUEUE, expires=STALE_SECONDS, retry=False, ignore_result=True
    )


def _send(schema: str) -> None:
    try:
        send_soon(schema)
    except (OperationalError, OSError) as problem:
        log.warning("Webhooks wait for the task queue", tenant=schema, problem=type(problem).__name__)


_waker = Waker()


def wake(schema: str) -> None:
    """Returns at once."""
    _waker.wake(schema)
