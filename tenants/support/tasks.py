"""Support goes by itself: its rights are over at the moment; this writes it down and takes the banner away."""

from celery import shared_task
from django.utils import timezone

from tenants.support import queries
from tenants.support.actions import ANSWERED_WITHIN, end_access


@shared_task(name="support.end_accesses", expires=20)
def end_accesses() -> int:
    """Two short questions to one table: no tenant is woken for nothing."""
    now = timezone.now()
    found = [*queries.over(now), *queries.unanswered(now - ANSWERED_WITHIN)]
    for access in found:
        end_access(access_id=access.pk, by="", at=now)
    return len(found)


SCHEDULE = {"support: end accesses": {"task": "support.end_accesses", "schedule": 20.0}}
