"""Numbers of the house lent to tenants, and taken back."""

from datetime import datetime

from django.db import transaction

from tenants.context import enter_public
from tenants.errors import DomainError
from tenants.events import (
    NumberAssigned,
    emit,
)
from tenants.models import (
    Number,
    NumberAssignment,
)
from tenants.people.actions import record_audit


class NumberTaken(DomainError):
    """This number belongs to another tenant. Take it back first."""


@transaction.atomic
def assign_number(*, number_id: int, tenant_id: int, at: datetime) -> None:
    """Lend a free number to a tenant, from this moment."""
    with enter_public():
        number = Number.objects.select_for_update().get(pk=number_id)
        if number.tenant_id == tenant_id:
            return
        if number.tenant_id is not None or number.state == Number.State.RETIRED:
            raise NumberTaken
        _lend(number, tenant_id, at)


def _lend(number: Number, tenant_id: int, at: datetime) -> None:
    number.tenant_id, number.state, number.assigned_at = tenant_id, Number.State.ASSIGNED, at
    number.save(update_fields=["tenant", "state", "assigned_at"])
    NumberAssignment.objects.create(number=number, tenant_id=tenant_id, assigned_at=at)
    record_audit(verb="assigned", subject=number, after={"tenant": tenant_id})
    emit(NumberAssigned(occurred_at=at, number_id=number.pk, tenant_id=tenant_id))


@transaction.atomic
def take_number_back(*, number_id: int, at: datetime) -> None:
    with enter_public():
        number = Number.objects.select_for_update().get(pk=number_id)
        if number.tenant_id is None:
            return
        had = number.tenant_id
        number.assignments.filter(returned_at__isnull=True).update(returned_at=at)
        number.tenant, number.state, number.assigned_at = None, Number.State.FREE, None
        number.save(update_fields=["tenant", "state", "assigned_at"])
        record_audit(verb="taken back", subject=number, before={"tenant": had})
        emit(NumberAssigned(occurred_at=at, number_id=number.pk, tenant_id=None))
