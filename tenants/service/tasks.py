"""Credits of the month that is over, early each day: booked on the first of them, on the others nothing is left."""

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from tenants.service.actions.credits import settle_last_month

SCHEDULE = {
    "service: settle availability": {
        "task": "service.settle_availability",
        "schedule": crontab(hour="2", minute="40"),
    }
}


@shared_task(name="service.settle_availability")
def settle_availability() -> int:
    """Before the drafts of the night are made (billing)."""
    return settle_last_month(at=timezone.now())
