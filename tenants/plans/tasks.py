"""What the days change: contracts that begin or end, trials that are over. All in the public schema."""

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from tenants.plans.actions import settle_all
from tenants.plans.actions.trials import end_due_trials


@shared_task(name="tenants.plans.follow_the_days")
def follow_the_days() -> None:
    at = timezone.now()
    end_due_trials(at=at)
    settle_all(at=at)


SCHEDULE = {
    "plans: follow the days": {"task": "tenants.plans.follow_the_days", "schedule": crontab(minute="5")},
}
