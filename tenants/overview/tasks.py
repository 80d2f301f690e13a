"""The fleet's days are counted every five minutes: one statement for all tenants, none of their schemas is woken."""

from celery import shared_task
from django.utils import timezone

from tenants.context import enter_public
from tenants.overview.actions import AT_ONCE, count_days

EVERY = 300.0


@shared_task(name="overview.count_days", expires=EVERY)
def count_days_of_fleet() -> int:
    counted = 0
    with enter_public():
        while (now := count_days(at=timezone.now())) > 0:
            counted += now
            if now < AT_ONCE:
                break
    return counted


SCHEDULE = {"count the fleet's days": {"task": "overview.count_days", "schedule": EVERY}}
