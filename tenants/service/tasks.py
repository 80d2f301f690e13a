"""Celery shells: credits of the month that is over, early each day (booked on the first of them, on the others nothing
is left), and mails to support.
"""

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from tenants.service import fetching
from tenants.service.actions.credits import settle_last_month
from tenants.service.actions.mailbox import forget_fetched

SCHEDULE = {
    "service: settle availability": {
        "task": "service.settle_availability",
        "schedule": crontab(hour="2", minute="40"),
    },
    "service: fetch mails": {
        "task": "service.fetch_mails",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "service: forget fetched mails": {
        "task": "service.forget_fetched_mails",
        "schedule": crontab(hour="4", minute="17"),
    },
}


@shared_task(name="service.settle_availability")
def settle_availability() -> int:
    """Before the drafts of the night are made (billing)."""
    return settle_last_month(at=timezone.now())


@shared_task(name="service.fetch_mails")
def fetch_mails() -> int:
    return fetching.fetch_due()


@shared_task(name="service.forget_fetched_mails")
def forget_fetched_mails() -> int:
    """What they became stays; here only which of them were looked at."""
    return forget_fetched(timezone.now())
