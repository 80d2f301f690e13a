"""Numbers of the house lent to tenants, taken back, and retired."""

from datetime import datetime, timedelta

from django.db import transaction

from tenants.context import enter_public
from tenants.desk.errors import LicenceMissing
from tenants.desk.history import note_change
from tenants.desk.queries import needs_licence
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

QUARANTINE_DAYS = 90
"""The callers of the one who had it still dial it."""


class NumberTaken(DomainError):
    """This number belongs to another tenant. Take it back first."""


class NumberRests(DomainError):
    """This number is in quarantine until %(until)s: callers of the one who had it still dial it."""


class NumberIsRetired(DomainError):
    """This number is retired. It is not lent again."""


def lend_number(*, number_id: int, tenant_id: int, at: datetime, reason: str = "") -> None:
    """As an operator does: whoever gets a 400 or 95 number has its licence. Raises LicenceMissing too."""
    with enter_public():
        kind = Number.objects.values_list("kind", flat=True).get(pk=number_id)
        if needs_licence(kind, tenant_id=tenant_id, number_id=number_id, day=at.date()):
            raise LicenceMissing
    assign_number(number_id=number_id, tenant_id=tenant_id, at=at, reason=reason)


@transaction.atomic
def assign_number(*, number_id: int, tenant_id: int, at: datetime, reason: str = "") -> None:
    """Lend a free number to a tenant, from this moment. Raises NumberTaken, NumberIsRetired, NumberRests."""
    with enter_public():
        number = Number.objects.select_for_update().get(pk=number_id)
        if number.tenant_id == tenant_id:
            return
        if number.tenant_id is not None:
            raise NumberTaken
        if number.state == Number.State.RETIRED:
            raise NumberIsRetired
        if not number.may_be_lent(at):
            raise NumberRests(until=f"{number.rests_until:%Y-%m-%d}")
        _lend(number, tenant_id, at, reason)


def _lend(number: Number, tenant_id: int, at: datetime, reason: str) -> None:
    number.tenant_id, number.state, number.assigned_at = tenant_id, Number.State.ASSIGNED, at
    number.rests_until = None
    number.save(update_fields=["tenant", "state", "assigned_at", "rests_until"])
    NumberAssignment.objects.create(number=number, tenant_id=tenant_id, assigned_at=at)
    note_change(number, at=at, tenant_id=tenant_id, reason=reason)
    record_audit(verb="assigned", subject=number, after={"tenant": tenant_id}, reason=reason)
    emit(NumberAssigned(occurred_at=at, number_id=number.pk, tenant_id=tenant_id))


@transaction.atomic
def take_number_back(
    *, number_id: int, at: datetime, rest_days: int = QUARANTINE_DAYS, reason: str = ""
) -> None:
    """It rests for so many days before it may be lent again; with 0 it is free at once."""
    with enter_public():
        number = Number.objects.select_for_update().get(pk=number_id)
        if number.tenant_id is None:
            return
        state = Number.State.QUARANTINE if rest_days else Number.State.FREE
        number.rests_until = at + timedelta(days=rest_days) if rest_days else None
        _return(number, state, at, "taken back", reason)


@transaction.atomic
def retire_number(*, number_id: int, at: datetime, reason: str = "") -> None:
    """For good. Who has it loses it."""
    with enter_public():
        number = Number.objects.select_for_update().get(pk=number_id)
        if number.state == Number.State.RETIRED:
            return
        number.rests_until = None
        _return(number, Number.State.RETIRED, at, "retired", reason)


def _return(number: Number, state: str, at: datetime, verb: str, reason: str) -> None:
    had = number.tenant_id
    number.assignments.filter(returned_at__isnull=True).update(returned_at=at)
    number.tenant, number.state, number.assigned_at = None, state, None
    number.save(update_fields=["tenant", "state", "assigned_at", "rests_until"])
    note_change(number, at=at, tenant_id=had, reason=reason)
    record_audit(
        verb=verb,
        subject=number,
        before={"tenant": had},
        after={"rests_until": number.rests_until},
        reason=reason,
    )
    if had is not None:
        emit(NumberAssigned(occurred_at=at, number_id=number.pk, tenant_id=None))


@transaction.atomic
def end_quarantine(*, number_id: int, at: datetime, reason: str) -> None:
    """Before its time: somebody answers for it."""
    with enter_public():
        number = Number.objects.select_for_update().get(pk=number_id)
        if number.state != Number.State.QUARANTINE:
            return
        number.state, number.rests_until = Number.State.FREE, None
        number.save(update_fields=["state", "rests_until"])
        note_change(number, at=at, tenant_id=None, reason=reason)
        record_audit(verb="ended the quarantine of", subject=number, reason=reason)
