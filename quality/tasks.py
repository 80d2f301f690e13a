"""Celery shells of quality: each minute, talks that wait are listened to; the tenant travels by tenants.tasks."""

import time

from celery import shared_task
from django.utils import timezone

from quality.actions.phrases import listen_on, take_in_talks
from quality.listening_turn import turn
from quality.queries.phrases import phrase_listening
from tenants.tasks import for_every_tenant, tenant_task

TURN = 20.0
"""Seconds of a minute that one tenant's talks may cost. The next turn takes up what is left."""


@tenant_task(name="quality.listen_for_phrases", expires=60)
def listen_for_phrases() -> int:
    """One tenant at a time on the whole installation: whatever the heap, the other tasks keep their processes."""
    if not phrase_listening().is_on:
        return 0
    take_in_talks(at=timezone.now())
    with turn() as is_ours:
        end = time.monotonic() + TURN
        return listen_on(at=timezone.now, until=lambda: time.monotonic() >= end) if is_ours else 0


@shared_task(name="quality.listen_for_phrases_everywhere", expires=60)
def listen_for_phrases_everywhere() -> int:
    return for_every_tenant(listen_for_phrases)


SCHEDULE = {
    "listen for phrases": {"task": "quality.listen_for_phrases_everywhere", "schedule": 60.0},
}
