"""How each cell is by what the database knows: its worker by the lease, its switches by when each last answered."""

from datetime import datetime

from telephony.cells.models import Cell, Lease
from telephony.cells.moves import REPORT_HOLDS
from tenants.context import enter_public


def cells_now(at: datetime) -> dict[str, dict[str, tuple[str, str]]]:
    """Cell → {"worker": (state, what is said), "switch": (state, …)}. Of several switches one is enough: calls go to
    the others, and which one is away is said.
    """
    with enter_public():
        leases = {row.cell_id: row for row in Lease.objects.all()}
        cells = list(Cell.objects.prefetch_related("nodes"))
    found = {}
    for cell in cells:
        lease, nodes = leases.get(cell.pk), list(cell.nodes.all())
        if lease is None or not nodes:
            # Nobody has ever worked there.
            continue
        holds = lease.expires_at is not None and lease.expires_at > at
        away = [
            node.name for node in nodes if node.last_seen_at is None or at - node.last_seen_at > REPORT_HOLDS
        ]
        said = ", ".join(sorted(away))
        found[cell.name] = {
            "worker": ("up", "") if holds else ("down", "no worker holds the lease"),
            "switch": ("up" if len(away) < len(nodes) else "down", said),
        }
    return found
