"""Rows of one model in one statement: `INSERT … VALUES`, `COPY` of many, and `UPDATE … FROM (VALUES …)`.

Django's own bulk_create goes through UNNEST, whose arrays are quoted value by value in Python: of the long JSON of an
offer that alone took a third of the worker's time. Its bulk_update writes a CASE for each row and column.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, connections
from django.db.models import Field, Model

MANY = 50
"""From so many rows on a statement with a place for each value costs more to read than the values."""


def insert_rows(rows: Sequence[Model]) -> None:
    """New rows of one model, all with their keys set or all without; keys the database gives are not read back."""
    if not rows:
        return
    columns = [
        column for column in _columns(type(rows[0])) if not column.primary_key or rows[0].pk is not None
    ]
    (_copy if len(rows) >= MANY else _insert)(rows, columns)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _insert(rows: Sequence[Model], columns: Sequence[Field]) -> None:
    names = ", ".join(_quoted(column) for column in columns)
    line = f"({', '.join(['%s'] * len(columns))})"
    lines = ", ".join([line] * len(rows))
    values = [value for row in rows for value in _values(row, columns)]
    _execute(f"INSERT INTO {_table(type(rows[0]))} ({names}) VALUES {lines}", values)  # noqa: S608


def _copy(rows: Sequence[Model], columns: Sequence[Field]) -> None:
    names = ", ".join(_quoted(column) for column in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {_table(type(rows[0]))} ({names}) FROM STDIN") as into,
    ):
        for row in rows:
            into.write_row(_values(row, columns))


def update_rows(rows: Sequence[Model], attnames: set[str]) -> None:
    """Rows of one model that exist: write these columns of all of them."""
    if not rows or not attnames:
        return
    model = type(rows[0])
    columns = [column for column in _columns(model) if column.attname in attnames and not column.primary_key]
    key: Any = model._meta.pk
    sets = ", ".join(f"{_quoted(column)} = new.{_quoted(column)}" for column in columns)
    names = ", ".join(_quoted(column) for column in [key, *columns])
    # The types of a VALUES list come from its first line.
    first = ", ".join(f"%s::{_type(column)}" for column in [key, *columns])
    lines = [f"({first})", *([f"({', '.join(['%s'] * (len(columns) + 1))})"] * (len(rows) - 1))]
    values = [value for row in rows for value in _values(row, [key, *columns])]
    statement = f"UPDATE {_table(model)} AS old SET {sets} FROM (VALUES {', '.join(lines)}) AS new ({names})"  # noqa: S608
    _execute(f"{statement} WHERE old.{_quoted(key)} = new.{_quoted(key)}", values)


def _columns(model: type[Model]) -> list[Field]:
    return list(model._meta.concrete_fields)


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(column: Any) -> str:
    return connection.ops.quote_name(column.column)


def _type(column: Any) -> str:
    """`bigint` for the key of an identity column and for a reference to it."""
    return str(column.rel_db_type(connection) if column.primary_key else column.db_type(connection))


def _values(row: Model, columns: Sequence[Any]) -> list[Any]:
    # The proxy looks its connection up at each touch: a tenth of all that is done here.
    real = connections[connection.alias]
    return [column.get_db_prep_save(getattr(row, column.attname), real) for column in columns]


def _execute(statement: str, values: list[Any]) -> None:
    """Names come from our models; every value is a parameter."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
