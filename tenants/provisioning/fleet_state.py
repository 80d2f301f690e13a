"""Which tenants have which migrations: one question for hundreds of schemas instead of one each."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

CHUNK = 250
"""Schemas asked about in one statement: more is not quicker, and the planner's memory grows with it."""
Name = tuple[str, str]
"""App and name of a migration."""

NAMES_IN = """
WITH place AS (SELECT oid, nspname::text AS schema FROM pg_namespace WHERE nspname = ANY(%s)),
named AS (
    SELECT c.connamespace AS place, t.relname || '.' || c.conname AS called
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    UNION ALL
    SELECT i.relnamespace, t.relname || '.' || i.relname
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid)
SELECT schema, md5(string_agg(called, ',' ORDER BY called COLLATE "C"))
FROM place LEFT JOIN named ON named.place = place.oid
GROUP BY schema ORDER BY schema
"""


@dataclass
class FleetState:
    """`groups`: schemas that lack the same migrations, by what they have; `missing`: tenants without any schema."""

    wanted: frozenset[Name]
    current: list[str] = field(default_factory=list)
    groups: dict[frozenset[Name], list[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def behind(self) -> list[str]:
        return sorted(schema for group in self.groups.values() for schema in group)


def wanted_migrations() -> frozenset[Name]:
    """Every migration of this release. A schema's table names those of shared apps too, which do nothing in it."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def fleet_state(connection: psycopg.Connection, schemas: Iterable[str]) -> FleetState:
    """Of these schemas, asked together; what a newer release has applied beside is no reason to migrate."""
    found = FleetState(wanted_migrations())
    asked = list(schemas)
    there = _with_table(connection)
    found.missing = [schema for schema in asked if schema not in there]
    known: dict[str, frozenset[Name]] = {}
    for schema, digest in _digests(connection, [schema for schema in asked if schema in there]):
        if digest not in known:
            known[digest] = applied(connection, schema)
        if found.wanted <= known[digest]:
            found.current.append(schema)
        else:
            found.groups.setdefault(known[digest], []).append(schema)
    return found


def applied(connection: psycopg.Connection, schema: str) -> frozenset[Name]:
    question = sql.SQL("SELECT app, name FROM {}.django_migrations").format(sql.Identifier(schema))
    return frozenset((app, name) for app, name in connection.execute(question).fetchall())


def applied_since(cursor: Any, schema: str, had: frozenset[Name]) -> list[Name]:
    """In the order it was done."""
    cursor.execute(
        sql.SQL("SELECT app, name FROM {}.django_migrations ORDER BY id").format(sql.Identifier(schema))
    )
    return [(app, name) for app, name in cursor.fetchall() if (app, name) not in had]


def digest_of(names: frozenset[Name]) -> str:
    """As replaying.STANDS_AS_SEEN asks for it."""
    whole = ",".join(sorted(f"{app}.{name}" for app, name in names))
    return hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()


def called_alike(connection: psycopg.Connection, schemas: Iterable[str]) -> list[list[str]]:
    """These schemas by what their constraints and indexes are called, most first: a tenant opened from a later
    release's template may have other names than one that came up with the releases.
    """
    groups: dict[str, list[str]] = {}
    for schema, digest in connection.execute(NAMES_IN, [list(schemas)]).fetchall():
        groups.setdefault(digest, []).append(schema)
    return sorted(groups.values(), key=len, reverse=True)


def _with_table(connection: psycopg.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'django_migrations' AND relkind = 'r'"
    )
    return {name.strip('"') for (name,) in rows.fetchall()}


def _digests(connection: psycopg.Connection, schemas: list[str]) -> Iterator[tuple[str, str]]:
    one = sql.SQL(
        "SELECT {} AS schema, md5(string_agg(app || '.' || name, ',' ORDER BY app COLLATE \"C\", name COLLATE \"C\"))"
        " FROM {}.django_migrations"
    )
    for start in range(0, len(schemas), CHUNK):
        part = schemas[start : start + CHUNK]
        question = sql.SQL(" UNION ALL ").join(one.format(schema, sql.Identifier(schema)) for schema in part)
        for schema, digest in connection.execute(question).fetchall():
            yield schema, digest or ""
