"""Every hour, as midnight comes to one tenant after the other: what is due happens, what comes near is told."""

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from tenants.contracts.actions.carrying import carry_out_what_is_due
from tenants.contracts.actions.quotes import expire_quotes
from tenants.contracts.actions.reminders import remind

SCHEDULE = {
    "contracts: follow the days": {"task": "contracts.follow_the_days", "schedule": crontab(minute="2")},
}


@shared_task(name="contracts.follow_the_days")
def follow_the_days() -> None:
    at = timezone.now()
    carry_out_what_is_due(at=at)
    expire_quotes(at=at)
    remind(at=at)
