"""Seats end by themselves. Rights and sessions end at the moment itself; this writes it down and frees the seat."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from tenants.context import enter, every_tenant
from tenants.people.actions.seats import end_seats, tell_of_ends

log = structlog.get_logger()
EVERY = timedelta(seconds=20)


@shared_task(name="people.end_seats_everywhere", expires=EVERY.total_seconds())
def end_seats_everywhere() -> int:
    """One task for all tenants: two short reads each, and in most of them nothing to do."""
    at, ended = timezone.now(), 0
    for tenant in every_tenant():
        try:
            with enter(tenant.schema_name):
                ended += end_seats(at=at)
                tell_of_ends(since=at - EVERY, at=at)
        except Exception:
            # One tenant's trouble must not keep the seats of the others open.
            log.exception("Seats that are over could not be ended", schema=tenant.schema_name)
    return ended


SCHEDULE = {"end seats": {"task": "people.end_seats_everywhere", "schedule": EVERY.total_seconds()}}
