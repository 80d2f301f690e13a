"""Which endpoints of a tenant want which events: asked once in some seconds, not at each event.

Most tenants have no endpoint, and their calls must not pay for those that have.
"""

import time
from collections.abc import Mapping

import structlog
from django.db import DatabaseError, transaction

from tenants.context import current_schema, is_public
from tenants.hooks.models import Endpoint

log = structlog.get_logger()

KEPT_SECONDS = 5.0
"""After a change other processes follow so much later."""

Wishes = Mapping[str, tuple[int, ...]]
"""Kind of event → ids of endpoints."""
_kept: dict[str, tuple[float, Wishes]] = {}
STOPPED_KEPT_SECONDS = 20.0
_stopped: dict[str, tuple[float, int]] = {}


def wishes() -> Wishes:
    """Of the current tenant; nobody wants to hear what happens in the public schema."""
    schema, now = current_schema(), time.monotonic()
    known = _kept.get(schema)
    if known is None or now - known[0] > KEPT_SECONDS:
        _kept[schema] = known = now, _asked()
    return known[1]


def stopped_endpoints() -> int:
    """How many wait for a person, for the bar of every page of those who can mend them: counted once in a while."""
    schema, now = current_schema(), time.monotonic()
    known = _stopped.get(schema)
    if known is None or now - known[0] > STOPPED_KEPT_SECONDS:
        found = (
            0
            if is_public()
            else Endpoint.objects.filter(removed_at=None, state=Endpoint.State.STOPPED).count()
        )
        _stopped[schema] = known = now, found
    return known[1]


def forget(schema: str = "") -> None:
    """They have been changed; without a name, those of all tenants."""
    if schema:
        _kept.pop(schema, None)
        _stopped.pop(schema, None)
    else:
        _kept.clear()
        _stopped.clear()


def _asked() -> Wishes:
    found: dict[str, tuple[int, ...]] = {}
    if is_public():
        return found
    try:
        with transaction.atomic():
            active = list(
                Endpoint.objects.filter(state=Endpoint.State.ACTIVE, removed_at=None).values_list(
                    "pk", "kinds"
                )
            )
    except DatabaseError:
        log.exception("Who wants to hear of events could not be read", tenant=current_schema())
        return found
    for endpoint_id, kinds in active:
        for name in kinds:
            found[name] = (*found.get(name, ()), endpoint_id)
    return found
