"""What the tenants' own apps declare to leaving; the floors above declare theirs the same way."""

import secrets
from typing import Any

from tenants.leaving.registry import Codec, add_codec, add_local, add_place
from tenants.secrets import SecretUnreadable, seal, unseal


def connect() -> None:
    add_codec(
        sealed_column("hooks_endpoint", "secret", otherwise=lambda: secrets.token_urlsafe(32)),
        sealed_column("hooks_endpoint", "old_secret"),
    )
    # Who decides about calls, and under which prices of ours it was priced: both are this installation's.
    add_local("tenants_tenant", "schema_name", "cell", "state", "state_since", "state_reason", "created_at")
    add_local("billing_charge", "price_list_id")
    # What the operator pays for a number, and to whom.
    add_local("tenants_number", "carrier", "carrier_fee", "trunk", "expires_on")
    from tenants.leaving import personal, places

    personal.connect()
    for place in places.PLACES:
        add_place(place)


def sealed_column(table: str, column: str, *, otherwise: Any = lambda: "") -> Codec:
    """A column that holds `tenants.secrets.seal(clear)`; `otherwise` makes a new one where the archive has none."""

    def opened(schema: str, row: dict[str, Any]) -> dict[str, Any]:
        try:
            return {column: unseal(row[column])}
        except SecretUnreadable:
            return {column: ""}

    def closed(schema: str, row: dict[str, Any]) -> dict[str, Any]:
        return {column: seal(row[column] or otherwise())}

    return Codec(table, (column,), opened, closed)


def path_column(table: str, column: str) -> Codec:
    """A relative path that begins with the name of the schema, which may be another elsewhere."""

    def opened(schema: str, row: dict[str, Any]) -> dict[str, Any]:
        path = row[column] or ""
        return {column: f"*/{path.removeprefix(schema + '/')}" if path.startswith(f"{schema}/") else path}

    def closed(schema: str, row: dict[str, Any]) -> dict[str, Any]:
        path = row[column] or ""
        return {column: f"{schema}/{path[2:]}" if path.startswith("*/") else path}

    return Codec(table, (column,), opened, closed, is_secret=False)
