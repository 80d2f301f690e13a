"""Writes down each state a number came into. Called inside the transaction that changes the number, by no one else."""

from datetime import datetime

from tenants.desk.models import NumberChange
from tenants.models import Number
from tenants.people.acting import acting_now


def note_change(number: Number, *, at: datetime, tenant_id: int | None, reason: str = "") -> None:
    NumberChange.objects.create(
        number=number,
        tenant_id=tenant_id,
        state=number.state,
        at=at,
        by=who_acts(),
        reason=reason[:300],
    )


def who_acts() -> str:
    """The name of whoever acts now; "" when nobody does."""
    return str(acting_now().member or "")[:120]
