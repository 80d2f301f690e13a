"""The flows of the cell, written where every switch of it reads them; callers walk in them without us."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import structlog

from telephony.freeswitch.flow_document import file_name, flow_document, write_flows
from telephony.queries.flow_terms import flow_terms, versions_on_the_switch
from tenants.context import enter

log = structlog.get_logger()


def flow_documents(tenants: Iterable[str]) -> dict[str, str]:
    """File name → document."""
    return {name: document for schema in tenants for name, document in _of(schema)}


def write_flow_files(folders: Iterable[Path], documents: Mapping[str, str]) -> bool:
    """Into each conf folder. False when nothing changed or the folders are not ours to write."""
    written = [_write(folder, documents) for folder in folders]
    return any(written)


def _of(schema: str) -> list[tuple[str, str]]:
    """One tenant whose flows cannot be read must not cost the others theirs."""
    found = []
    with enter(schema):
        for version in versions_on_the_switch():
            try:
                terms = flow_terms(version, datetime.now(UTC))
                if terms is not None:
                    found.append((file_name(schema, version.pk), flow_document(terms)))
            except Exception:
                log.exception(
                    "A flow could not be written for the switch.", tenant=schema, version=version.pk
                )
    return found


def _write(folder: Path, documents: Mapping[str, str]) -> bool:
    try:
        return write_flows(folder, documents)
    except OSError as error:
        log.warning("The switch's flows could not be written.", problem=type(error).__name__)
        return False
