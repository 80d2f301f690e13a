"""Puts the worker together: switch, lease, threads and loop."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from telephony import freeswitch
from telephony.cells import actions as cell_actions
from telephony.freeswitch import cdr
from telephony.freeswitch.translate import Source
from telephony.queries.nodes import nodes_of
from telephony.spool import Sweep
from telephony.switch import Switch
from telephony.worker.between import JoinedSwitch, NeighbourEar
from telephony.worker.canary import Canary
from telephony.worker.ears import FactEar, OrderEar
from telephony.worker.fence import FencedSwitch
from telephony.worker.floor_watch import FloorWatch
from telephony.worker.inbox import Inbox
from telephony.worker.lease import LeaseKeeper, session_name
from telephony.worker.lines import LinedSwitch
from telephony.worker.loop import Worker
from telephony.worker.neighbours import Neighbours
from telephony.worker.nodes import SwitchNodes, connect_nodes
from telephony.worker.pager import Pager
from telephony.worker.renewal import Renewal
from telephony.worker.signs import Signs
from telephony.worker.snapshot import write_snapshot
from telephony.worker.standby import Standby
from telephony.worker.sweeper import Sweeper
from telephony.worker.trunks import TrunkKeeper
from telephony.worker.watchdog import Watch, Watchdog

SETTINGS_KEPT_SECONDS = 1.0
"""For so long callers may come by settings that have just been changed, should the word of it not reach us."""


class Stoppable(Protocol):
    """A thread of ours."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass
class Crew:
    worker: Worker
    switch: Switch
    inbox: Inbox
    facts: FactEar
    orders: OrderEar
    sweeper: Sweeper
    standby: Standby
    canary: Canary
    watchdog: Watchdog
    neighbours: Neighbours
    between: NeighbourEar
    renewal: Renewal
    floor: FloorWatch
    trunks: TrunkKeeper
    pager: Pager

    def run(self) -> None:
        """Until `worker.stop()`; calls are not touched by our going."""
        self.facts.start()
        for thread in self._others:
            thread.start()
        try:
            self.worker.run()
        finally:
            self.inbox.close()
            for thread in self._others:
                thread.stop()
            self.switch.close()

    @property
    def _others(
        self,
    ) -> tuple[Stoppable, ...]:
        beside = self.renewal, self.orders, self.sweeper, self.standby, self.canary, self.floor, self.trunks
        return *beside, self.pager, self.watchdog, self.neighbours, self.between


def assemble(known: Mapping[str, Any], *, worker_id: str, switch: Switch | None = None) -> Crew:
    """`known` is settings.SWITCH; a switch given is used instead of connecting to one."""
    cell, nodes = _open_cell(known, worker_id)
    node = str(nodes[0]["node"])
    switches = SwitchNodes({node: switch}) if switch else connect_nodes(known, freeswitch.connect)
    inbox, lease = Inbox(), LeaseKeeper(cell, worker_id)
    sweeper = _sweeper_of(nodes, lease)
    canary = Canary(known, may_act=lambda: lease.is_held)
    standby = Standby(known, may_act=lambda: lease.is_held, after_write=canary.look_soon)
    neighbours = Neighbours(cell, inbox, may_act=lambda: lease.is_held)
    lined = LinedSwitch(switches, cell)
    joined = JoinedSwitch(lined, lambda: lease.is_held, neighbours)
    trunks = TrunkKeeper(known, may_act=lambda: lease.is_held, after_write=standby.write_numbers)

    def after_resync() -> None:
        write_snapshot(known)
        neighbours.tell_homes()

    worker = Worker(
        switch=joined,
        lease=lease,
        inbox=inbox,
        sweeper=sweeper,
        signs=Signs(worker_id, kind=str(known["kind"]), nodes=switches),
        node=node,
        nodes=switches,
        after_resync=after_resync,
        standby=standby,
        neighbours=neighbours,
        settings_kept_seconds=SETTINGS_KEPT_SECONDS,
    )
    watch = Watch(
        joined,
        inbox,
        cell=cell,
        nodes=switches.names,
        away=lambda: switches.away,
        clock=worker.clock,
        troubles=worker.troubles,
        neighbours=neighbours,
    )
    return Crew(
        worker=worker,
        switch=switches,
        inbox=inbox,
        facts=FactEar(switches, inbox),
        orders=OrderEar(cell, inbox, may_act=lambda: lease.is_held, home_of=neighbours.home_of),
        neighbours=neighbours,
        between=NeighbourEar(
            cell, inbox, FencedSwitch(lined, lambda: lease.is_held), may_act=lambda: lease.is_held
        ),
        sweeper=sweeper,
        standby=standby,
        canary=canary,
        watchdog=Watchdog(watch, may_look=lambda: worker.is_routing and switches.is_connected),
        renewal=Renewal(lease, lambda: worker.alive_at),
        trunks=trunks,
        pager=Pager(known, may_act=lambda: lease.is_held),
        floor=FloorWatch(cell, may_act=lambda: lease.is_held),
    )


def _open_cell(known: Mapping[str, Any], worker_id: str) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The cell and its switches, which have rows from now on."""
    # libpq's own variable: every session of this process bears the name by which a successor can end it.
    os.environ["PGAPPNAME"] = session_name(worker_id)
    cell, nodes = str(known["cell"]), nodes_of(known)
    for one in nodes:
        cell_actions.open_cell(cell, node=str(one["node"]), kind=str(known["kind"]))
    return cell, nodes


def _sweeper_of(nodes: Sequence[Mapping[str, Any]], lease: LeaseKeeper) -> Sweeper:
    sweeps = [_sweep_of(one) for one in nodes]
    sweeper = Sweeper(sweeps, may_act=lambda: lease.is_held)
    for sweep in sweeps:
        sweep.on_recording = sweeper.prove
    return sweeper


def _sweep_of(node: Mapping[str, Any]) -> Sweep:
    """The spool of one switch; two may share a folder, whose records say whose they are."""
    source = Source(str(node["node"]), str(node["recordings_dir"]))
    return Sweep(
        Path(node["spool_dir"]), parse=lambda content: cdr.settle(content, source), scrub=cdr.scrubbed
    )
