"""The only place that names a schema: requests, sockets, tasks and facts enter a tenant through here."""

from asyncio import _get_running_loop
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import connection as _connection
from django_tenants.utils import get_public_schema_name, get_tenant_model, schema_context, tenant_context

if TYPE_CHECKING:
    from tenants.models import Tenant

# django-tenants' connection knows its schema; Django's types do not know that.
connection: Any = _connection


_of_this_thread: Any = connections._connections._storage  # type: ignore[attr-defined]


def here() -> Any:
    """This thread's connection. Django's proxy looks for an event loop at each touch, which costs ten times the touch,
    and a telephony worker touches it some hundred times for one call.
    """
    if _get_running_loop() is None:
        found = getattr(_of_this_thread, DEFAULT_DB_ALIAS, None)
        if found is not None:
            return found
    return connections[DEFAULT_DB_ALIAS]


class _Entered:
    """What `enter` gives: it looks where we are when the block begins."""

    __slots__ = ("_context", "_schema_name")

    def __init__(self, schema_name: str) -> None:
        self._schema_name = schema_name
        self._context: Any = None

    def __enter__(self) -> None:
        # Where we are there already, to leave and come back would only cost the database two questions.
        if here().schema_name != self._schema_name:
            self._context = schema_context(self._schema_name)
            self._context.__enter__()

    def __exit__(self, *exc: object) -> None:
        if self._context is not None:
            self._context.__exit__(*exc)


def enter(schema_name: str) -> AbstractContextManager[None]:
    """Run the block inside one tenant's schema and return to the previous one, whatever happens.

    A context manager only: a schema set and not reset stays for the next user of the thread's connection.
    """
    return _Entered(schema_name)


@contextmanager
def enter_as_owner(schema_name: str) -> Iterator[None]:
    """As who made the tables, past the tenant's own role: for what changes tables or their guards."""
    with enter(schema_name), connection.without_fence():
        yield


@contextmanager
def enter_row(tenant: "Tenant") -> Iterator[None]:
    """The same with the tenant's row at hand: `current_tenant` inside is this one, and nobody asks for it again."""
    if here().tenant is tenant:
        yield
        return
    with tenant_context(tenant):
        yield


@contextmanager
def enter_public() -> Iterator[None]:
    """Run the block where tenants, plans, numbers and invoices live."""
    with schema_context(get_public_schema_name()):
        yield


def current_schema() -> str:
    return here().schema_name


def is_public() -> bool:
    return current_schema() == get_public_schema_name()


def current_tenant() -> "Tenant":
    """The tenant of the current schema; raises Tenant.DoesNotExist in the public one."""
    found = here().tenant
    if isinstance(found, get_tenant_model()):
        return found
    return get_tenant_model().objects.get(schema_name=current_schema())


def every_active_tenant() -> "list[Tenant]":
    """Tenants whose people may work now, by name of their schema; enter each one yourself."""
    tenants = get_tenant_model().objects
    return list(
        tenants.filter(state="active").exclude(schema_name=get_public_schema_name()).order_by("schema_name")
    )


def every_closed_tenant() -> "list[Tenant]":
    """Closed ones whose schema is still there: what they left is kept until its time is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace")
        there = [name for (name,) in cursor.fetchall()]
    closed = get_tenant_model().objects.filter(state="closed", schema_name__in=there)
    return list(closed.exclude(schema_name=get_public_schema_name()).order_by("schema_name"))


def every_tenant() -> "list[Tenant]":
    """Tenants that have a schema, suspended ones included: their ended calls still owe a record."""
    tenants = get_tenant_model().objects.filter(state__in=("active", "suspended"))
    return list(tenants.exclude(schema_name=get_public_schema_name()).order_by("schema_name"))
