"""The thread beside the main loop: its own database connection, its own questions to the switch."""

import threading
import time
from collections.abc import Callable

import structlog
from django.db import connection

from telephony.errors import EpochIsOver
from telephony.spool import DATABASE_AWAY
from telephony.switch import SwitchError
from telephony.worker.watchdog.watch import Watch

log = structlog.get_logger()

TURN_EVERY = 2.0
"""Seconds; with two slices a cell is compared whole every four."""


class Watchdog(threading.Thread):
    """Looks only while `may_look` says so: this worker routes, and a resync is not due."""

    def __init__(self, watch: Watch, *, may_look: Callable[[], bool]) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._watch = watch
        self._may_look = may_look
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(TURN_EVERY):
            if not self._may_look():
                self._watch.forget()
                continue
            try:
                self._turn()
            except DATABASE_AWAY as error:
                log.warning("The watchdog waits for the database.", problem=type(error).__name__)
                connection.close()
            except (SwitchError, EpochIsOver) as error:
                log.info("The watchdog could not finish its turn.", problem=type(error).__name__)
            except Exception:
                log.exception("The watchdog stumbled and goes on.")
                connection.close()

    def _turn(self) -> None:
        started = time.monotonic()
        self._watch.turn()
        self._watch.tally.show(time.monotonic() - started)
