"""Writes about cells: the lease, the fence of its epoch, and legs of no tenant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony.cells.models import Cell, Lease, StrayLeg, SwitchNode
from telephony.errors import EpochIsOver
from telephony.text import plain_line
from tenants.context import enter_public
from tenants.prepared import Compiled, Question, given

MOST_FACTS_KEPT = 20


def open_cell(name: str, *, node: str, kind: str) -> Lease:
    """The rows of a cell and its switch; made once."""
    with enter_public(), transaction.atomic():
        cell, _new = Cell.objects.get_or_create(name=name)
        SwitchNode.objects.update_or_create(name=node, defaults={"cell": cell, "kind": kind})
        return Lease.objects.get_or_create(cell=cell)[0]


_held_lease = Compiled(
    lambda: (
        Lease.objects.select_for_update(of=("self",), no_key=True)
        .filter(cell__name=given("cell"), epoch=given("epoch"))
        .values_list("pk", flat=True)
    )
)


def hold_epoch(*, cell: str, epoch: int) -> None:
    """Keep the lease from changing until this transaction commits; refuse an epoch that is over."""
    if not _held_lease(cell=cell, epoch=epoch):
        raise EpochIsOver


def held_epoch(*, cell: str, epoch: int) -> Question:
    """The same, to be asked in one trip with others; no answer: it is over."""
    return _held_lease.asking(cell=cell, epoch=epoch)


def note_switches(cores: Mapping[str, str], *, at: datetime) -> None:
    """Write down which run of each switch we hear, by node: only once nothing of a former run is open any more."""
    with enter_public():
        for node, core_uuid in cores.items():
            SwitchNode.objects.filter(name=node).update(core_uuid=core_uuid, last_seen_at=at)


def note_alive(*, node: str, core_uuid: str, until: datetime) -> None:
    """This run of the switch lived until then, at least; nothing that was known better is forgotten."""
    with enter_public():
        this_run = SwitchNode.objects.filter(name=node, core_uuid=core_uuid)
        this_run.exclude(last_seen_at__gte=until).update(last_seen_at=until)


def report(
    *, cell: str, epoch: int, state: dict[str, Any], seen: Mapping[str, datetime], cores: Mapping[str, str]
) -> None:
    """What /healthz shows of the acting worker, and when each switch last answered it, by node.

    An answer of a new run says nothing of how long the one before it lived.
    """
    with enter_public():
        is_ours = Lease.objects.filter(cell__name=cell, epoch=epoch).update(report=state)
        for node, at in seen.items() if is_ours else ():
            SwitchNode.objects.filter(name=node, core_uuid=cores.get(node, "")).update(last_seen_at=at)


@transaction.atomic
def keep_stray(*, leg_id: UUID, node: str, at: datetime, what: str, **known: Any) -> None:
    """A leg of no tenant we know.

    `known` fills tenant_said, dialled, caller_number, ended_at, billable_seconds.
    """
    with enter_public():
        defaults = {"node": node, "first_heard_at": at}
        stray, _new = StrayLeg.objects.select_for_update().get_or_create(leg_id=leg_id, defaults=defaults)
        for name, value in known.items():
            if value not in (None, ""):
                setattr(stray, name, plain_line(value, 64) if isinstance(value, str) else value)
        entry = {"what": what, "at": at.isoformat()}
        if entry not in stray.facts:
            stray.facts = [*stray.facts, entry][-MOST_FACTS_KEPT:]
        stray.save()


@transaction.atomic
def forget_stray(*, leg_id: UUID) -> None:
    """Its tenant became known after all."""
    with enter_public():
        StrayLeg.objects.filter(leg_id=leg_id).delete()
