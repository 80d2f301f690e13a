"""acme's two numbers and globex's one, and an emergency plan prepared for them."""

import pytest
from django.utils import timezone

from telephony import actions, queries
from telephony.emergencies import switch_plan
from telephony.models import EmergencyPlan, Entry
from tenants.models import Number

Action = EmergencyPlan.Action
BACKUP = "+8613900001111"
SECOND = "+864001234568"


@pytest.fixture
def outside_line(settings):
    settings.SWITCH = settings.SWITCH | {"gateway": "carrier.example:5060"}


@pytest.fixture
def lines(floor, other_floor, outside_line):
    """acme has two numbers, globex has one."""
    for e164, owner in ((floor.number, floor), (SECOND, floor), (other_floor.number, other_floor)):
        Number.objects.create(e164=e164, tenant=owner.tenant, country="CN", kind="local", currency="CNY")
    with floor.inside():
        Entry.objects.create(number_e164=SECOND, queue=floor.queue)
    return floor


def prepare(floor, *, number: str = "", action: str = Action.MESSAGE, **more) -> EmergencyPlan:
    with floor.inside():
        entry = Entry.objects.get(number_e164=number).pk if number else None
        return actions.save_emergency_plan(entry_id=entry, action=action, **more)


def switch(floor, plan, *, is_on: bool = True):
    with floor.inside():
        return switch_plan(plan_id=plan.pk, is_on=is_on, by=None, at=timezone.now())


def way(number: str):
    route = queries.inbound_route(number)
    return (route.treatment, route.backup_number or route.queue_id)
