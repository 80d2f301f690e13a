"""Rows as lines of JSON in one spelling, so that the same row gives the same bytes in every installation.

PostgreSQL writes them (row_to_json, times in UTC, bytes as hex) in the order of their key; Python only touches those of
tables with secrets or paths. Read in a snapshot of the whole database, a few rows at a time.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from tenants.leaving import passphrase
from tenants.leaving.catalog import Table
from tenants.leaving.registry import Codec, codecs_of
from tenants.provisioning.turns import connection_parameters

SPELLING = "SET LOCAL TIME ZONE 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL bytea_output = 'hex'"


@contextmanager
def snapshot() -> Iterator[psycopg.Connection]:
    """One moment of the database, as long as the block lasts: REPEATABLE READ on a connection of its own.

    Inside a transaction it is that one: what it has written is to be seen (an import proves itself before it commits).
    """
    if connection.in_atomic_block:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(SPELLING)
        yield connection.connection
        return
    with psycopg.connect(**connection_parameters()) as own:
        own.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        own.execute(SPELLING)
        yield own


def lines_of(
    own: psycopg.Connection, table: Table, schema: str, *, key: bytes | None, where: str = ""
) -> Iterator[str]:
    """Of a table in this schema. `where`: SQL a row must fit. `key`: of the passphrase, for secrets."""
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in table.columns)
    order = sql.Identifier(table.key) + sql.SQL(' COLLATE "C"' if table.is_text else "")
    asked = sql.SQL("SELECT row_to_json(x)::text FROM (SELECT {} FROM {}.{} {} ORDER BY {}) x").format(
        columns, sql.Identifier(schema), sql.Identifier(table.name), sql.SQL(where), order
    )
    codecs = codecs_of(table.name)
    for line in texts(own, asked):
        yield archived(json.loads(line), table, schema, codecs, key) if codecs else line


def texts(own: psycopg.Connection, asked: sql.Composable) -> Iterator[str]:
    """The first column of each row, streamed."""
    with own.cursor() as cursor, cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(asked)) as copy:
        for row in copy.rows():
            yield str(row[0])


def archived(row: dict[str, Any], table: Table, schema: str, codecs: list[Codec], key: bytes | None) -> str:
    for codec in codecs:
        clear = codec.opened(schema, row)
        for column, text in clear.items():
            where = f"{table.label}.{column}.{row[table.key]}"
            row[column] = passphrase.sealed(text, key, where=where) if codec.is_secret else text
    return dump(row)


def dump(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
