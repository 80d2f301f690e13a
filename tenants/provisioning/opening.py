"""Runs the steps of opening in order, each once, each in its row; a failed one is taken up by running again."""

from collections.abc import Callable

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.context import enter, enter_public
from tenants.errors import DomainError
from tenants.events import TenantOpened, emit
from tenants.mails.actions import invite_first
from tenants.models import ProvisioningStep, Tenant
from tenants.people.actions import create_member, record_audit
from tenants.people.models import Role
from tenants.provisioning.schemas import make_schema
from tenants.provisioning.turns import OPENING, try_turn

log = structlog.get_logger()
Step = ProvisioningStep.Name


def provision(tenant_id: int) -> bool:
    """Bring the tenant from where its opening stopped to open doors; False when a step failed or another runs it."""
    with enter_public():
        tenant = Tenant.objects.get(pk=tenant_id)
        if tenant.state != Tenant.State.PROVISIONING:
            return True
        with try_turn(OPENING, tenant_id) as is_ours:
            return is_ours and all(
                _run(tenant, step) for step in tenant.provisioning_steps.exclude(state="done")
            )


def openings_left() -> list[int]:
    """Tenants being opened without a failed step, oldest first."""
    with enter_public():
        waiting = Tenant.objects.filter(state=Tenant.State.PROVISIONING).exclude(
            provisioning_steps__state="failed"
        )
        return list(waiting.order_by("id").values_list("pk", flat=True))


def _run(tenant: Tenant, step: ProvisioningStep) -> bool:
    _note(step, state="running", started_at=timezone.now(), ended_at=None, tries=step.tries + 1, error="")
    try:
        WORK[step.name](tenant, step)
    except Exception as error:
        # The step's row is where the operator looks; the worker must live to note it.
        log.exception("A step of opening a tenant failed", step=step.name, schema=tenant.schema_name)
        _note(step, state="failed", ended_at=timezone.now(), error=_plain_reason(error))
        return False
    _note(step, state="done", ended_at=timezone.now())
    return True


def _plain_reason(error: Exception) -> str:
    if isinstance(error, DomainError):
        return error.message[:500]
    return f"{type(error).__name__}: {error}".splitlines()[0][:500]


def _note(step: ProvisioningStep, **values: object) -> None:
    for name, value in values.items():
        setattr(step, name, value)
    step.save(update_fields=list(values))


def _make_schema(tenant: Tenant, step: ProvisioningStep) -> None:
    step.details["how"] = make_schema(tenant.schema_name)
    step.save(update_fields=["details"])


def _create_admin(tenant: Tenant, step: ProvisioningStep) -> None:
    first = step.details
    with enter(tenant.schema_name):
        create_member(
            username=first["username"],
            name=first["name"],
            email=first.get("email", ""),
            roles=[Role.OWNER, Role.ADMIN],
            language=tenant.language,
        )


def _set_defaults(tenant: Tenant, step: ProvisioningStep) -> None:
    """What every tenant begins with; each floor adds its own by reacting to TenantOpened."""
    with enter(tenant.schema_name):
        record_audit(verb="opened", subject=f"tenants.tenant:{tenant.pk}", after={"name": tenant.name})


class NoDomain(DomainError):
    """The tenant has no host name. Add one, then run the opening again."""


def _check_domain(tenant: Tenant, step: ProvisioningStep) -> None:
    if not tenant.host:
        raise NoDomain


@transaction.atomic
def _open_doors(tenant: Tenant, step: ProvisioningStep) -> None:
    """The last step: until here the host answers as if there were nobody, so no one sees half a tenant."""
    tenant.move_to(Tenant.State.ACTIVE, timezone.now())
    tenant.save(update_fields=["state", "state_since", "state_reason"])
    record_audit(
        verb="opened", subject=tenant, after={"state": tenant.state, "schema_name": tenant.schema_name}
    )
    invite_first(tenant=tenant, at=tenant.state_since)
    emit(TenantOpened(occurred_at=tenant.state_since, tenant_id=tenant.pk))


WORK: dict[str, Callable[[Tenant, ProvisioningStep], None]] = {
    Step.SCHEMA: _make_schema,
    Step.ADMIN: _create_admin,
    Step.DEFAULTS: _set_defaults,
    Step.DOMAIN: _check_domain,
    Step.OPEN: _open_doors,
}


def progress_words(tenant: Tenant) -> str:
    """ "3 of 5 · Set the defaults" for lists."""
    steps = list(tenant.provisioning_steps.all())
    done = sum(step.state == "done" for step in steps)
    current = next((step for step in steps if step.state != "done"), None)
    if current is None:
        return ""
    return _("%(done)s of %(all)s · %(step)s: %(state)s") % {
        "done": done,
        "all": len(steps),
        "step": current.get_name_display(),
        "state": current.get_state_display(),
    }
