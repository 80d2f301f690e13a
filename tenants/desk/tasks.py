"""Every morning: who has a paper that runs out is told."""

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from tenants.desk.actions import tell_ending_papers

SCHEDULE = {
    "tell which papers run out": {
        "task": "desk.tell_ending_papers",
        "schedule": crontab(hour=2, minute=50),
    }
}


@shared_task(name="desk.tell_ending_papers")
def tell_which_papers_end() -> int:
    return tell_ending_papers(at=timezone.now())
