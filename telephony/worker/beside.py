"""A thread beside the main loop that looks again and again, and survives whatever its looks meet."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from django.db import connection

from telephony.spool import DATABASE_AWAY

log = structlog.get_logger()


class Beside(threading.Thread):
    """Looks every so many seconds, only while `may_act` says so: two workers never do the same work.

    A look that wants the next one sooner says so in `_pause`.
    """

    def __init__(self, name: str, *, every: float, may_act: Callable[[], bool]) -> None:
        super().__init__(name=name, daemon=True)
        self._every, self._pause, self._may_act = every, every, may_act
        self._stopped = threading.Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(self._pause):
            self._pause = self._every
            if self._may_act():
                self.turn()

    def turn(self) -> bool:
        """One look, whatever it meets. False when it waits for the database."""
        try:
            self.look(datetime.now(UTC))
        except DATABASE_AWAY as error:
            log.warning("A thread waits for the database.", thread=self.name, problem=type(error).__name__)
            return False
        except Exception:
            log.exception("A thread stumbled and goes on.", thread=self.name)
        finally:
            connection.close()
        return True

    def look(self, at: datetime) -> None:
        raise NotImplementedError
