"""Puts the worker together: switch, lease, threads and loop."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from telephony import freeswitch
from telephony.cells import actions as cell_actions
from telephony.freeswitch import cdr
from telephony.freeswitch.translate import Source
from telephony.spool import Sweep
from telephony.switch import Switch
from telephony.worker.ears import FactEar, OrderEar
from telephony.worker.fence import FencedSwitch
from telephony.worker.inbox import Inbox
from telephony.worker.lease import LeaseKeeper, session_name
from telephony.worker.loop import Worker
from telephony.worker.signs import Signs
from telephony.worker.snapshot import write_snapshot
from telephony.worker.standby import Standby
from telephony.worker.sweeper import Sweeper


@dataclass
class Crew:
    worker: Worker
    switch: Switch
    inbox: Inbox
    facts: FactEar
    orders: OrderEar
    sweeper: Sweeper
    standby: Standby

    def run(self) -> None:
        """Until `worker.stop()`; calls are not touched by our going."""
        for thread in (self.facts, self.orders, self.sweeper, self.standby):
            thread.start()
        try:
            self.worker.run()
        finally:
            self.inbox.close()
            self.orders.stop()
            self.sweeper.stop()
            self.standby.stop()
            self.switch.close()


def assemble(known: Mapping[str, Any], *, worker_id: str, switch: Switch | None = None) -> Crew:
    """`known` is settings.SWITCH; a switch given is used instead of connecting to one."""
    # libpq's own variable: every session of this process bears the name by which a successor can end it.
    os.environ["PGAPPNAME"] = session_name(worker_id)
    cell, node = str(known["cell"]), str(known["node"])
    cell_actions.open_cell(cell, node=node, kind=str(known["kind"]))
    switch = switch or freeswitch.connect(known)
    inbox = Inbox()
    lease = LeaseKeeper(cell, worker_id)
    source = Source(node, str(known["recordings_dir"]))
    sweep = Sweep(Path(known["spool_dir"]), parse=lambda content: cdr.settle(content, source))
    sweeper = Sweeper(sweep, may_act=lambda: lease.is_held)
    sweep.on_recording = sweeper.prove
    standby = Standby(known, may_act=lambda: lease.is_held)
    worker = Worker(
        switch=FencedSwitch(switch, lambda: lease.is_held),
        lease=lease,
        inbox=inbox,
        sweeper=sweeper,
        signs=Signs(worker_id, kind=str(known["kind"]), node=node),
        node=node,
        after_resync=partial(write_snapshot, known),
        standby=standby,
    )
    return Crew(
        worker=worker,
        switch=switch,
        inbox=inbox,
        facts=FactEar(switch, inbox),
        orders=OrderEar(cell, inbox, may_act=lambda: lease.is_held),
        sweeper=sweeper,
        standby=standby,
    )
