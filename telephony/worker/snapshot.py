"""The numbers of the cell, written where the switch finds them when nobody answers its questions."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog

from telephony import queries
from telephony.cells.moves import open_moves
from telephony.freeswitch.snapshot import write_numbers
from telephony.models import Entry
from telephony.queries import InboundRoute
from telephony.queries.nodes import nodes_of
from telephony.worker.flow_files import flow_documents, write_flow_files
from telephony.worker.survey_files import survey_documents, write_survey_files
from tenants.context import enter, every_tenant

log = structlog.get_logger()


def write_snapshot(known: Mapping[str, Any]) -> bool:
    """For each switch of the cell. False when nothing changed or the folders are not ours to write."""
    folders = [Path(node["directory"]) / "conf" for node in nodes_of(known)]
    here = [folder for folder in dict.fromkeys(folders) if folder.is_dir()]
    numbers = list(_numbers(str(known["cell"]))) if here else []
    surveys = survey_documents(str(known["cell"])) if here else {}
    # Before the numbers that lead to them: a caller must not find a flow that is not there yet.
    flows = write_flow_files(here, flow_documents(_schemas(str(known["cell"])))) if here else False
    written = [_write(folder, numbers) for folder in here]
    return any([flows, *written, *(write_survey_files(folder, surveys) for folder in here)])


def _schemas(cell: str) -> list[str]:
    """A tenant that has left is answered for as long as its calls may still come here."""
    moved = open_moves()
    return [
        tenant.schema_name
        for tenant in every_tenant()
        if tenant.cell == cell or cell in moved.get(tenant.schema_name, ())
    ]


def _write(folder: Path, numbers: list[tuple[str, InboundRoute]]) -> bool:
    try:
        return write_numbers(folder, numbers)
    except OSError as error:
        log.warning("The switch's list of numbers could not be written.", problem=type(error).__name__)
        return False


def _numbers(cell: str) -> Iterator[tuple[str, InboundRoute]]:
    for schema in _schemas(cell):
        with enter(schema):
            numbers = list(Entry.objects.order_by("number_e164").values_list("number_e164", flat=True))
        for number in numbers:
            route = queries.standing_route(number)
            if route is not None and route.tenant == schema:
                yield number, route
