"""Reads of trials and of the checklist of opening."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from tenants.models import Tenant
from tenants.plans.models import OnboardingStep, Standing, Trial
from tenants.plans.queries.modules import today_of
from tenants.plans.steps import BY_KEY

SHOWN_BEFORE = 7
"""Days: from then on every page of those who can act says when the trial ends."""


def trial_of(tenant: Tenant) -> Trial | None:
    return Trial.objects.filter(tenant_id=tenant.pk).first()


def days_of_trial(tenant: Tenant) -> tuple[date, date] | None:
    """The first and the last day on which nothing is paid, however it ended; None where there was none."""
    trial = trial_of(tenant)
    return (today_of(tenant, trial.started_at), trial.ends_on) if trial else None


def days_left(standing: Standing, today: date) -> int | None:
    """Of a running trial; 0 on its last day, None without one."""
    ends = standing.trial_ends_on
    return (ends - today).days if ends else None


@dataclass(frozen=True)
class StepLine:
    step: OnboardingStep
    title: str | Promise
    about: str | Promise


def onboarding_of(tenant: Tenant) -> list[StepLine]:
    lines = []
    for step in OnboardingStep.objects.filter(tenant_id=tenant.pk).order_by("position"):
        known = BY_KEY.get(step.key)
        lines.append(StepLine(step, known.title if known else step.key, known.about if known else ""))
    return lines
