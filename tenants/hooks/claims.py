"""Who sends what: a lane claims some deliveries of one endpoint, the oldest of each call, and gives them back in time.

A lane that dies loses its claim, and another sends the same again. Lanes are few per endpoint and per tenant: however
slow its receivers are, a tenant holds no more of the senders than this.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from tenants.context import current_schema
from tenants.hooks.models import Delivery, Endpoint

LANES_OF_ENDPOINT, LANES_OF_TENANT = 2, 3
BATCH = 10
CLAIM = timedelta(seconds=45)
"""Longer than a lane works on what it claimed: see `sending`."""


@transaction.atomic
def claim(lane: UUID, at: datetime) -> tuple[Endpoint, list[Delivery]] | None:
    """What this lane is to send now; None when nothing is due or the tenant's lanes are all taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"hooks:{current_schema()}"])
    busy = _lanes_of_others(lane, at)
    if sum(busy.values()) >= LANES_OF_TENANT:
        return None
    for endpoint in _sending(at):
        if busy.get(endpoint.pk, 0) >= LANES_OF_ENDPOINT:
            continue
        found = list(_heads(endpoint, at)[:BATCH])
        if found:
            _take(endpoint, found, lane, at)
            return endpoint, found
    return None


def release(deliveries: Iterable[Delivery]) -> None:
    """Not tried after all: somebody else may."""
    keys = [delivery.pk for delivery in deliveries]
    Delivery.objects.filter(pk__in=keys).update(claimed_by=None, claimed_until=None)


def is_anything_due(at: datetime) -> bool:
    return any(_heads(endpoint, at).exists() for endpoint in _sending(at))


def _sending(at: datetime) -> QuerySet[Endpoint]:
    """Those that may be tried now; whose turn was longest ago comes first."""
    free = Q(held_until=None) | Q(held_until__lte=at)
    found = Endpoint.objects.filter(free, state=Endpoint.State.ACTIVE, removed_at=None)
    return found.order_by(F("claimed_at").asc(nulls_first=True), "pk")


def _heads(endpoint: Endpoint, at: datetime) -> QuerySet[Delivery]:
    """The first of each call that is not delivered, when it is due and nobody is at it. The others wait for it."""
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    earlier = waiting.filter(subject=OuterRef("subject"), pk__lt=OuterRef("pk"))
    is_free = Q(claimed_until=None) | Q(claimed_until__lte=at)
    return waiting.filter(~Exists(earlier), is_free, due_at__lte=at).order_by("pk")


def _lanes_of_others(lane: UUID, at: datetime) -> dict[int, int]:
    claimed = Delivery.objects.filter(state=Delivery.State.WAITING, claimed_until__gt=at)
    counted = claimed.exclude(claimed_by=lane).values("endpoint_id").order_by()
    return dict(
        counted.annotate(lanes=Count("claimed_by", distinct=True)).values_list("endpoint_id", "lanes")
    )


def _take(endpoint: Endpoint, found: list[Delivery], lane: UUID, at: datetime) -> None:
    Delivery.objects.filter(pk__in=[one.pk for one in found]).update(
        claimed_by=lane, claimed_until=at + CLAIM
    )
    Endpoint.objects.filter(pk=endpoint.pk).update(claimed_at=at)
