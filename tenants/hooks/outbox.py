"""Event → rows of the outbox, inside the transaction in which it happened: told when it is true, never when it is not.

One statement for all events of a transaction; none for a tenant without endpoints. What goes wrong here must not undo
what happened: it is logged.
"""

from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import DatabaseError, transaction

from tenants.context import current_schema
from tenants.events import Event
from tenants.hooks import kept, waking
from tenants.hooks.kinds import Kind, of_event
from tenants.hooks.models import Delivery

log = structlog.get_logger()


def write_down(told: Sequence[Event]) -> None:
    wishes = kept.wishes()
    if not wishes:
        return
    rows = [
        row
        for event in told
        for kind in of_event(event)
        for row in _rows(event, kind, wishes.get(kind.name, ()))
    ]
    if not rows:
        return
    try:
        with transaction.atomic():
            Delivery.objects.bulk_create(rows)
    except DatabaseError:
        log.exception(
            "Events could not be written down for webhooks", tenant=current_schema(), events=len(rows)
        )
        return
    transaction.on_commit(partial(waking.wake, current_schema()))


def _rows(event: Event, kind: Kind, endpoint_ids: Sequence[int]) -> list[Delivery]:
    """The same key for all endpoints: it is the event's."""
    if not endpoint_ids:
        return []
    key, ids = uuid4(), ids_of(event)
    subject = f"{kind.subject}:{ids.get(kind.order_by) or key}"
    return [
        Delivery(
            endpoint_id=endpoint_id,
            key=key,
            kind=kind.name,
            subject=subject[:60],
            ids=ids,
            occurred_at=event.occurred_at,
        )
        for endpoint_id in endpoint_ids
    ]


def ids_of(event: Event) -> dict[str, Any]:
    """What the event carries besides its moment, as JSON can hold it."""
    values = {
        field.name: getattr(event, field.name) for field in fields(event) if field.name != "occurred_at"
    }
    return {
        name: value if isinstance(value, int | str | bool | None) else str(value)
        for name, value in values.items()
    }


def uuid_of(ids: dict[str, Any], name: str) -> UUID | None:
    try:
        return UUID(str(ids.get(name)))
    except ValueError:
        return None
