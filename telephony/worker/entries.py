"""What the switch is told of a queue somebody is sent to wait in."""

from dataclasses import replace
from datetime import datetime

from telephony import queries
from telephony.errors import NoCallHere
from telephony.models import Call, Queue
from telephony.switch import QueueEntry
from tenants.context import current_tenant

CAME_BACK_SECONDS = 600
"""Ahead of others by so much, who waits again after a transfer that came to nothing."""


def back_in_line(call: Call) -> QueueEntry:
    """Where the caller waits should everybody be gone: ahead, because they have waited before. Raises NoCallHere."""
    queue = call.queue or queries.queues().first()
    if queue is None:
        raise NoCallHere
    entry = entry_of(queue)
    return replace(entry, priority=entry.priority + CAME_BACK_SECONDS)


def entry_of(queue: Queue, queued_at: datetime | None = None) -> QueueEntry:
    """Waiting there begins at `queued_at`, now when None: for the limit of the wait and for the name of the stay.

    The place in line is another matter: the rows know since when the caller waits (`QueueStay.waiting_since`).
    """
    tenant = current_tenant()
    return QueueEntry(
        tenant=tenant.schema_name,
        queue_id=queue.pk,
        priority=queue.priority,
        max_wait_seconds=queue.max_wait_seconds,
        language=queries.switch_language(tenant.language),
        queued_at=queued_at,
    )
