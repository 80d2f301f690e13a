"""Trials: begun with the tenant, told of before they end, then suspended; prolonged, made a contract, or closed."""

from datetime import date, datetime, timedelta

from django.db import transaction

from tenants.actions import close_tenant, resume_tenant, suspend_tenant
from tenants.context import enter_public
from tenants.errors import BadInput
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.plans.actions.modules import settle
from tenants.plans.errors import NoContractYet, TrialIsOver
from tenants.plans.models import Trial
from tenants.plans.queries import today_of
from tenants.queries import contract_on

ENDED = "The trial has ended"
"""Stands as the reason of the suspension; the operator's list shows it."""


@transaction.atomic
def start_trial(*, tenant: Tenant, ends_on: date, keep_days: int, at: datetime) -> Trial:
    """A second time changes nothing."""
    with enter_public():
        trial, made = Trial.objects.get_or_create(
            tenant=tenant, defaults={"ends_on": ends_on, "keep_days": keep_days, "started_at": at}
        )
        if made:
            record_audit(
                verb="began a trial", subject=tenant, after={"ends_on": ends_on, "keep_days": keep_days}
            )
            settle(tenant=tenant, at=at)
    return trial


@transaction.atomic
def prolong_trial(*, tenant_id: int, ends_on: date, at: datetime) -> None:
    """To a later day; who was suspended by its end goes on. Raises TrialIsOver, BadInput."""
    with enter_public():
        trial = _locked(tenant_id)
        tenant = trial.tenant
        if trial.state not in (Trial.State.RUNNING, Trial.State.ENDED):
            raise TrialIsOver
        if ends_on < today_of(tenant, at):
            raise BadInput(field="ends_on")
        before = {"ends_on": trial.ends_on, "state": trial.state}
        was_ended = trial.state == Trial.State.ENDED
        trial.state, trial.ends_on, trial.ended_at = Trial.State.RUNNING, ends_on, None
        trial.save()
        record_audit(verb="prolonged the trial", subject=tenant, before=before, after={"ends_on": ends_on})
        if was_ended and tenant.state == Tenant.State.SUSPENDED:
            resume_tenant(tenant_id=tenant.pk, at=at)
        settle(tenant=tenant, at=at)


@transaction.atomic
def turn_into_contract(*, tenant_id: int, at: datetime) -> None:
    """The contract for today or later stands already; nothing of the trial's data is touched. Raises NoContractYet."""
    with enter_public():
        trial = _locked(tenant_id)
        tenant = trial.tenant
        if trial.state not in (Trial.State.RUNNING, Trial.State.ENDED):
            raise TrialIsOver
        day = max(trial.ends_on, today_of(tenant, at)) + timedelta(days=1)
        if contract_on(tenant, day) is None:
            raise NoContractYet
        was_ended = trial.state == Trial.State.ENDED
        trial.state = Trial.State.CONVERTED
        trial.save()
        record_audit(verb="turned the trial into a contract", subject=tenant)
        if was_ended and tenant.state == Tenant.State.SUSPENDED:
            resume_tenant(tenant_id=tenant.pk, at=at)
        settle(tenant=tenant, at=at)


def end_due_trials(*, at: datetime) -> int:
    """Each in its own transaction: suspended after its last day, closed when its data was kept long enough."""
    with enter_public():
        ids = list(
            Trial.objects.filter(state__in=("running", "ended"))
            .order_by("pk")
            .values_list("tenant_id", flat=True)
        )
    return sum(_end_if_due(tenant_id, at) for tenant_id in ids)


@transaction.atomic
def _end_if_due(tenant_id: int, at: datetime) -> bool:
    with enter_public():
        trial = _locked(tenant_id)
        tenant, today = trial.tenant, today_of(trial.tenant, at)
        if trial.state == Trial.State.RUNNING and today > trial.ends_on:
            trial.state, trial.ended_at = Trial.State.ENDED, at
            trial.save()
            if tenant.state == Tenant.State.ACTIVE:
                suspend_tenant(tenant_id=tenant.pk, at=at, reason=ENDED)
            settle(tenant=tenant, at=at)
            return True
        if trial.state == Trial.State.ENDED and today > trial.ends_on + timedelta(days=trial.keep_days):
            trial.state = Trial.State.CLOSED
            trial.save()
            if tenant.state == Tenant.State.SUSPENDED:
                close_tenant(tenant_id=tenant.pk, at=at, reason=ENDED)
            return True
    return False


def _locked(tenant_id: int) -> Trial:
    return Trial.objects.select_for_update(of=("self",)).select_related("tenant").get(tenant_id=tenant_id)
