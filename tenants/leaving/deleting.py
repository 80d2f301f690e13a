"""A closed tenant's deletion, step by step; each is safe to repeat and counts what it removed.

First what only the tenant's own rows can name, then the schema, then everything outside the database, then the public
rows, and at last a look for anything left. The steps of a deletion stand in its row: after a crash it goes on there.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from tenants import realtime
from tenants.context import enter, enter_public
from tenants.leaving.catalog import tenant_tables
from tenants.leaving.erasing_house import counted_house, erase_house, kept_house, why_kept
from tenants.leaving.house import every_house_table
from tenants.leaving.lines import lines_of, snapshot
from tenants.leaving.models import Deletion, Export
from tenants.leaving.registry import places
from tenants.leaving.signing import signed
from tenants.lending import take_number_back
from tenants.models import Number, Tenant
from tenants.trust.queries import head

Counts = dict[str, Any]
Step = Callable[[Tenant, datetime], Counts]


class SomethingLeft(Exception):
    """The look found what should be gone: the argument names it."""


def _people(tenant: Tenant, at: datetime) -> Counts:
    """Nobody is signed in any more, whatever page is open."""
    with enter(tenant.schema_name), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")
        sessions = cursor.rowcount
        realtime.publish("everyone", {"type": "signed_out", "reason": "closed"})
    return {"sessions": sessions}


def _numbers(tenant: Tenant, at: datetime) -> Counts:
    """To quarantine; most went when it was closed."""
    with enter_public():
        lent = list(Number.objects.filter(tenant=tenant).values_list("pk", flat=True))
        for number_id in lent:
            take_number_back(number_id=number_id, at=at, reason="tenant deleted")
    return {"numbers": len(lent)}


def _account(tenant: Tenant, at: datetime) -> Counts:
    """What there is, before it goes: rows and hash of each table, and the head of the audit log's chain."""
    tables: dict[str, dict[str, Any]] = {}
    with enter_public(), snapshot() as own:
        for table in tenant_tables():
            digest, rows = hashlib.sha256(), 0
            for line in lines_of(own, table, tenant.schema_name, key=None):
                digest.update(line.encode() + b"\n")
                rows += 1
            if rows:
                tables[table.label] = {"rows": rows, "sha256": digest.hexdigest()}
    with enter(tenant.schema_name):
        last = head()
    chain = {"position": last.position, "head": last.hash} if last else {}
    return {"tables": tables, "audit_chain": chain}


def _inside(tenant: Tenant, at: datetime) -> Counts:
    """Storages elsewhere, whose addresses and keys are in the tenant's own rows."""
    with enter(tenant.schema_name):
        return {place.name: place.clear(tenant.schema_name) for place in places() if place.is_inside}


def _schema(tenant: Tenant, at: datetime) -> Counts:
    with enter_public(), transaction.atomic(), connection.cursor() as cursor:
        # What waits for a commit would hold its table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(tenant.schema_name)))
    return {"schema": tenant.schema_name}


def _outside(tenant: Tenant, at: datetime) -> Counts:
    """Disks, archives, cache, tasks that wait."""
    with enter_public():
        return {place.name: place.clear(tenant.schema_name) for place in places() if not place.is_inside}


def _house(tenant: Tenant, at: datetime) -> Counts:
    """Which rows of ours go; those the law keeps stay, with the reason."""
    with enter_public(), transaction.atomic():
        gone = erase_house(tenant.pk)
        works = Export.objects.filter(tenant=tenant).delete()[0]
        return {"tables": gone | ({"leaving.export": works} if works else {}), "kept": kept_house(tenant.pk)}


def _look(tenant: Tenant, at: datetime) -> Counts:
    """Raises SomethingLeft."""
    found = left_of(tenant)
    if found:
        raise SomethingLeft(", ".join(found)[:400])
    return {"left": []}


def left_of(tenant: Tenant) -> list[str]:
    """Names of what should be gone and is not."""
    with enter_public(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [tenant.schema_name])
        left = [f"schema {tenant.schema_name}"] if cursor.fetchone() else []
        kept = {table.label for table in every_house_table() if why_kept(table)}
        left += sorted(counted_house(tenant.pk).keys() - kept)
        for place in places():
            if not place.is_inside:
                left += place.left(tenant.schema_name)
    return left


STEPS: dict[str, Step] = {
    "people": _people,
    "numbers": _numbers,
    "account": _account,
    "storages": _inside,
    "schema": _schema,
    "outside": _outside,
    "house": _house,
    "look": _look,
}


def certificate(deletion: Deletion, at: datetime) -> dict[str, Any]:
    """What was deleted and what was not, when, by whom: signed."""
    steps, tenant = deletion.steps, deletion.tenant
    deleted = {
        "tables": steps["account"]["tables"],
        "public_rows": steps["house"]["tables"],
        "sessions": steps["people"]["sessions"],
        "numbers_to_quarantine": steps["numbers"]["numbers"],
        **{name: counts for step in ("storages", "outside") for name, counts in steps[step].items()},
    }
    return signed(
        {
            "what": "certificate of deletion",
            "number": deletion.pk,
            "tenant": {"name": tenant.name, "schema": tenant.schema_name, "id": tenant.pk},
            "closed_at": tenant.state_since.isoformat(timespec="seconds"),
            "reason": deletion.reason,
            "wanted_by": "an owner of the house" if deletion.house_ask_id else "the operator",
            "asked": {"by": deletion.asked_by, "at": deletion.asked_at.isoformat(timespec="seconds")},
            "confirmed": {
                "by": deletion.answered_by,
                "at": deletion.answered_at.isoformat(timespec="seconds"),
            },
            "done_at": at.isoformat(timespec="seconds"),
            "deleted": deleted,
            "kept": steps["house"]["kept"],
            "audit_chain": steps["account"]["audit_chain"],
            "left": steps["look"]["left"],
        }
    )
