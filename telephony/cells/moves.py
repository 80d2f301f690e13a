"""Moving a tenant to another cell: who decides changes at once, calls stay on the switches they are on.

From the commit on the new cell's worker decides for every caller, also for those on the switches of the old cell, whose
worker carries it out there (worker.neighbours). So nobody is moved, and nobody loses their place.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from telephony.cells.models import Cell, CellMove, Lease, SwitchNode
from telephony.errors import CellIsNotServed, CellNotFound, LivesThereAlready, StillServedThere
from telephony.models import Call, Device, Leg, Offer
from tenants import queries as tenant_queries
from tenants.actions import house_tenant
from tenants.context import enter, enter_public, every_tenant

REPORT_HOLDS = timedelta(seconds=10)
"""How old the last word of a cell's worker may be."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """What of a tenant is on the switches of one cell now."""

    waiting: int = 0
    ringing: int = 0
    talking: int = 0
    """Legs of callers who neither wait nor ring somebody: talks, and whatever else goes on."""
    phones: int = 0

    @property
    def calls(self) -> int:
        return self.waiting + self.ringing + self.talking

    @property
    def is_empty(self) -> bool:
        return not self.calls and not self.phones


@dataclass(frozen=True, kw_only=True)
class Housed:
    """One tenant as the operators' page shows it; `moves` are open ones, each with what is still there."""

    tenant: Any
    here: Left
    moves: list[tuple[CellMove, Left]] = field(default_factory=list)

    @property
    def is_moving(self) -> bool:
        return bool(self.moves)


@dataclass(frozen=True, kw_only=True)
class CellState:
    """`is_served`: its worker acts, routes, and said so within the last ten seconds."""

    name: str
    nodes: list[str]
    tenants: int
    is_served: bool


# ---- reading


def open_moves() -> dict[str, set[str]]:
    """Schema → the cells it has left that may still have calls of it."""
    with enter_public():
        rows = CellMove.objects.filter(ended_at=None).values_list("tenant__schema_name", "from_cell__name")
        found: dict[str, set[str]] = {}
        for schema, cell in rows:
            found.setdefault(schema, set()).add(cell)
    return found


def cell_of_each_node() -> dict[str, str]:
    with enter_public():
        return dict(SwitchNode.objects.values_list("name", "cell__name"))


def cells(at: datetime | None = None) -> list[CellState]:
    now = at or timezone.now()
    houses = [tenant.cell for tenant in every_tenant()]
    with enter_public():
        return [
            CellState(
                name=cell.name,
                nodes=sorted(node.name for node in cell.nodes.all()),
                tenants=houses.count(cell.name),
                is_served=_is_served(cell, now),
            )
            for cell in Cell.objects.prefetch_related("nodes").order_by("name")
        ]


def _is_served(cell: Cell, now: datetime) -> bool:
    """By what the database knows; the lease is three seconds long."""
    lease = Lease.objects.filter(cell=cell, expires_at__gt=now).first()
    seen = cell.nodes.filter(last_seen_at__gt=now - REPORT_HOLDS).exists()
    return bool(
        lease and seen and lease.report.get("is_routing") and lease.report.get("epoch") == lease.epoch
    )


def left_in(schema: str, cell: str) -> Left:
    with enter_public():
        nodes = list(SwitchNode.objects.filter(cell__name=cell).values_list("name", flat=True))
    with enter(schema):
        callers = Leg.objects.filter(node__in=nodes, ended_at=None, settled_at=None, kind=Leg.Kind.CALLER)
        live = Call.objects.filter(pk__in=callers.values("pk"), ended_at=None)
        ringing = Offer.objects.filter(call__in=live, ended_at=None, answered_at=None).values("call_id")
        waiting = live.filter(stays__left_at=None, stays__isnull=False).exclude(pk__in=ringing).distinct()
        rings, waits = live.filter(pk__in=ringing).count(), waiting.count()
        phones = sum(device.is_registered for device in Device.objects.filter(node__in=nodes))
        return Left(waiting=waits, ringing=rings, talking=live.count() - rings - waits, phones=phones)


def housed() -> list[Housed]:
    """Every tenant that has a schema, by name."""
    with enter_public():
        moves: dict[int, list[CellMove]] = {}
        for move in CellMove.objects.filter(ended_at=None).select_related("from_cell", "to_cell"):
            moves.setdefault(move.tenant_id, []).append(move)
    return [
        Housed(
            tenant=tenant,
            here=left_in(tenant.schema_name, tenant.cell),
            moves=[
                (move, left_in(tenant.schema_name, move.from_cell.name)) for move in moves.get(tenant.pk, [])
            ],
        )
        for tenant in sorted(every_tenant(), key=lambda tenant: tenant.name)
    ]


# ---- moving


def begin_move(*, schema: str, to_cell: str, at: datetime, reason: str) -> CellMove:
    """The tenant lives there from now on. Calls that are live, and those that still come to the old cell, are served.

    Raises LivesThereAlready, CellNotFound, and CellIsNotServed when nobody there could take the next call.
    """
    tenant = next((one for one in every_tenant() if one.schema_name == schema), None)
    with enter_public(), transaction.atomic():
        # A move of the same tenant waits here, and then finds it where it was moved to.
        target = Cell.objects.select_for_update().filter(name=to_cell).first()
        if target is None or tenant is None:
            raise CellNotFound
        if tenant_queries.cell_of(schema) == to_cell:
            raise LivesThereAlready
        if not _is_served(target, at):
            raise CellIsNotServed
        left = Cell.objects.get_or_create(
            name=house_tenant(tenant_id=tenant.pk, cell=to_cell, reason=reason)
        )[0]
        # Moved back: what it had left then is its home again.
        CellMove.objects.filter(tenant=tenant, from_cell=target, ended_at=None).update(ended_at=at)
        CellMove.objects.filter(tenant=tenant, ended_at=None).update(to_cell=target)
        return _open(tenant.pk, left, target, at, reason)


def finish_move(*, move_id: int, at: datetime) -> None:
    """Nobody needs to look at the old cell any more. Raises StillServedThere while it has calls or phones of them."""
    with enter_public(), transaction.atomic():
        move = (
            CellMove.objects.select_for_update(of=("self",))
            .select_related("tenant", "from_cell")
            .filter(pk=move_id)
            .first()
        )
        if move is None or move.ended_at:
            return
        if not left_in(move.tenant.schema_name, move.from_cell.name).is_empty:
            raise StillServedThere
        move.ended_at = at
        move.save(update_fields=["ended_at"])


def look_there_again(*, schema: str, cell: str, at: datetime) -> None:
    """A call came to a cell the tenant does not live in, and nobody expected it: it is served, and operators see it."""
    tenant = next((one for one in every_tenant() if one.schema_name == schema and one.cell != cell), None)
    if tenant is None:
        return
    with enter_public(), transaction.atomic():
        home = Cell.objects.get_or_create(name=tenant.cell)[0]
        _open(tenant.pk, Cell.objects.get_or_create(name=cell)[0], home, at, "")


def _open(tenant_id: int, left: Cell, target: Cell, at: datetime, reason: str) -> CellMove:
    return CellMove.objects.get_or_create(
        tenant_id=tenant_id,
        from_cell=left,
        ended_at=None,
        defaults={"to_cell": target, "began_at": at, "reason": reason[:200]},
    )[0]
