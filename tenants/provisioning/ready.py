"""Houses kept ready: tenants' schemas made ahead, nobody's yet. An opening gives one of them its name.

A house says in its comment of which migrations it is and when it was made; one without was broken off in the making.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from tenants.context import enter_public
from tenants.provisioning.template_schema import migrations_digest
from tenants.provisioning.turns import HOUSE

log = structlog.get_logger()
PREFIX = "ready_house_"
"""No tenant may be called so (tenants.actions)."""
STANDING = """
SELECT nspname, coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace
WHERE nspname ~ '^ready_house_[0-9a-f]{12}$' AND pg_has_role(nspowner, 'USAGE')
AND NOT EXISTS (SELECT FROM public.tenants_tenant WHERE schema_name = nspname) ORDER BY oid
"""
STANDS_YET = "SELECT count(*) FROM pg_namespace WHERE nspname = %s"
GIVE_NAME = "ALTER SCHEMA {house} RENAME TO {name}; COMMENT ON SCHEMA {name} IS NULL"


@dataclass(frozen=True)
class House:
    """`digest` is "" when it was never finished."""

    name: str
    digest: str = ""
    made_at: datetime = datetime.min.replace(tzinfo=UTC)


def take(schema_name: str) -> bool:
    """Gives a house of this release this name, in the caller's transaction where there is one. False: make one."""
    if not settings.READY_HOUSES:
        return False
    try:
        with enter_public(), transaction.atomic(), connection.cursor() as cursor:
            return taken(cursor, schema_name, migrations_digest())
    except DatabaseError as problem:
        # A house that cannot be had stops no opening.
        log.warning("A ready house could not be taken", why=str(problem).splitlines()[0][:200])
        return False


def taken(cursor: Any, schema_name: str, digest: str) -> bool:
    """In the transaction of this cursor."""
    for house in standing(cursor):
        if house.digest == digest and held(cursor, house.name):
            names = {"house": sql.Identifier(house.name), "name": sql.Identifier(schema_name)}
            cursor.execute(sql.SQL(GIVE_NAME).format(**names))
            return True
    return False


def held(cursor: Any, house: str) -> bool:
    """Nobody else takes or drops it until this transaction ends. False when somebody does, or has done."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [HOUSE, house])
    if not cursor.fetchone()[0]:
        return False
    # Asked again: between the look and the lock it may have got its name.
    cursor.execute(STANDS_YET, [house])
    return cursor.fetchone() == (1,)


def standing(cursor: Any) -> list[House]:
    """The oldest first; those that only another role may rename or drop are not ours to know."""
    cursor.execute(STANDING)
    return [_house(name, note) for name, note in cursor.fetchall()]


def note_of(digest: str, made_at: datetime) -> str:
    return f"{digest} {made_at.isoformat()}"


def _house(name: str, note: str) -> House:
    digest, _space, moment = note.partition(" ")
    try:
        return House(name, digest, datetime.fromisoformat(moment).astimezone(UTC))
    except ValueError:
        return House(name)
