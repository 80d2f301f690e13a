"""Rows of an archive put into the tables of a tenant, in one transaction: what does not fit ends all of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DataError, IntegrityError, InternalError, OperationalError, connection
from django.db.utils import NotSupportedError
from django.utils.translation import gettext as _
from psycopg import sql

from tenants.leaving import passphrase
from tenants.leaving.catalog import Table, model_of
from tenants.leaving.errors import ArchiveRefused
from tenants.leaving.house import REF, HouseTable
from tenants.leaving.lines import dump
from tenants.leaving.reading import object_of
from tenants.leaving.registry import codecs_of, local_of

ROWS = 1000


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """What the database refuses is the archive's fault, in words."""
    try:
        yield
    except IntegrityError as problem:
        detail = getattr(getattr(problem.__cause__, "diag", None), "message_detail", "") or ""
        said = _("%(table)s does not fit what is here: %(why)s")
        raise ArchiveRefused(why=said % {"table": name, "why": detail[:200]}) from None
    except (DataError, InternalError, NotSupportedError, OperationalError, UnicodeError) as problem:
        state = getattr(problem.__cause__, "sqlstate", None) or "22"
        if isinstance(problem, OperationalError) and not state.startswith("54"):
            # The database is away, or full: nothing the archive could help.
            raise
        raise ArchiveRefused(why=_("a value in %(table)s is of the wrong kind") % {"table": name}) from None


def emptied(schema: str, tables: list[Table]) -> None:
    """Without rows that its making left, and its triggers silent: an archive has the links of its audit log itself."""
    names = sql.SQL(", ").join(sql.Identifier(schema, table.name) for table in tables)
    _do(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
    for name in _with_triggers(schema):
        _do(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(schema, name)))


def finished(schema: str, tables: list[Table]) -> None:
    """Foreign keys looked at, sequences behind the rows, triggers awake again."""
    with refusing(_("the tenant's tables")):
        _do(sql.SQL("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"))
    for name in _with_triggers(schema):
        _do(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(schema, name)))
    for table in tables:
        if _is_number(table):
            _set_sequence(schema, table)


def _set_sequence(schema: str, table: Table) -> None:
    _do(
        sql.SQL(
            "SELECT setval(s, greatest((SELECT max({key}) FROM {table}), 1), EXISTS (SELECT 1 FROM {table}))"
            " FROM pg_get_serial_sequence({name}, {column}) s WHERE s IS NOT NULL"
        ).format(
            key=sql.Identifier(table.key),
            table=sql.Identifier(schema, table.name),
            name=sql.Literal(f'"{schema}"."{table.name}"'),
            column=sql.Literal(table.key),
        )
    )


def _is_number(table: Table) -> bool:
    return model_of(table.label)._meta.pk.get_internal_type().endswith("AutoField")


def load_part(schema: str, table: Table, lines: list[bytes], key: bytes | None) -> None:
    """Of a table in the tenant's own schema."""
    codecs = codecs_of(table.name)
    local = _defaults(table)
    target = sql.Identifier(schema, table.name)
    asked = sql.SQL(
        "INSERT INTO {target} ({columns}) SELECT {values} FROM unnest(%s::text[]) l(line),"
        " LATERAL json_populate_record(NULL::{target}, l.line::json) r"
    ).format(
        target=target,
        columns=sql.SQL(", ").join(map(sql.Identifier, [*table.columns, *local])),
        values=sql.SQL(", ").join(
            [sql.SQL("r.{}").format(sql.Identifier(name)) for name in table.columns]
            + [sql.Literal(value) for value in local.values()]
        ),
    )
    for batch in _batches(lines):
        texts = [
            _closed(object_of(line, table.label), table, schema, key) if codecs else line.decode()
            for line in batch
        ]
        with refusing(table.label):
            _do(asked, [texts])


def _closed(row: dict[str, Any], table: Table, schema: str, key: bytes | None) -> str:
    for codec in codecs_of(table.name):
        clear = {}
        for column in codec.columns:
            text = row.get(column) or ""
            if not isinstance(text, str):
                raise ArchiveRefused(
                    why=_("a value in %(table)s is of the wrong kind") % {"table": table.label}
                )
            where = f"{table.label}.{column}.{row.get(table.key)}"
            clear[column] = passphrase.opened(text, key, where=where) if codec.is_secret else text
        row |= codec.closed(schema, row | clear)
    return dump(row)


def _defaults(table: Table) -> dict[str, Any]:
    fields = [
        f for f in model_of(table.label)._meta.local_concrete_fields if f.column in local_of(table.name)
    ]
    return {f.column: f.get_db_prep_save(f.get_default(), connection) for f in fields}


# --- rows of the public schema ---


def open_places() -> None:
    """Which row of an archive is which row here; for this transaction."""
    _do(sql.SQL("CREATE TEMP TABLE leaving_places (label text, place bigint, pk text) ON COMMIT DROP"))
    _do(sql.SQL("CREATE TEMP TABLE leaving_called (label text, key jsonb, pk bigint) ON COMMIT DROP"))


def close_places() -> None:
    _do(sql.SQL("DROP TABLE leaving_places, leaving_called"))


def number_places(table: HouseTable, rows: int) -> None:
    """Give each row of an archive its number here, before any is loaded."""
    if not table.has_own_key:
        return
    _do(
        sql.SQL(
            "INSERT INTO leaving_places SELECT {label}, g, nextval(pg_get_serial_sequence({name}, {key}))::text"
            " FROM generate_series(1, {rows}) g ORDER BY g"
        ).format(
            label=sql.Literal(table.label),
            name=sql.Literal(f"public.{table.name}"),
            key=sql.Literal(table.key),
            rows=sql.Literal(rows),
        )
    )


def load_called(line: bytes, known: dict[str, tuple[str, ...]]) -> None:
    """A plan or the like by its name: the one that is here, else as the archive has it."""
    said = object_of(line, "_called")
    label, key, row = said.get("model"), said.get("key"), said.get("row")
    if label not in known or not isinstance(key, dict) or not isinstance(row, dict):
        raise ArchiveRefused(why=_("a line of %(table)s is not what we write") % {"table": "_called"})
    model = model_of(str(label))
    with refusing(str(label)):
        found = model._default_manager.filter(**{name: key.get(name) for name in known[str(label)]}).first()
        pk = found.pk if found else _made(model, row)
        _do(sql.SQL("INSERT INTO leaving_called VALUES (%s, %s::jsonb, %s)"), [label, dump(key), pk])


def _made(model: Any, row: dict[str, Any]) -> int:
    columns = [f.column for f in model._meta.local_concrete_fields if f is not model._meta.pk]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    values = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(name)) for name in columns)
    target = sql.Identifier("public", model._meta.db_table)
    asked = sql.SQL(
        "INSERT INTO {target} ({names}) SELECT {values} FROM json_populate_record(NULL::{target}, %s::json) r"
        " RETURNING {key}"
    ).format(target=target, names=names, values=values, key=sql.Identifier(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(asked, [dump(row)])
        return int(cursor.fetchone()[0])


def load_house(
    table: HouseTable, lines: list[bytes], first: int, tenant_id: int, own: dict[str, Any]
) -> None:
    """`first`: place of the first of these lines; `own`: columns of this installation alone, with their values."""
    for number, batch in enumerate(_batches(lines)):
        with refusing(table.label):
            _do(
                _house_insert(table, tenant_id, own),
                [[line.decode() for line in batch], first + number * ROWS - 1],
            )


def _house_insert(table: HouseTable, tenant_id: int, own: dict[str, Any]) -> sql.Composed:
    target = sql.Identifier("public", table.name)
    columns = list(table.columns)
    values: list[sql.Composable] = [sql.SQL("r.{}").format(sql.Identifier(name)) for name in table.columns]
    joins: list[sql.Composable] = []
    if table.has_own_key:
        columns.append(table.key)
        values.append(sql.SQL("p.pk::bigint"))
        joins.append(_join("p", table.label, sql.SQL("l.n + %s")))
    else:
        # Every line counts, also where no place is asked for.
        joins.append(sql.SQL("JOIN (SELECT %s::bigint) p ON true"))
    for number, (column, label) in enumerate(table.own.items()):
        columns.append(column)
        values.append(sql.SQL("f{}.pk::bigint").format(sql.SQL(str(number))))
        place = sql.SQL("(l.line::json->>{})::bigint").format(sql.Literal(column))
        joins.append(sql.SQL("LEFT ") + _join(f"f{number}", label, place))
    for number, (column, label) in enumerate(table.called.items()):
        columns.append(column)
        values.append(sql.SQL("c{}.pk").format(sql.SQL(str(number))))
        joins.append(
            sql.SQL("LEFT JOIN leaving_called {alias} ON {alias}.label = {label} AND {alias}.key = "
                    "(l.line::jsonb->{column})").format(
                alias=sql.Identifier(f"c{number}"), label=sql.Literal(label), column=sql.Literal(REF + column)
            )
        )  # fmt: skip
    for column in table.to_tenant:
        columns.append(column)
        values.append(sql.Literal(tenant_id))
    for column, value in own.items():
        columns.append(column)
        values.append(sql.Literal(value))
    return sql.SQL(
        "INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values}"
        " FROM unnest(%s::text[]) WITH ORDINALITY l(line, n) {joins},"
        " LATERAL json_populate_record(NULL::{target}, l.line::json) r ORDER BY l.n"
    ).format(
        target=target,
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(values),
        joins=sql.SQL(" ").join(joins),
    )


def _join(alias: str, label: str, place: sql.Composable) -> sql.Composed:
    return sql.SQL(
        "JOIN leaving_places {alias} ON {alias}.label = {label} AND {alias}.place = {place}"
    ).format(alias=sql.Identifier(alias), label=sql.Literal(label), place=place)


def here_of(label: str, place: int) -> str | None:
    """Key of a loaded row by its place in the archive."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pk FROM leaving_places WHERE label = %s AND place = %s", [label, place])
        row = cursor.fetchone()
        return row[0] if row else None


def _batches(lines: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(lines), ROWS):
        yield lines[start : start + ROWS]


def _with_triggers(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND c.relnamespace = %s::regnamespace",
            [f'"{schema}"'],
        )
        return [name for (name,) in cursor.fetchall()]


def _do(asked: sql.Composable, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(asked, values)


def row_of(line: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line)
    return found


def house_defaults(table: HouseTable) -> dict[str, Any]:
    """Columns of this installation alone, as a new row has them."""
    fields = [
        f for f in model_of(table.label)._meta.local_concrete_fields if f.column in local_of(table.name)
    ]
    return {f.column: f.get_db_prep_save(f.get_default(), connection) for f in fields}
