"""When customers may be called back: the queue's calling hours, or its own."""

from datetime import datetime, timedelta

from telephony.models import Queue, WaitingTerms
from telephony.queries.hours import is_open, local_time, spans_on

MOST_DAYS = 31
"""Hours that do not open within so many days do not open."""


def waiting_terms(queue_id: int) -> WaitingTerms:
    """As configured, or as they are where nobody did: then nothing is offered."""
    found = WaitingTerms.objects.filter(queue_id=queue_id).select_related("comfort").first()
    return found or WaitingTerms(queue_id=queue_id)


def next_calling_time(queue: Queue, terms: WaitingTerms, at: datetime) -> datetime | None:
    """`at` when somebody may be called then, else when it is allowed again; None for hours that never open."""
    hours_id = terms.callback_hours_id or queue.hours_id
    return at if is_open(hours_id, at) else next_opening(hours_id, at)


def next_opening(hours_id: int | None, at: datetime) -> datetime | None:
    """The first opening after `at`, on the tenant's clock, whatever the clock does in between."""
    if hours_id is None:
        return at
    local = local_time(at)
    for days in range(MOST_DAYS):
        day = local.date() + timedelta(days=days)
        for opens, _closes in spans_on(hours_id, day):
            moment = datetime.combine(day, opens, tzinfo=local.tzinfo)
            if moment > at:
                return moment.astimezone(at.tzinfo)
    return None
