"""A thread beside the loop: every few seconds the queues of the cell's tenants against their limits, and moves that are
to end. A database connection of its own; nobody waits for it.
"""

from collections.abc import Callable
from datetime import datetime

from telephony.actions.placements import end_due_changes
from telephony.actions.queue_alerts import watch_queues
from telephony.queries.queue_alerts import Paces
from telephony.worker.beside import Beside
from tenants.context import enter, every_tenant

LOOK_EVERY = 3.0
"""Seconds: an alert that comes later than that is one nobody trusts."""


class FloorWatch(Beside):
    def __init__(self, cell: str, *, may_act: Callable[[], bool]) -> None:
        super().__init__("floor watch", every=LOOK_EVERY, may_act=may_act)
        self._cell = cell
        self._paces: dict[str, Paces] = {}

    def look(self, at: datetime) -> None:
        for tenant in every_tenant():
            if tenant.cell != self._cell or tenant.state != "active":
                continue
            with enter(tenant.schema_name):
                end_due_changes(at=at)
                watch_queues(at=at, paces=self._paces.setdefault(tenant.schema_name, Paces()))
            if self._stopped.is_set():
                return
