"""django-tenants' connection, with a second fence, and given back before its backend remembers too many tenants.

Whoever enters a tenant's schema becomes that tenant's role in the same trip (`tenants.provisioning.fence`): SQL that
names another tenant's schema is then refused by the database itself. Migrations make and change tables, so they stay
the owner; django-tenants tells them by `include_public=False`.

A backend keeps what it learnt of every table it ever touched and never gives that memory back: 442 MB after twenty
tables of a thousand tenants (measured). So a pooled connection that has been in many schemas is closed when it
comes back, and the pool makes a new one.

A telephony worker leaves and enters the same tenant many times for one call. The session is not told to go where it
still stands: what it was told last is remembered, and forgotten with every undoing of a transaction, because PostgreSQL
takes a SET back with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.utils import DatabaseError
from django_tenants.postgresql_backend import base
from django_tenants.utils import get_limit_set_calls, get_public_schema_name

from tenants.postgresql.introspection import Introspection
from tenants.postgresql.moments import MomentLoader

MOST_SCHEMAS = 36
"""A table looked at keeps some 22 kB: the twenty of a request in 36 tenants 20 MB, all of their tables 110 MB."""
MOST_PREPARED = 300
"""Statements a session keeps: those of a call are some fifty, and an update has as many shapes as columns change."""
ROLE_PREFIX = "cc_"
_FAILED = psycopg.pq.TransactionStatus.INERROR
FIRST_WITH_SET = 160_000
"""From PostgreSQL 16 on, being a member of a role and being allowed to become it are two things."""


class PreparingCursor(ServerBindingCursor):
    """The server keeps what it was asked with values parsed and planned, and asks nobody to quote them."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        return super().execute(query, params, prepare=params is not None, **how)  # type: ignore[misc]


class DatabaseWrapper(base.DatabaseWrapper):
    is_fence_down = False
    _is_preparing = False
    _told: tuple[Any, str] = (None, "")
    """The session and by which statement it stands where it stands."""
    search_path_set_schemas: list[str] | None
    _setting_search_path: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.introspection = Introspection(self)

    def _handle_search_path(self, cursor: Any = None) -> None:
        """As django-tenants has it, and in the same trip the role."""
        if self._setting_search_path or (get_limit_set_calls() and self.search_path_set_schemas):
            return
        wanted = self._get_cursor_search_paths()
        way = f"SET search_path = {','.join(map(_quoted, wanted))}{self._and_role()}"
        if self._told == (self.connection, way) and settings.DATABASE_FENCE == "off":
            self.search_path_set_schemas = wanted
            return
        self._setting_search_path, self._told = True, (None, "")
        own = self.connection.cursor() if cursor is None else cursor
        try:
            own.execute(way)
        except (DatabaseError, psycopg.Error):
            # In a transaction that has failed already nothing can be set, and nothing else can be asked either.
            self.search_path_set_schemas = None
            if self.connection.info.transaction_status != _FAILED:
                raise
        else:
            self.search_path_set_schemas, self._told = wanted, (self.connection, way)
            self.connection.__dict__.setdefault("schemas_seen", set()).add(self.schema_name)
        finally:
            self._setting_search_path = False
            if cursor is None:
                own.close()

    def get_connection_params(self) -> dict[str, Any]:
        wanted: dict[str, Any] = super().get_connection_params()
        if self.timezone == MomentLoader.timezone:
            wanted["context"].register_loader("timestamptz", MomentLoader)
        return wanted

    def preparing_cursor(self) -> Any:
        """For statements asked again and again. When a schema is entered in between, the server plans them anew."""
        self._is_preparing = True
        try:
            return self.cursor()
        finally:
            self._is_preparing = False

    def create_cursor(self, name: str | None = None) -> Any:
        # Where queries are written down, they are wanted with their values.
        if name is not None or not self._is_preparing or self.queries_logged:
            return super().create_cursor(name)
        # Django leaves preparing off; its own cursors, which put values into the text, never prepare.
        self.connection.prepare_threshold, self.connection.prepared_max = 0, MOST_PREPARED
        return PreparingCursor(self.connection)  # type: ignore[call-arg]

    def _and_role(self) -> str:
        """The tenant's role where there is one that we may become, else ourselves."""
        if settings.DATABASE_FENCE == "off":
            return ""
        if (
            self.schema_name == get_public_schema_name()
            or not self.include_public_schema
            or self.is_fence_down
        ):
            return "; SET ROLE NONE"
        role = f"'{ROLE_PREFIX}{self.schema_name}'"
        kind = "SET" if self.connection.info.server_version >= FIRST_WITH_SET else "MEMBER"
        return (
            f"; SELECT set_config('role', CASE WHEN pg_has_role(session_user, to_regrole({role}), '{kind}')"
            f" THEN {role} ELSE 'none' END, false)"
        )

    @contextmanager
    def without_fence(self) -> Iterator[None]:
        """For what changes tables themselves, inside a tenant's schema."""
        self.is_fence_down, self.search_path_set_schemas = True, None
        try:
            yield
        finally:
            self.is_fence_down, self.search_path_set_schemas = False, None

    def rollback(self) -> None:
        self._told = (None, "")
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            self._told = (None, "")

    def _commit(self) -> None:
        if self.connection is not None and self.connection.info.transaction_status == _FAILED:
            # A transaction in which something failed unseen: its COMMIT undoes it.
            self._told, self.search_path_set_schemas = (None, ""), None
        super()._commit()

    def _close(self) -> None:
        self._told = (None, "")
        seen = getattr(self.connection, "schemas_seen", ())
        if len(seen) > MOST_SCHEMAS and self.pool:
            # The pool throws a closed connection away and fills its place in the background.
            self.connection.close()
        super()._close()


def _quoted(schema: str) -> str:
    """django-tenants has checked what it is made of."""
    return '"' + schema.replace('"', '""') + '"'
