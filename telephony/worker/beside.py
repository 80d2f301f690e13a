"""A thread beside the main loop that looks again and again, and survives whatever its looks meet."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from django.db import connection

from telephony.spool import DATABASE_AWAY

log = structlog.get_logger()


class Beside(threading.Thread):
    """Looks every so many seconds, only while `may_act` says so: two workers never do the same work."""

    def __init__(self, name: str, *, every: float, may_act: Callable[[], bool]) -> None:
        super().__init__(name=name, daemon=True)
        self._every, self._may_act = every, may_act
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(self._every):
            if self._may_act():
                self._turn()

    def _turn(self) -> None:
        try:
            self.look(datetime.now(UTC))
        except DATABASE_AWAY as error:
            log.warning("A thread waits for the database.", thread=self.name, problem=type(error).__name__)
        except Exception:
            log.exception("A thread stumbled and goes on.", thread=self.name)
        finally:
            connection.close()

    def look(self, at: datetime) -> None:
        raise NotImplementedError
