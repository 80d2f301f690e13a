"""The second fence: a role for each tenant that may use its own schema and the shared tables, and no other schema.

No query runs as the owner once a tenant's schema is entered (tenants/postgresql). Making roles needs CREATEROLE; where
the login role may not, tenants are without one, everything works as before, and the operators' first page says so.
"""

from collections.abc import Callable, Iterable

import structlog
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from tenants.context import enter_public
from tenants.postgresql.base import FIRST_WITH_SET, ROLE_PREFIX

log = structlog.get_logger()
SHARED = "cc_tenants"
"""What every tenant's role may do in the shared schema."""
MAKE = """
DO $$ BEGIN
    IF to_regrole({text}) IS NULL THEN
        BEGIN
            CREATE ROLE {role} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END IF;
    IF NOT pg_has_role(current_user, {text}, {kind}) THEN GRANT {role} TO CURRENT_USER; END IF;
END $$
"""
OWN = """
GRANT {shared} TO {role};
GRANT USAGE ON SCHEMA {schema} TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT ALL ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT ALL ON SEQUENCES TO {role}
"""
ALL = "GRANT ALL ON {kind} {names} TO {role}"
INSIDE = """
SELECT c.relkind = 'S', array_agg(c.relname::text ORDER BY c.relname)
FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = to_regnamespace(quote_ident(%s))
AND d.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') GROUP BY 1
"""
"""By the index of what stands in a schema. ON ALL TABLES IN SCHEMA reads the whole catalogue instead, six times: of a
thousand tenants a million rows.
"""
OF_SHARED = """
GRANT USAGE ON SCHEMA public TO {shared};
GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {shared};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {shared}
"""
BARE = """
SELECT wanted FROM unnest(%s::text[]) AS wanted
WHERE EXISTS (SELECT FROM pg_namespace WHERE nspname = wanted)
AND NOT coalesce(pg_has_role(current_user, to_regrole(%s || wanted), %s)
    AND has_schema_privilege(to_regrole(%s || wanted), wanted, 'USAGE'), false)
"""


THERE = """
SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(format('public.%%I', name)) IS NOT NULL ORDER BY name
"""
LACKING = """
SELECT coalesce(
    bool_and(has_table_privilege(to_regrole(%(role)s), format('public.%%I', name)::regclass, 'UPDATE')), false)
FROM unnest(%(tables)s::text[]) AS name
"""


def role_of(schema: str) -> str:
    return f"{ROLE_PREFIX}{schema}"


def is_wanted() -> bool:
    return settings.DATABASE_FENCE != "off"


def shared_tables() -> list[str]:
    """Those that stand in the shared schema alone: operators, their sessions and their log are nobody else's."""
    of_tenants = set(settings.TENANT_APPS)
    models = [model for config in apps.get_app_configs() if config.name not in of_tenants
              for model in config.get_models(include_auto_created=True)]  # fmt: skip
    return sorted({model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy})


def raise_shared_fence() -> bool:
    """Before any tenant's; again with every release, for its new tables."""
    return _do(lambda: [_make(SHARED), *_of_shared()])


def raise_fence(schema: str) -> bool:
    """False, and logged, where the login role may make no roles; then nothing is changed."""
    names = {"role": sql.Identifier(role_of(schema)), "schema": sql.Identifier(schema)}
    own = sql.SQL(OWN).format(shared=sql.Identifier(SHARED), **names)
    return _do(lambda: [_make(role_of(schema)), own, *_of_own(schema)])


def raise_fences(schemas: Iterable[str]) -> int:
    """Of those that have none; how many have one now."""
    if not is_wanted() or not (is_shared_fence_up() or raise_shared_fence()):
        return 0
    return sum(raise_fence(schema) for schema in without_fence(schemas))


def is_shared_fence_up() -> bool:
    """Two that grant the same at once hinder each other, so it is only done when a table lacks it."""
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(LACKING, {"role": SHARED, "tables": _there()})
        return bool(cursor.fetchone()[0])


def without_fence(schemas: Iterable[str]) -> list[str]:
    """One question for all of them."""
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(BARE, [list(schemas), ROLE_PREFIX, _kind(), ROLE_PREFIX])
        return sorted(name for (name,) in cursor.fetchall())


def _do(statements: Callable[[], list[sql.Composed]]) -> bool:
    if not is_wanted():
        return False
    try:
        with enter_public(), transaction.atomic(), connection.cursor() as cursor:
            for statement in statements():
                cursor.execute(statement)
    except DatabaseError as problem:
        log.warning("The second fence could not be raised", why=str(problem).splitlines()[0][:200])
        return False
    return True


def _make(role: str) -> sql.Composed:
    return sql.SQL(MAKE).format(text=sql.Literal(role), role=sql.Identifier(role), kind=sql.Literal(_kind()))


def _there() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(THERE, [shared_tables()])
        return [name for (name,) in cursor.fetchall()]


def _of_own(schema: str) -> list[sql.Composed]:
    with connection.cursor() as cursor:
        cursor.execute(INSIDE, [schema])
        found = cursor.fetchall()
    return [_all_on("SEQUENCE" if is_counter else "TABLE", schema, names) for is_counter, names in found]


def _all_on(kind: str, schema: str, names: list[str]) -> sql.Composed:
    places = sql.SQL(", ").join(sql.Identifier(schema, name) for name in names)
    return sql.SQL(ALL).format(kind=sql.SQL(kind), names=places, role=sql.Identifier(role_of(schema)))


def _of_shared() -> list[sql.Composed]:
    tables = sql.SQL(", ").join(sql.Identifier("public", name) for name in _there())
    return [sql.SQL(OF_SHARED).format(shared=sql.Identifier(SHARED), tables=tables)]


def _kind() -> str:
    connection.ensure_connection()
    return "SET" if connection.connection.info.server_version >= FIRST_WITH_SET else "MEMBER"
