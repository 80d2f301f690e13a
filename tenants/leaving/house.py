"""A tenant's rows in the public schema, written so that no id of this installation is in them.

A row is named by its place in its table (1, 2, …: the order of its key); a foreign key says the place of the row it
points at, or, of a row that is not the tenant's (its plan), what it is called. Which tables: every model of the shared
apps from which foreign keys lead to the tenant. PostgreSQL does the counting: nothing is held in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from psycopg import sql

from tenants.leaving.catalog import in_order
from tenants.leaving.lines import texts
from tenants.leaving.registry import codecs_of, local_of
from tenants.models import Tenant

LEFT_OUT = {
    "tenants.provisioningstep": "how it was opened here",
    "leaving.export": "works of this installation",
    "leaving.import": "works of this installation",
    "leaving.deletion": "works of this installation",
    "leaving.erasureask": "works of this installation",
    "leaving.houseask": "works of this installation",
    "mails.mail": "sent from here",
    "cells.cellmove": "which machines of this installation it was on",
    "billing.costline": "what the operator pays: not the tenant's",
    "billing.rerating": "works of this installation",
    "billing.ledgerday": "sums of the ledger, made again from it where it comes in",
}
TO_READ = {
    "plans.notice_tenants": "news of this operator",
    "plans.acknowledgement": "news of this operator",
    "support.supportaccess": "people of this operator",
    "closing.bill": "this operator's, under its numbers",
    "desk.asset": "devices of this operator",
    "desk.assetwork": "devices of this operator",
}
"""In the archive to be read, not brought in elsewhere."""
CALLED = {
    "tenants.plan": ("code",),
    "tenants.sla": ("name",),
    "cells.cell": ("name",),
    "plans.notice": ("title", "starts_at"),
}
"""What rows that are nobody's are called by."""
REF = "ref:"


class NotDeclared(Exception):
    """A foreign key leads to a table of the tenant's that no archive holds."""


@dataclass(frozen=True)
class HouseTable:
    """`way`: Django's path from a row to its tenant; "" for the tenant's own row. `own`: column → label of a table of
    these, `must`: those never empty; `called`: column → label of a table that is nobody's; `to_tenant`: columns
    that say which tenant.
    """

    label: str
    name: str
    way: str
    key: str
    has_own_key: bool
    columns: tuple[str, ...]
    types: tuple[str, ...]
    own: dict[str, str] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    to_tenant: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    is_brought_in: bool = True


def shared_models() -> list[type[models.Model]]:
    return [
        model
        for config in apps.get_app_configs()
        if config.name in settings.SHARED_APPS and config.name not in settings.TENANT_APPS
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def loose_ends() -> list[tuple[str, str, str]]:
    """(table, column, label of a table of the house's): rows that are nobody's and may point at a tenant's."""
    found = ways()
    return [
        (model._meta.db_table, one.column, one.related_model._meta.label_lower)
        for model in shared_models()
        if model not in found
        for one in model._meta.local_concrete_fields
        if one.is_relation and one.null and one.related_model in found
    ]


def ways() -> dict[type[models.Model], str]:
    """Model → Django's path to its tenant. The shortest one; a direct one always wins."""
    shared = shared_models()
    found: dict[type[models.Model], str] = {Tenant: ""}
    grew = True
    while grew:
        grew = False
        for model in shared:
            if model not in found and (way := _way(model, found)) is not None:
                found[model], grew = way, True
    return found


def _way(model: type[models.Model], known: dict[type[models.Model], str]) -> str | None:
    relations = [f for f in model._meta.concrete_fields if f.is_relation]
    for one in relations:
        if one.related_model is Tenant:
            return one.name
    for one in relations:
        # What may stand without its parent is not the parent's: a price list without a plan is the house's.
        if one.related_model in known and not one.null:
            return f"{one.name}__{known[one.related_model]}".removesuffix("__")
    return None


@lru_cache(maxsize=1)
def house_tables() -> tuple[HouseTable, ...]:
    """Those an archive holds."""
    return tuple(table for table in every_house_table() if table.label not in LEFT_OUT)


@lru_cache(maxsize=1)
def every_house_table() -> tuple[HouseTable, ...]:
    """Those a deletion looks at, too."""
    found = ways()
    tables: list[HouseTable] = []
    for model in in_order(list(found)):
        tables.append(_table(model, found, {table.label for table in tables if not table.is_brought_in}))
    return tuple(tables)


def _table(model: type[models.Model], found: dict[type[models.Model], str], to_read: set[str]) -> HouseTable:
    """`to_read`: tables before this one that are not brought in; what points at them is not either."""
    meta, local = model._meta, local_of(model._meta.db_table)
    own: dict[str, str] = {}
    called: dict[str, str] = {}
    to_tenant, plain = [], []
    has_own_key = isinstance(meta.pk, models.AutoField)
    is_tied = meta.label_lower in TO_READ
    for one in meta.local_concrete_fields:
        if one.column in local or (one is meta.pk and has_own_key):
            continue
        if not one.is_relation:
            plain.append(one)
        elif one.related_model is Tenant:
            to_tenant.append(one.column)
        elif one.related_model in found and one.related_model._meta.label_lower not in LEFT_OUT:
            own[one.column] = one.related_model._meta.label_lower
        elif one.related_model._meta.label_lower in CALLED:
            called[one.column] = one.related_model._meta.label_lower
        elif not one.null:
            # Nobody said what that row is called elsewhere: it can be read there, and not brought in.
            is_tied = True
    return HouseTable(
        label=meta.label_lower,
        name=meta.db_table,
        way=found[model],
        key=meta.pk.column,
        has_own_key=has_own_key,
        columns=tuple(one.column for one in plain),
        types=tuple(one.db_type(connection) or "" for one in plain),
        own=own,
        called=called,
        to_tenant=tuple(to_tenant),
        must=tuple(one.column for one in meta.local_concrete_fields if one.column in own and not one.null),
        is_brought_in=not is_tied and not set(own.values()) & to_read,
    )


def house_lines(own: psycopg.Connection, table: HouseTable, tenant_id: int, schema: str) -> Iterator[str]:
    """The tenant's rows of this table, in order."""
    return texts(own, sql.SQL("SELECT row_to_json(x)::text FROM ({}) x").format(_rows(table, tenant_id)))


def keys_of(table: HouseTable, tenant_id: int) -> sql.Composable:
    """SQL of the keys of the tenant's rows."""
    model = apps.get_model(table.label)
    rows = model.objects.filter(**{table.way: tenant_id}) if table.way else model.objects.filter(pk=tenant_id)
    # Only the tenant's number is in it, which is one.
    text, values = rows.order_by().values("pk").query.sql_with_params()
    return sql.SQL(text % tuple(int(value) for value in values))


def _lined(table: HouseTable, tenant_id: int) -> sql.Composable:
    """Of them, those an archive has lines of: what must point at a number that went back long ago is not among them."""
    found: sql.Composable = keys_of(table, tenant_id)
    for column in table.must:
        found = sql.SQL(
            "SELECT m.{key} FROM {name} m WHERE m.{key} IN ({keys}) AND m.{column} IN ({there})"
        ).format(
            key=sql.Identifier(table.key),
            name=sql.Identifier(table.name),
            keys=found,
            column=sql.Identifier(column),
            there=_lined(_of(table.own[column]), tenant_id),
        )
    return found


def _rows(table: HouseTable, tenant_id: int) -> sql.Composed:
    columns: list[sql.Composable] = [sql.SQL("t.{}").format(sql.Identifier(name)) for name in table.columns]
    joins = []
    for number, (column, label) in enumerate(table.own.items()):
        alias = sql.Identifier(f"n{number}")
        columns.append(sql.SQL("{}.place AS {}").format(alias, sql.Identifier(column)))
        joins.append(
            sql.SQL("LEFT JOIN ({}) {} ON {}.pk = t.{}").format(
                _places(_of(label), tenant_id), alias, alias, sql.Identifier(column)
            )
        )
    for column, label in table.called.items():
        columns.append(sql.SQL("({}) AS {}").format(_called(column, label), sql.Identifier(REF + column)))
    return sql.SQL("SELECT {} FROM {} t {} WHERE t.{} IN ({}) ORDER BY t.{}").format(
        sql.SQL(", ").join(columns or [sql.SQL("true AS there")]),
        sql.Identifier(table.name),
        sql.SQL(" ").join(joins),
        sql.Identifier(table.key),
        _lined(table, tenant_id),
        sql.Identifier(table.key),
    )


def _places(table: HouseTable, tenant_id: int) -> sql.Composed:
    key = sql.Identifier(table.key)
    return sql.SQL(
        "SELECT {} AS pk, row_number() OVER (ORDER BY {}) AS place FROM {} WHERE {} IN ({})"
    ).format(key, key, sql.Identifier(table.name), key, _lined(table, tenant_id))


def _of(label: str) -> HouseTable:
    found = next((table for table in house_tables() if table.label == label), None)
    if found is None:
        raise NotDeclared(f"{label} is pointed at and left out")
    return found


def _called(column: str, label: str) -> sql.Composed:
    model = apps.get_model(label)
    said = sql.SQL(", ").join(
        sql.SQL("{}, c.{}").format(sql.Literal(name), sql.Identifier(name)) for name in CALLED[label]
    )
    return sql.SQL("SELECT jsonb_build_object({}) FROM {} c WHERE c.{} = t.{}").format(
        said,
        sql.Identifier(model._meta.db_table),
        sql.Identifier(model._meta.pk.column),
        sql.Identifier(column),
    )


def called_rows(own: psycopg.Connection, tenant_id: int) -> Iterator[str]:
    """{"model", "key", "row"}: rows that are nobody's and that the tenant's point at, to be made where they are not."""
    for label in sorted({label for table in house_tables() for label in table.called.values()}):
        model = apps.get_model(label)
        meta = model._meta
        pointing = [
            sql.SQL("SELECT {} FROM {} WHERE {} IN ({})").format(
                sql.Identifier(column), sql.Identifier(table.name), sql.Identifier(table.key),
                keys_of(table, tenant_id),
            )
            for table in house_tables()
            for column, other in table.called.items()
            if other == label and table.is_brought_in
        ]  # fmt: skip
        if not pointing:
            continue
        columns = [f.column for f in meta.local_concrete_fields if f is not meta.pk]
        asked = sql.SQL(
            "SELECT jsonb_build_object('model', {}, 'key', ({}), 'row', (SELECT to_jsonb(r) FROM (SELECT {}) r))::text"
            " FROM {} t WHERE t.{} IN ({}) ORDER BY t.{}"
        ).format(
            sql.Literal(label),
            _called(meta.pk.column, label),
            sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in columns),
            sql.Identifier(meta.db_table),
            sql.Identifier(meta.pk.column),
            sql.SQL(" UNION ").join(pointing),
            sql.Identifier(meta.pk.column),
        )
        yield from texts(own, asked)


def has_codecs(table: HouseTable) -> bool:
    return bool(codecs_of(table.name))
