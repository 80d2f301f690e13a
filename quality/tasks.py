"""Celery shells of quality: each minute, talks that wait are listened to; the tenant travels by tenants.tasks."""

import time

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from quality.actions.phrases import listen_on, take_in_talks
from quality.queries.phrases import phrase_listening
from tenants.context import current_schema, enter_public
from tenants.tasks import for_every_tenant, tenant_task

TURN = 20.0
"""Seconds of a minute that one tenant's talks may cost. The next turn takes up what is left."""
EVERYBODYS = "quality:somebody-listens"
LONGEST = 120.0


@tenant_task(name="quality.listen_for_phrases", expires=60)
def listen_for_phrases() -> int:
    """One tenant at a time on the whole installation: whatever the heap, the other tasks keep their processes."""
    if not phrase_listening().is_on:
        return 0
    take_in_talks(at=timezone.now())
    schema = current_schema()
    with enter_public():
        if not cache.add(EVERYBODYS, schema, LONGEST):
            return 0
    end = time.monotonic() + TURN
    try:
        return listen_on(at=timezone.now, until=lambda: time.monotonic() >= end)
    finally:
        with enter_public():
            cache.delete(EVERYBODYS)


@shared_task(name="quality.listen_for_phrases_everywhere", expires=60)
def listen_for_phrases_everywhere() -> int:
    return for_every_tenant(listen_for_phrases)


SCHEDULE = {
    "listen for phrases": {"task": "quality.listen_for_phrases_everywhere", "schedule": 60.0},
}
