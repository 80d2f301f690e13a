"""Sealed columns (tenants.sealed_text) in an archive: their words are clear there, as all others of the tenant's."""

from typing import Any

from tenants.leaving.registry import Codec
from tenants.sealed_text import open_text, seal_text
from tenants.secrets import SecretUnreadable


def words_column(table: str, column: str) -> Codec:
    where = f"{table}.{column}"

    def opened(schema: str, row: dict[str, Any]) -> dict[str, Any]:
        try:
            return {column: open_text(row[column] or "", schema=schema, column=where)}
        except SecretUnreadable:
            return {column: ""}

    def closed(schema: str, row: dict[str, Any]) -> dict[str, Any]:
        return {column: seal_text(row[column] or "", schema=schema, column=where)}

    return Codec(table, (column,), opened, closed, is_secret=False)
