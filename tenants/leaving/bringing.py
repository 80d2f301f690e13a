"""An archive becomes a tenant of this installation: proved, then loaded whole or not at all, then proved again."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from tenants.context import enter, enter_public
from tenants.errors import BadInput, DomainError
from tenants.leaving import loading
from tenants.leaving.archive import FILES
from tenants.leaving.catalog import tenant_tables
from tenants.leaving.errors import ArchiveRefused, NameTaken
from tenants.leaving.house import CALLED, HouseTable, house_lines, house_tables
from tenants.leaving.lines import lines_of, snapshot
from tenants.leaving.reading import FILE, PART, Verified, lines_in, members, plain_part
from tenants.leaving.registry import FileMissing, arrivals, file_kind, places
from tenants.models import HOST_NAME, SCHEMA_NAME, Domain, Tenant
from tenants.people.models import TENANT_ROLES
from tenants.provisioning.schemas import make_schema

Tell = Callable[[str], None]


@dataclass
class Brought:
    """`differs`: tables that are not as in the archive, by the choice of whoever brought it in."""

    tenant: Tenant
    tables: int = 0
    rows: int = 0
    files: int = 0
    missing: int = 0
    differs: list[str] = field(default_factory=list)


def bring_in(
    path: Path, proved: Verified, *, schema: str, host: str, key: bytes | None, tell: Tell = lambda what: None
) -> Brought:
    """`host`: instead of the archive's own first host name; "" keeps it. Raises what refuses an archive."""
    refuse_names(schema, host)
    work = _Work(proved.manifest, schema, host, key, tell)
    try:
        with enter_public(), transaction.atomic():
            return work.run(path)
    except BaseException:
        _clean_up(schema)
        raise


def refuse_names(schema: str, host: str) -> None:
    from tenants.actions import RESERVED_SCHEMAS

    if not re.fullmatch(SCHEMA_NAME.regex, schema) or schema.startswith(RESERVED_SCHEMAS):
        raise BadInput(SCHEMA_NAME.message, field="schema_name")
    if host and not re.fullmatch(HOST_NAME.regex, host):
        raise BadInput(HOST_NAME.message, field="host")
    with enter_public(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        if cursor.fetchone() or Tenant.objects.filter(schema_name=schema).exists():
            raise NameTaken(field="schema_name")
        if host and Domain.objects.filter(domain=host).exists():
            raise BadInput(_("This host name belongs to another tenant."), field="host")


def _clean_up(schema: str) -> None:
    """What a transaction does not take back: files, and the schema where it was made by migrating."""
    with enter_public():
        for place in places():
            if place.is_disk:
                place.clear(schema)
        with connection.cursor() as cursor:
            cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


class _Work:
    """One archive on its way in."""

    def __init__(
        self, manifest: dict[str, Any], schema: str, host: str, key: bytes | None, tell: Tell
    ) -> None:
        self.manifest, self.schema, self.host, self.key, self.tell = manifest, schema, host, key, tell
        self.tables = {table.label: table for table in tenant_tables()}
        self.house = {table.label: table for table in house_tables()}
        self.rows: dict[str, int] = {}
        self.tenant_id = 0
        self.files = 0

    def run(self, path: Path) -> Brought:
        make_schema(self.schema)
        loading.emptied(self.schema, list(self.tables.values()))
        loading.open_places()
        for table in self.house.values():
            if table.is_brought_in:
                loading.number_places(table, self.manifest["house"][table.label]["rows"])
        finishing = True
        with path.open("rb") as file:
            for member in members(file):
                if found := PART.fullmatch(member.name):
                    self._part(found[1], found[2], plain_part(member))
                elif found := FILE.fullmatch(member.name):
                    if finishing:
                        loading.finished(self.schema, list(self.tables.values()))
                        finishing = False
                    self._file(found[1], found[2], member.content)
        if finishing:
            loading.finished(self.schema, list(self.tables.values()))
        return self._proved()

    def _part(self, place: str, label: str, content: bytes) -> None:
        self.tell(label)
        name = f"{place}/{label}"
        lines = list(lines_in(content, name))
        first = self.rows.get(name, 0) + 1
        self.rows[name] = first - 1 + len(lines)
        if place == "tables":
            loading.load_part(self.schema, self.tables[label], lines, self.key)
        elif label == "_called":
            for line in lines:
                loading.load_called(line, CALLED)
        elif self.house[label].is_brought_in:
            self._house_part(self.house[label], lines, first)

    def _house_part(self, table: HouseTable, lines: list[bytes], first: int) -> None:
        own: dict[str, Any] = {}
        if table.label == "tenants.tenant":
            if self.rows["house/tenants.tenant"] != 1:
                raise ArchiveRefused(why=_("it is of several tenants"))
            at = timezone.now()
            own = {"schema_name": self.schema, "cell": "main", "state": Tenant.State.ACTIVE.value}
            own |= {"state_since": at, "state_reason": "", "created_at": at}
        elif table.label == "tenants.domain" and self.host:
            lines = [self._with_host(line) for line in lines]
        else:
            own = loading.house_defaults(table)
        loading.load_house(table, lines, first, self.tenant_id, own)
        if table.label == "tenants.tenant":
            self.tenant_id = int(loading.here_of(table.label, 1) or 0)

    def _with_host(self, line: bytes) -> bytes:
        row = loading.row_of(line)
        if row.get("is_primary"):
            row["domain"] = self.host
        return json.dumps(row).encode()

    def _file(self, kind_name: str, name: str, content: Any) -> None:
        kind = file_kind(kind_name)
        if kind is None:
            raise ArchiveRefused(why=_("it holds files of a kind that this installation does not know"))
        here: str | None = name
        if kind.house:
            here = loading.here_of(kind.house, int(name)) if name.isdigit() else None
        if here is None:
            raise ArchiveRefused(why=_("a file in it belongs to no row"))
        self.tell(f"{FILES}/{kind_name}")
        try:
            with enter(self.schema):
                kind.put(here, content)
        except (FileMissing, DomainError, ValueError):
            raise ArchiveRefused(why=_("a file in it is not what its row says")) from None
        self.files += 1

    def _proved(self) -> Brought:
        """Read back as an export would, and compared: in the same transaction, so that else nothing has happened."""
        tenant = Tenant.objects.get(pk=self.tenant_id)
        found = Brought(tenant, len(self.tables), 0, self.files, self.manifest["files"]["missing"])
        self._refuse_strange_roles()
        with snapshot() as own:
            for label, table in self.tables.items():
                self._compare("tables", label, lines_of(own, table, self.schema, key=self.key), found)
            for label, house in self.house.items():
                if house.is_brought_in:
                    self._compare("house", label, house_lines(own, house, tenant.pk, self.schema), found)
        loading.close_places()
        with enter(self.schema):
            for arrival in arrivals():
                arrival()
        return found

    def _compare(self, place: str, label: str, lines: Any, found: Brought) -> None:
        digest, rows = hashlib.sha256(), 0
        for line in lines:
            digest.update(line.encode() + b"\n")
            rows += 1
        found.rows += rows
        said = self.manifest[place][label]
        if (said["rows"], said["sha256"]) == (rows, digest.hexdigest()):
            return
        if label == "tenants.domain" and self.host and said["rows"] == rows:
            found.differs.append(label)
            return
        raise ArchiveRefused(
            why=_("once loaded, %(table)s is not what the archive says") % {"table": f"{place}/{label}"}
        )

    def _refuse_strange_roles(self) -> None:
        """A member of a tenant with an operator's role would be somebody nobody here appointed."""
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("SELECT DISTINCT unnest(roles) FROM {}.people_member").format(
                    sql.Identifier(self.schema)
                )
            )
            if {role for (role,) in cursor.fetchall()} - {str(role) for role in TENANT_ROLES}:
                raise ArchiveRefused(why=_("people in it hold roles that a tenant's people cannot have"))
