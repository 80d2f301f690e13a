"""Reads of webhooks and their deliveries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from tenants.hooks.models import Delivery, Endpoint


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Of all endpoints of the current tenant."""

    waiting: int
    oldest_at: datetime | None
    stopped: int


def endpoints() -> QuerySet[Endpoint]:
    """By name, with `waiting` and `given_up` counted."""
    waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING))
    given_up = Count("deliveries", filter=Q(deliveries__state=Delivery.State.GIVEN_UP))
    return Endpoint.objects.filter(removed_at=None).annotate(waiting=waiting, given_up=given_up)


def endpoint(endpoint_id: int) -> Endpoint | None:
    return endpoints().filter(pk=endpoint_id).first()


def deliveries(
    *, endpoint_id: int | None = None, state: str = "", kind: str = "", about: str = ""
) -> QuerySet[Delivery]:
    """Newest first; `about` is an event's or a call's id."""
    found = Delivery.objects.filter(endpoint__removed_at=None).select_related("endpoint")
    if endpoint_id is not None:
        found = found.filter(endpoint_id=endpoint_id)
    if state in Delivery.State.values:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if about:
        found = found.filter(Q(subject__in=[about, f"call:{about}"]) | Q(subject=f"again:{about}"))
    return found.order_by("-id")


def delivery(delivery_id: int) -> Delivery | None:
    return (
        Delivery.objects.filter(endpoint__removed_at=None)
        .select_related("endpoint")
        .filter(pk=delivery_id)
        .first()
    )


def stopped() -> list[Endpoint]:
    """Those a person has to look at."""
    return list(Endpoint.objects.filter(removed_at=None, state=Endpoint.State.STOPPED))


def backlog() -> Backlog:
    found = Delivery.objects.filter(
        state=Delivery.State.WAITING, endpoint__state=Endpoint.State.ACTIVE, endpoint__removed_at=None
    ).aggregate(waiting=Count("pk"), oldest=Min("occurred_at"))
    return Backlog(waiting=found["waiting"], oldest_at=found["oldest"], stopped=len(stopped()))


def overflowing(most: int) -> list[Endpoint]:
    """Active ones for which more waits than we keep."""
    active = Endpoint.objects.filter(state=Endpoint.State.ACTIVE, removed_at=None)
    return [
        one
        for one in active
        if Delivery.objects.filter(endpoint=one, state=Delivery.State.WAITING)[: most + 1].count() > most
    ]
