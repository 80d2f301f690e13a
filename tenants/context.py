"""The only place that names a schema: requests, sockets, tasks and facts enter a tenant through here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection as _connection
from django_tenants.utils import get_public_schema_name, get_tenant_model, schema_context, tenant_context

if TYPE_CHECKING:
    from tenants.models import Tenant

# django-tenants' connection knows its schema; Django's types do not know that.
connection: Any = _connection


@contextmanager
def enter(schema_name: str) -> Iterator[None]:
    """Run the block inside one tenant's schema and return to the previous one, whatever happens.

    A context manager only: a schema set and not reset stays for the next user of the thread's connection.
    """
    if connection.schema_name == schema_name:
        # We are there: to leave and come back would only cost the database two questions.
        yield
        return
    with schema_context(schema_name):
        yield


@contextmanager
def enter_as_owner(schema_name: str) -> Iterator[None]:
    """As who made the tables, past the tenant's own role: for what changes tables or their guards."""
    with enter(schema_name), connection.without_fence():
        yield


@contextmanager
def enter_row(tenant: "Tenant") -> Iterator[None]:
    """The same with the tenant's row at hand: `current_tenant` inside is this one, and nobody asks for it again."""
    if connection.tenant is tenant:
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
    return connection.schema_name


def is_public() -> bool:
    return current_schema() == get_public_schema_name()


def current_tenant() -> "Tenant":
    """The tenant of the current schema; raises Tenant.DoesNotExist in the public one."""
    found = connection.tenant
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
