"""What was on a switch that has died ends at once, by our rows alone.

Nobody has to be asked: the run is over, whatever the next one says, and it may come in minutes only. Two things tell of
a death: the system the switch ran on (`Switch.died_at`), and the word of a new run. In the first case its phones are
gone as well; in the second they may be registered again by now, and the resync asks the new run.
"""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import transaction

from telephony.actions import resync, truth
from telephony.actions.agent_activity import SWITCH_DIED
from telephony.actions.registrations import settle_registrations
from telephony.cells.queries import former_runs
from telephony.facts import SwitchConnected
from telephony.models import Difference
from telephony.worker.clock import Clock
from telephony.worker.neighbours import Neighbours
from telephony.worker.nodes import SwitchNodes
from telephony.worker.watchdog import aftermath
from tenants.context import enter, every_tenant
from tenants.events import in_one_breath
from tenants.realtime import publishing_together

log = structlog.get_logger()

MOST_AT_ONCE = 50
"""Legs ended between two signs of life."""


class Deaths:
    def __init__(
        self, nodes: SwitchNodes, neighbours: Neighbours, *, clock: Clock, keep_alive: Callable[[], None]
    ) -> None:
        self._nodes, self._neighbours, self._clock, self._keep_alive = nodes, neighbours, clock, keep_alive
        self._buried: dict[str, datetime] = {}

    def look(self, cell: str, waiting_facts: int = 0) -> None:
        """Of each switch whose system says that it died: its calls are over, its phones cannot be rung.

        What it told before comes first, so that nothing begins afterwards.
        """
        for node, died_at in self._nodes.deaths.items():
            if self._buried.get(node) != died_at and not waiting_facts:
                self._bury(cell, node, died_at, until=self._clock.now(), with_phones=True)
                self._buried[node] = died_at

    def hear(self, cell: str, connected: SwitchConnected) -> None:
        """Before anything else the new run tells."""
        runs = former_runs({connected.node: connected.core_uuid}, at=connected.at)
        for node, died_at in runs.items():
            self._bury(cell, node, died_at, until=died_at, with_phones=False)

    def _bury(self, cell: str, node: str, died_at: datetime, *, until: datetime, with_phones: bool) -> None:
        ended = 0
        everyone = list(every_tenant())
        here = [tenant for tenant in everyone if tenant.cell == cell]
        for tenant in (*here, *self._neighbours.guests_of(everyone)):
            self._keep_alive()
            is_shared = len(self._nodes.names) > 1 or self._neighbours.is_shared(tenant.schema_name)
            with publishing_together(), in_one_breath(), enter(tenant.schema_name):
                ended += self._end_calls(node, died_at, until, is_shared)
                if with_phones:
                    # After the calls, which ended earlier: of an agent's state the last change says why it is so.
                    self._lose_phones(node, is_shared)
        log.warning("A switch has died.", node=node, died_at=died_at.isoformat(), ended_legs=ended)

    def _end_calls(self, node: str, died_at: datetime, until: datetime, is_shared: bool) -> int:
        legs, offers = resync.left_behind(node=node, until=until, is_shared=is_shared)
        gone = sorted({*legs, *offers})
        for begin in range(0, len(gone), MOST_AT_ONCE):
            some = set(gone[begin : begin + MOST_AT_ONCE])
            with transaction.atomic():
                healed = aftermath.of_gone(sorted(some), node=node)
                resync.lose_with_switch(
                    leg_ids=[one for one in legs if one in some],
                    offer_ids=[one for one in offers if one in some],
                    node=node,
                    at=died_at,
                )
                self._note(healed)
            self._keep_alive()
        if gone:
            resync.look_again(at=self._clock.now(), between=self._keep_alive)
        return len(gone)

    def _lose_phones(self, node: str, is_shared: bool) -> None:
        changed = settle_registrations(
            (),
            at=self._clock.now(),
            nodes=[node] if is_shared else None,
            cause=SWITCH_DIED,
            between=self._keep_alive,
        )
        self._note(aftermath.of_phones(changed, node=node))

    def _note(self, healed: list[aftermath.Healed]) -> None:
        truth.note_healed(healed, cause=Difference.Cause.SWITCH_DIED, at=self._clock.now())
