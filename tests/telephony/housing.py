"""Three cells of which one is home, one is served and one is not; and tenants that move between them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from telephony.cells import moves
from telephony.cells.models import Cell, CellMove, Lease, SwitchNode
from tenants.models import Tenant


@pytest.fixture
def cells(floor, other_floor) -> None:
    """acme and globex live in main, whose switch is main-1; second is served, third is not."""
    for name, node in (("main", "main-1"), ("second", "second-1"), ("third", "third-1")):
        serve(name, node, is_routing=name != "third")


def serve(name: str, node: str, *, is_routing: bool) -> None:
    now = timezone.now()
    cell = Cell.objects.get_or_create(name=name)[0]
    SwitchNode.objects.update_or_create(name=node, defaults={"cell": cell, "last_seen_at": now})
    Lease.objects.update_or_create(
        cell=cell,
        defaults={
            "epoch": 1,
            "expires_at": now + timedelta(seconds=60),
            "report": {"is_routing": is_routing, "epoch": 1},
        },
    )


def move(to: str = "second") -> CellMove:
    return moves.begin_move(schema="acme", to_cell=to, at=timezone.now(), reason="more room")


def home(schema: str) -> str:
    return Tenant.objects.get(schema_name=schema).cell
