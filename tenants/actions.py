"""Every write about a tenant: opening, suspending, resuming, closing, moving to another cell."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants.context import enter_public, enter_row
from tenants.errors import BadInput, DomainError
from tenants.events import (
    Event,
    TenantClosed,
    TenantResumed,
    TenantSuspended,
    emit,
)
from tenants.lending import take_number_back
from tenants.models import (
    HOST_NAME,
    SCHEMA_NAME,
    Contract,
    Domain,
    Number,
    Plan,
    Sla,
    Tenant,
)
from tenants.models import ProvisioningStep as Step
from tenants.people.actions import record_audit
from tenants.provisioning.ready import PREFIX
from tenants.provisioning.schemas import end_all_sessions
from tenants.tasks import send_to_be_provisioned

RESERVED_SCHEMAS = ("pg_", "tenant_template", "public", PREFIX, "canary_house")


class TenantNotOpen(DomainError):
    """Only an open tenant can be suspended."""


class TenantNotSuspended(DomainError):
    """Only a suspended tenant can be resumed."""


class TenantStillOpen(DomainError):
    """Suspend the tenant first; closing is for good."""


@dataclass(frozen=True)
class FirstAdmin:
    username: str
    name: str
    email: str = ""


@dataclass(frozen=True)
class Terms:
    """Plan, dates (both included; no end = until ended), seats and SLA of the first contract."""

    plan: Plan
    starts_on: date
    seats: int
    ends_on: date | None = None
    sla: Sla | None = None
    reference: str = ""


@transaction.atomic
def open_tenant(
    *,
    name: str,
    schema_name: str,
    domain: str,
    admin: FirstAdmin,
    terms: Terms,
    language: str = "en",
    country: str = "GB",
    time_zone: str = "Europe/London",
    currency: str = "GBP",
    begin: bool = True,
) -> Tenant:
    """Take the order for a tenant; its steps then run in a task. The same schema again gives the same tenant."""
    found = Tenant.objects.filter(schema_name=schema_name).first()
    if found:
        return found
    _refuse_bad_names(schema_name, domain)
    tenant = Tenant.objects.create(
        name=name,
        schema_name=schema_name,
        language=language,
        country=country,
        time_zone=time_zone,
        currency=currency,
    )
    Domain.objects.create(tenant=tenant, domain=domain, is_primary=True)
    Contract.objects.create(tenant=tenant, **{n: getattr(terms, n) for n in Terms.__dataclass_fields__})
    _plan_steps(tenant, admin)
    record_audit(
        verb="ordered", subject=tenant, after={"name": name, "domain": domain, "plan": terms.plan.code}
    )
    if begin:
        transaction.on_commit(lambda: send_to_be_provisioned(tenant.pk))
    return tenant


def _refuse_bad_names(schema_name: str, domain: str) -> None:
    if not _fits(SCHEMA_NAME, schema_name) or schema_name.startswith(RESERVED_SCHEMAS):
        raise BadInput(SCHEMA_NAME.message, field="schema_name")
    if not _fits(HOST_NAME, domain):
        raise BadInput(HOST_NAME.message, field="domain")
    if Domain.objects.filter(domain=domain).exists():
        raise BadInput(_("This host name belongs to another tenant."), field="domain")


def _fits(rule: RegexValidator, value: str) -> bool:
    try:
        rule(value)
    except ValidationError:
        return False
    return True


def _plan_steps(tenant: Tenant, admin: FirstAdmin) -> None:
    for position, name in enumerate(Step.Name.values, start=1):
        details = asdict(admin) if name == Step.Name.ADMIN else {}
        Step.objects.create(tenant=tenant, position=position, name=name, details=details)


def run_opening_again(*, tenant: Tenant) -> None:
    """After a failure: the steps that are done stay done."""
    record_audit(verb="opening run again", subject=tenant)
    transaction.on_commit(lambda: send_to_be_provisioned(tenant.pk))


@transaction.atomic
def suspend_tenant(*, tenant_id: int, at: datetime, reason: str = "") -> None:
    """People are signed out and locked out, callers hear a notice; nothing is lost."""
    if _move(tenant_id, Tenant.State.SUSPENDED, at, reason, TenantSuspended, TenantNotOpen, of=("active",)):
        end_all_sessions(Tenant.objects.values_list("schema_name", flat=True).get(pk=tenant_id))


@transaction.atomic
def house_tenant(*, tenant_id: int, cell: str, reason: str = "") -> str:
    """From now on this cell decides about the tenant's calls; the name of the one that did."""
    with enter_public():
        tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
        before, tenant.cell = tenant.cell, cell
        tenant.save(update_fields=["cell"])
        record_audit(
            verb="moved to another cell",
            subject=tenant,
            before={"cell": before},
            after={"cell": cell},
            reason=reason,
        )
    with enter_row(tenant):
        record_audit(
            verb="moved to another cell",
            subject=tenant.name,
            before={"cell": before},
            after={"cell": cell},
            reason=reason,
        )
    return before


def resume_tenant(*, tenant_id: int, at: datetime) -> None:
    _move(tenant_id, Tenant.State.ACTIVE, at, "", TenantResumed, TenantNotSuspended, of=("suspended",))


@transaction.atomic
def close_tenant(*, tenant_id: int, at: datetime, reason: str = "") -> None:
    """For good: numbers go back to the inventory, contracts end, the data stays until its retention is over."""
    states = ("suspended", "provisioning")
    if _move(tenant_id, Tenant.State.CLOSED, at, reason, TenantClosed, TenantStillOpen, of=states):
        _end_terms(tenant_id, at)


@transaction.atomic
def _move(
    tenant_id: int,
    state: str,
    at: datetime,
    reason: str,
    event: Callable[..., Event],
    refusal: type[DomainError],
    *,
    of: tuple[str, ...],
) -> bool:
    """True when the state changed, False when it was so already; the refusal from any other state."""
    with enter_public():
        tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
        if tenant.state == state:
            return False
        if tenant.state not in of:
            raise refusal
        before = {"state": tenant.state}
        tenant.move_to(state, at, reason)
        tenant.save(update_fields=["state", "state_since", "state_reason"])
        record_audit(
            verb=state if state != "active" else "resumed",
            subject=tenant,
            before=before,
            after={"state": state},
            reason=reason,
        )
        emit(event(occurred_at=at, tenant_id=tenant_id))
    return True


@transaction.atomic
def _end_terms(tenant_id: int, at: datetime) -> None:
    with enter_public():
        for number in Number.objects.filter(tenant_id=tenant_id):
            take_number_back(number_id=number.pk, at=at)
        for contract in Contract.objects.select_related("tenant").filter(tenant_id=tenant_id):
            day = contract.tenant.day_of(at)
            if contract.starts_on <= day and (contract.ends_on is None or contract.ends_on > day):
                contract.ends_on = day
                contract.save(update_fields=["ends_on"])
