"""Where a caller of the floor's number comes to, and what a test changes about it."""

from datetime import datetime

import pytest

from telephony import queries
from telephony.models import CallerProfile, Queue, RoutingRule
from tenants.models import Number

CALLER = "13812342211"


@pytest.fixture
def number(floor):
    return Number.objects.create(
        e164=floor.number, tenant=floor.tenant, country="CN", kind="local", currency="CNY"
    )


@pytest.fixture
def spare(floor):
    """A second queue to overflow into."""
    with floor.inside():
        return Queue.objects.create(name="Spare", priority=30, max_wait_seconds=60, is_recorded=False)


def change(floor, queue: Queue | None = None, **values) -> None:
    with floor.inside():
        Queue.objects.filter(pk=(queue or floor.queue).pk).update(**values)


def came_to(floor, caller: str = CALLER, at: datetime | None = None) -> tuple:
    route = queries.inbound_route(floor.number, caller, at=at or floor.now)
    return route.treatment.value, route.queue_id, route.because


def complaints(floor, spare, **values) -> RoutingRule:
    tag = {"field": "tags", "op": "has", "value": "complainer"}
    with floor.inside():
        CallerProfile.objects.create(e164=f"+86{CALLER}", tags=["complainer"])
        return RoutingRule.objects.create(
            name="Complainers",
            **{"conditions": [tag], "effects": [{"do": "queue", "queue_id": spare.pk}]} | values,
        )
