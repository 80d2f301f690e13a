"""A thread beside the loop: every few seconds the queues of the cell's tenants against their limits, and moves that are
to end. A database connection of its own; nobody waits for it.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from django.db import connection

from telephony.actions.placements import end_due_changes
from telephony.actions.queue_alerts import watch_queues
from telephony.queries.queue_alerts import Paces
from telephony.spool import DATABASE_AWAY
from tenants.context import enter, every_tenant

log = structlog.get_logger()

LOOK_EVERY = 3.0
"""Seconds: an alert that comes later than that is one nobody trusts."""


class FloorWatch(threading.Thread):
    """Looks only while `may_act` says so, so that two workers never ring for the same queue."""

    def __init__(self, cell: str, *, may_act: Callable[[], bool]) -> None:
        super().__init__(name="floor watch", daemon=True)
        self._cell, self._may_act = cell, may_act
        self._stopped = threading.Event()
        self._paces: dict[str, Paces] = {}

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(LOOK_EVERY):
            if not self._may_act():
                continue
            try:
                self.look(datetime.now(UTC))
            except DATABASE_AWAY as error:
                log.warning("The floor watch waits for the database.", problem=type(error).__name__)
                connection.close()
            except Exception:
                log.exception("The floor watch stumbled and goes on.")
                connection.close()

    def look(self, at: datetime) -> None:
        for tenant in every_tenant():
            if tenant.cell != self._cell or tenant.state != "active":
                continue
            with enter(tenant.schema_name):
                end_due_changes(at=at)
                watch_queues(at=at, paces=self._paces.setdefault(tenant.schema_name, Paces()))
            if self._stopped.is_set():
                return
