"""What is done with an order beside the tenant itself: its modules by direction, its checklist; and each step's end."""

from datetime import date, datetime, timedelta

from django.db import transaction

from tenants.context import enter_public
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.plans.actions.modules import settle, switch_module
from tenants.plans.models import OnboardingStep, Preset
from tenants.plans.modules import Module
from tenants.plans.queries import today_of
from tenants.plans.steps import NEEDED_FOR_OUTBOUND, STEPS

OFF_BY_DIRECTION = {
    Preset.Direction.INBOUND: (Module.DIALLING,),
    Preset.Direction.OUTBOUND: (Module.INBOUND, Module.FLOWS),
    Preset.Direction.MIXED: (),
}


@transaction.atomic
def apply_preset(*, tenant: Tenant, trade: str, direction: str, at: datetime) -> Preset:
    """Modules that the direction does not need are off (and can be switched on); the checklist stands. Only once."""
    with enter_public():
        preset, made = Preset.objects.get_or_create(
            tenant=tenant, defaults={"trade": trade, "direction": direction}
        )
        if not made:
            return preset
        for module in OFF_BY_DIRECTION[Preset.Direction(direction)]:
            switch_module(tenant_id=tenant.pk, module=module, is_on=False, at=at, reason="preset")
        plan_onboarding(tenant=tenant, starts_on=today_of(tenant, at), direction=direction)
        settle(tenant=tenant, at=at)
    return preset


def plan_onboarding(*, tenant: Tenant, starts_on: date, direction: str) -> None:
    wanted = [
        step for step in STEPS if direction != Preset.Direction.OUTBOUND or step.key in NEEDED_FOR_OUTBOUND
    ]
    OnboardingStep.objects.bulk_create(
        [
            OnboardingStep(
                tenant=tenant,
                position=position,
                key=step.key,
                side=step.side,
                due_on=starts_on + timedelta(days=step.days),
            )
            for position, step in enumerate(wanted, start=1)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def finish_step(*, tenant_id: int, step_id: int, by_name: str, at: datetime) -> None:
    """By whoever says so, with the name; a second time changes nothing."""
    with enter_public():
        step = OnboardingStep.objects.select_for_update().get(pk=step_id, tenant_id=tenant_id)
        if step.done_at is None:
            step.done_at, step.done_by = at, by_name
            step.save(update_fields=["done_at", "done_by"])
            record_audit(verb="finished", subject=step, after={"step": step.key})


@transaction.atomic
def reopen_step(*, tenant_id: int, step_id: int) -> None:
    with enter_public():
        step = OnboardingStep.objects.select_for_update().get(pk=step_id, tenant_id=tenant_id)
        if step.done_at is not None:
            step.done_at, step.done_by = None, ""
            step.save(update_fields=["done_at", "done_by"])
            record_audit(verb="reopened", subject=step, after={"step": step.key})


@transaction.atomic
def plan_step(*, tenant_id: int, step_id: int, owner: str, due_on: date) -> None:
    """Who answers for it, and until when."""
    with enter_public():
        step = OnboardingStep.objects.select_for_update().get(pk=step_id, tenant_id=tenant_id)
        before = {"owner": step.owner, "due_on": step.due_on}
        if before != {"owner": owner, "due_on": due_on}:
            step.owner, step.due_on = owner, due_on
            step.save(update_fields=["owner", "due_on"])
            record_audit(
                verb="changed", subject=step, before=before, after={"owner": owner, "due_on": due_on}
            )
