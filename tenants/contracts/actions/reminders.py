"""Days that come near are told of once, on both sides."""

from datetime import datetime

from django.db import transaction

from tenants.context import enter_public
from tenants.contracts.dates import coming_dates
from tenants.contracts.logs import tell_both, who_acts
from tenants.contracts.models import Agreement, Reminder
from tenants.mails.actions import tell_day_of_agreement
from tenants.models import Tenant
from tenants.plans.queries import today_of


def remind(*, at: datetime) -> int:
    """How many were told now; a second time on the same day none."""
    with enter_public():
        held = Agreement.objects.filter(state=Agreement.State.ACTIVE).select_related("tenant")
        return sum(_remind(agreement, at) for agreement in held)


@transaction.atomic
def _remind(agreement: Agreement, at: datetime) -> int:
    today, told = today_of(agreement.tenant, at), 0
    for coming in coming_dates(agreement, today):
        if coming.tell_on > today:
            continue
        row, made = Reminder.objects.get_or_create(
            agreement=agreement, kind=coming.kind, due_on=coming.due_on, defaults={"told_at": at}
        )
        if made:
            told += 1
            tell_both(agreement.tenant, agreement, "reminded", what=row.kind, due_on=row.due_on)
            tell_day_of_agreement(tenant=agreement.tenant, reminder=row, at=at)
    return told


def read_reminder(*, tenant: Tenant, reminder_id: int) -> None:
    """By the first of the tenant's people who does."""
    with enter_public():
        own = Reminder.objects.filter(pk=reminder_id, agreement__tenant_id=tenant.pk, read_by="")
        own.update(read_by=who_acts() or "–")
