"""The numbers of the cell, written where the switch finds them when nobody answers its questions."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog

from telephony import queries
from telephony.freeswitch.snapshot import write_numbers
from telephony.models import Entry
from telephony.queries import InboundRoute
from tenants.context import enter, every_tenant

log = structlog.get_logger()


def write_snapshot(known: Mapping[str, Any]) -> bool:
    """False when nothing changed or the folder is not ours to write."""
    folder = Path(known["directory"]) / "conf"
    if not folder.is_dir():
        return False
    try:
        return write_numbers(folder, _numbers(str(known["cell"])))
    except OSError as error:
        log.warning("The switch's list of numbers could not be written.", problem=type(error).__name__)
        return False


def _numbers(cell: str) -> Iterator[tuple[str, InboundRoute]]:
    for tenant in every_tenant():
        if tenant.cell != cell:
            continue
        with enter(tenant.schema_name):
            numbers = list(Entry.objects.order_by("number_e164").values_list("number_e164", flat=True))
        for number in numbers:
            route = queries.standing_route(number)
            if route is not None and route.tenant == tenant.schema_name:
                yield number, route
