"""Which months are closed, and how a run stands."""

from datetime import date

from django.db.models import Count, Q, QuerySet

from tenants.billing.queries import months_with_charges, tenants_charged
from tenants.closing.models import Close, CloseRun
from tenants.context import every_tenant
from tenants.models import Tenant


def is_closed(tenant: Tenant, month: date) -> bool:
    return Close.objects.filter(tenant=tenant, month=month, state=Close.State.CLOSED).exists()


def closed_months(tenant: Tenant) -> set[date]:
    return set(Close.objects.filter(tenant=tenant, state=Close.State.CLOSED).values_list("month", flat=True))


def last_closed_month(tenant: Tenant) -> date | None:
    closed = Close.objects.filter(tenant=tenant, state=Close.State.CLOSED)
    return closed.order_by("-month").values_list("month", flat=True).first()


def open_months_before(tenant: Tenant, month: date) -> list[date]:
    """Earlier months with charges that are not closed, the oldest first."""
    closed = closed_months(tenant)
    return sorted(each for each in months_with_charges(tenant) if each < month and each not in closed)


def tenants_to_close(month: date) -> list[Tenant]:
    """Open and suspended ones, and closed ones that used something in it; without those whose month is closed."""
    closed = set(Close.objects.filter(month=month, state=Close.State.CLOSED).values_list("tenant", flat=True))
    gone = Tenant.objects.filter(state=Tenant.State.CLOSED, pk__in=tenants_charged(month))
    found = {tenant.pk: tenant for tenant in (*every_tenant(), *gone)}
    return sorted((one for one in found.values() if one.pk not in closed), key=lambda one: (one.name, one.pk))


def running() -> CloseRun | None:
    return CloseRun.objects.filter(state=CloseRun.State.RUNNING).order_by("-pk").first()


def runs() -> QuerySet[CloseRun]:
    """Newest first, each with how its tenants stand."""
    states = {state: Count("closes", filter=Q(closes__state=state)) for state in Close.State.values}
    counted = {f"count_{state}": how_many for state, how_many in states.items()}
    return CloseRun.objects.annotate(steps=Count("closes"), **counted).order_by("-pk")


def has_waiting(run: CloseRun) -> bool:
    return run.closes.filter(state=Close.State.WAITING).exists()
