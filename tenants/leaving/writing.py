"""Everything a tenant has, written into one archive: rows in one moment's snapshot, then the files they speak of."""

import json
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from tenants.context import enter
from tenants.leaving.archive import FILES, FORMAT, HEADER, MANIFEST, Target, Tell, Writer
from tenants.leaving.catalog import tenant_tables, version_of
from tenants.leaving.house import HouseTable, called_rows, house_lines, house_tables
from tenants.leaving.lines import lines_of, snapshot, texts
from tenants.leaving.registry import FileKind, FileMissing, file_kinds
from tenants.leaving.signing import signed
from tenants.models import Tenant


class Written:
    """What came of it: {"rows", "files", "missing", "size", "sha256"} and the manifest."""

    def __init__(self, writer: Writer, manifest: dict[str, Any]) -> None:
        self.size, self.sha256, self.manifest = writer.size, writer.sha256, manifest
        parts = [*manifest["tables"].values(), *manifest["house"].values()]
        self.rows = sum(part["rows"] for part in parts)
        self.files, self.missing = manifest["files"]["there"], manifest["files"]["missing"]


def current_version() -> str:
    tables = tenant_tables()
    return version_of(tables, list(house_tables()))  # type: ignore[arg-type]


def write_archive(
    target: Target, tenant: Tenant, *, key: bytes | None, salt: str, at: datetime, tell: Tell
) -> Written:
    """`key`, `salt`: of the passphrase secrets are sealed with; None leaves them out. What `tell` raises ends it."""
    writer = Writer(target, moment=int(at.timestamp()), tell=tell)
    head = _header(tenant, at, salt if key else "")
    writer.put_json(HEADER, head)
    with tempfile.TemporaryFile("w+") as wanted:
        with snapshot() as own:
            tables = {
                table.label: writer.put_lines(
                    f"tables/{table.label}", lines_of(own, table, tenant.schema_name, key=key)
                ).said()
                for table in tenant_tables()
            }
            house = _house(writer, own, tenant)
            for kind in file_kinds():
                _want(wanted, own, kind, tenant)
        wanted.seek(0)
        files = _Files(writer, wanted, tenant.schema_name)
        listed = writer.put_lines(FILES, files)
    manifest = head | {
        "tables": tables,
        "house": house,
        "files": listed.said() | {"there": files.there, "missing": files.missing, "bytes": files.bytes},
    }
    writer.put_json(MANIFEST, signed(manifest))
    writer.close()
    return Written(writer, manifest)


def _header(tenant: Tenant, at: datetime, salt: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": current_version(),
        "tenant": {"name": tenant.name, "schema": tenant.schema_name, "host": tenant.host},
        "written_at": at.isoformat(timespec="seconds"),
        "secrets": {"salt": salt, "sealed_with": "scrypt 32768/8/1, AES-256-SIV"} if salt else {},
        "columns": {table.label: list(table.columns) for table in tenant_tables()},
        "house_columns": {table.label: _columns_of(table) for table in house_tables()},
    }


def current_columns() -> dict[str, list[str]]:
    own = {table.label: list(table.columns) for table in tenant_tables()}
    return own | {table.label: _columns_of(table) for table in house_tables()}


def _columns_of(table: HouseTable) -> list[str]:
    return [*table.columns, *table.own, *table.called]


def _house(writer: Writer, own: psycopg.Connection, tenant: Tenant) -> dict[str, Any]:
    # First, as the others point at them.
    called = {"_called": writer.put_lines("house/_called", called_rows(own, tenant.pk)).said()}
    return called | {
        table.label: writer.put_lines(
            f"house/{table.label}", house_lines(own, table, tenant.pk, tenant.schema_name)
        ).said()
        for table in house_tables()
    }


def _want(wanted: Any, own: psycopg.Connection, kind: FileKind, tenant: Tenant) -> None:
    for text in texts(own, sql.SQL(kind.ids(tenant.schema_name, tenant.pk))):
        wanted.write(f"{kind.name}:{text}\n")


class _Files:
    """Writes one file after the other and gives the line that says so."""

    def __init__(self, writer: Writer, wanted: Any, schema: str) -> None:
        self._writer, self._wanted, self._schema = writer, wanted, schema
        self._kinds = {kind.name: kind for kind in file_kinds()}
        self.there = self.missing = self.bytes = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._wanted:
            kind_name, name, here = line.rstrip("\n").split(":", 2)
            yield json.dumps(self._one(self._kinds[kind_name], name, here), separators=(",", ":"))

    def _one(self, kind: FileKind, name: str, here: str) -> dict[str, Any]:
        said: dict[str, Any] = {"kind": kind.name, "name": name}
        try:
            with enter(self._schema):
                size, known, pieces = kind.opened(here)
                path = f"{FILES}/{kind.name}/{name}.{kind.ending}"
                sha256 = self._writer.put_file(path, size, known, pieces)
        except FileMissing as problem:
            self.missing += 1
            return said | {"missing": str(problem.args[0])}
        self.there += 1
        self.bytes += size
        return said | {"size": size, "sha256": sha256}
