"""What lies of a tenant in the switches' own folders when it is deleted: settled records of calls, flows, surveys.

Records are kept for a week and a tenant rests for a month, so there are hardly any; nobody has to believe that.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from telephony.queries.nodes import nodes_of
from tenants.leaving.registry import Place

PIECE = 2**20


def clear(schema: str) -> dict[str, int]:
    """{"records": n, "documents": n}"""
    return {"records": _removed(_records(schema)), "documents": _removed(_documents(schema))}


def left(schema: str) -> list[str]:
    return [str(path) for path in (*_records(schema), *_documents(schema))]


def _removed(paths: Iterator[Path]) -> int:
    found = list(paths)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _records(schema: str) -> Iterator[Path]:
    """Settled ones and those put aside; in the folder itself are only records nobody has looked at yet."""
    names = re.compile(rb'"cc_tenant"\s*:\s*"%s"' % re.escape(schema.encode()))
    for spool in dict.fromkeys(Path(node["spool_dir"]) for node in nodes_of(settings.SWITCH)):
        for path in (*spool.glob("done/*/*.json"), *spool.glob("quarantine/*")):
            try:
                if path.is_file() and path.stat().st_size < PIECE and names.search(path.read_bytes()):
                    yield path
            except OSError:
                # Taken away meanwhile: it is a week old.
                continue


def _documents(schema: str) -> Iterator[Path]:
    """`flows/<schema>-<version>.xml`, `surveys/<schema>.xml`: the worker writes them anew from rows."""
    for folder in dict.fromkeys(Path(node["directory"]) / "conf" for node in nodes_of(settings.SWITCH)):
        yield from folder.glob(f"flows/{schema}-*.xml")
        yield from folder.glob(f"surveys/{schema}.xml")


PLACE = Place("switch", clear, left)
