"""Modules switched on and off, and the standing that every door asks."""

from datetime import datetime

from django.db import transaction

from tenants.context import enter, enter_public, every_tenant
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.plans.models import Brand, ModuleChange, Standing, Trial
from tenants.plans.modules import Module
from tenants.plans.queries import modules_of, terms_on, today_of


@transaction.atomic
def switch_module(
    *, tenant_id: int, module: str, is_on: bool, at: datetime, by_name: str = "", reason: str = ""
) -> bool:
    """True when it changed. Pages and programs see it at their next request; who is in a talk does not."""
    with enter_public():
        tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)
        if (module in modules_of(tenant, at)) is is_on:
            return False
        ModuleChange.objects.create(
            tenant=tenant, module=Module(module), is_on=is_on, at=at, by_name=by_name, reason=reason
        )
        settle(tenant=tenant, at=at)
        told = {"module": module, "is_on": is_on}
        record_audit(verb="switched a module", subject=tenant, after=told, reason=reason)
    if tenant.has_schema:
        # The tenant reads in its own log what was done to it, and by whom.
        with enter(tenant.schema_name):
            record_audit(verb="switched a module", subject=tenant, after=told, reason=reason)
    return True


@transaction.atomic
def settle(*, tenant: Tenant, at: datetime) -> Standing:
    """Make the standing anew from everything that says something about it; the same again changes nothing."""
    with enter_public():
        values = _gathered(tenant, at)
        found, made = Standing.objects.get_or_create(tenant=tenant, defaults=values)
        changed = [name for name, value in values.items() if getattr(found, name) != value]
        if not made and changed:
            for name in changed:
                setattr(found, name, values[name])
            found.save(update_fields=changed)
    return found


def settle_all(*, at: datetime) -> int:
    """Contracts begin and end with the days: every tenant's standing, in the public schema alone."""
    with enter_public():
        tenants = every_tenant()
        for tenant in tenants:
            settle(tenant=tenant, at=at)
    return len(tenants)


def _gathered(tenant: Tenant, at: datetime) -> dict[str, object]:
    terms = terms_on(tenant, today_of(tenant, at))
    trial = Trial.objects.filter(tenant=tenant, state=Trial.State.RUNNING).first()
    brand = Brand.objects.filter(tenant=tenant).first()
    here = modules_of(tenant, at)
    return {
        "modules_off": [module for module in Module.values if module not in here],
        "calls_at_once": terms.calls_at_once if terms else None,
        "requests_per_day": terms.requests_per_day if terms else None,
        "trial_ends_on": trial.ends_on if trial else None,
        "product_name": brand.product_name if brand else "",
        "accent": brand.accent if brand else "",
        "logo": brand.fingerprint if brand else "",
    }
