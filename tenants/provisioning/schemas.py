"""Makes a tenant's schema and tables: names a house that stands ready, replays the template's text, or migrates."""

import structlog
from django.db import connection, transaction
from django_tenants.utils import schema_exists

from tenants.context import enter, enter_public
from tenants.provisioning.fence import raise_fences
from tenants.provisioning.ready import take
from tenants.provisioning.template_schema import CannotDump, migrate_schema, schema_sql

log = structlog.get_logger()


def make_schema(schema_name: str) -> str:
    """ "ready", "replayed", "migrated", or "kept" when the schema is there already and only needed its newest
    migrations.
    """
    how = _make_tables(schema_name)
    raise_fences([schema_name])
    return how


def _make_tables(schema_name: str) -> str:
    if schema_exists(schema_name):
        migrate_schema(schema_name)
        return "kept"
    return "ready" if take(schema_name) else build(schema_name)


def build(schema_name: str) -> str:
    """Every table anew: "replayed" or "migrated"."""
    try:
        sql = schema_sql(schema_name)
    except (CannotDump, OSError) as problem:
        log.warning("A tenant is made by migrating, which is slower", why=str(problem)[:200])
        return _by_migrating(schema_name)
    # All or nothing: after a crash here there is no schema, and the step starts again.
    with enter_public(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return "replayed"


def _by_migrating(schema_name: str) -> str:
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema_name}"')
    migrate_schema(schema_name)
    return "migrated"


def end_all_sessions(schema_name: str) -> int:
    with enter(schema_name), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")
        return cursor.rowcount
