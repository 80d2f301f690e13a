"""Reads of cells, for health and for operators."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from telephony.cells.models import Lease, StrayLeg
from tenants.context import enter_public


@dataclass(frozen=True, kw_only=True)
class WorkerState:
    """What the acting worker last said of itself, and until when its word holds."""

    cell: str
    holder: str
    epoch: int
    expires_at: datetime | None
    report: dict


def worker_state(cell: str) -> WorkerState | None:
    with enter_public():
        lease = Lease.objects.filter(cell__name=cell).first()
    if lease is None:
        return None
    return WorkerState(
        cell=cell, holder=lease.holder, epoch=lease.epoch, expires_at=lease.expires_at, report=lease.report
    )


def stray_legs() -> QuerySet[StrayLeg]:
    return StrayLeg.objects.all()
