"""What is done about invoices that are not paid: reminders, a warning with its day, suspension, and resuming."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from tenants.actions import resume_tenant, suspend_tenant
from tenants.billing import months
from tenants.closing.dunning import SUSPENSION, WARNING, step_due, suspends_on
from tenants.closing.models import Reminder, ReminderPolicy, Suspension
from tenants.closing.queries.statement import Overdue, open_amounts, overdue
from tenants.closing.queries.terms import payer_of, reminder_policy
from tenants.mails.actions import tell_reminder
from tenants.models import Tenant
from tenants.people.actions import record_audit
from tenants.plans.actions.notices import announce, withdraw_notices
from tenants.plans.models import Notice


@transaction.atomic
def remind(*, tenant_id: int, at: datetime) -> list[Reminder]:
    """Today's steps of one tenant, each once in the life of an invoice; then what payments have changed."""
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)
    today, policy = months.day_of(at, tenant.time_zone), reminder_policy()
    taken: list[Reminder] = []
    if payer_of(tenant).is_reminded:
        found = [_step(tenant, late, policy, today, at) for late in overdue(tenant, today)]
        taken = [one for one in found if one is not None]
    follow_payment(tenant=tenant, at=at)
    return taken


def _step(
    tenant: Tenant, late: Overdue, policy: ReminderPolicy, today: date, at: datetime
) -> Reminder | None:
    done = {one.step: one for one in late.bill.reminders.all()}
    warned = done[WARNING].suspends_on if WARNING in done else None
    due_on = late.bill.due_on
    step = step_due(policy, due_on=due_on, today=today, taken=done, suspends_on=warned)
    if not step or (step == SUSPENSION and not _suspend(tenant, late, at)):
        return None
    reminder = Reminder(bill=late.bill, step=step, taken_at=at, taken_on=today, open_amount=late.open)
    if step == WARNING:
        reminder.suspends_on = suspends_on(policy, due_on=due_on, today=today)
        reminder.notice = _announce(tenant, late, reminder.suspends_on, at)
    reminder.save(force_insert=True)
    tell_reminder(reminder=reminder, at=at)
    record_audit(
        verb="reminder sent",
        subject=late.bill,
        after={"tenant": tenant.schema_name, "step": step, "open": late.open},
    )
    return reminder


def _announce(tenant: Tenant, late: Overdue, day: date, at: datetime) -> Notice:
    """The tenant's own notice, with the day, as of maintenance: so that nobody is surprised."""
    starts_at = datetime.combine(day, time.min, ZoneInfo(tenant.time_zone))
    words = {}
    for language in ("en", "zh-hans"):
        with override(language):
            values = {
                "number": late.bill.number,
                "amount": f"{late.open:.{late.bill.places}f} {late.bill.currency}",
                "day": day.isoformat(),
            }
            words[language] = (
                _("Suspension on %(day)s unless invoice %(number)s is paid") % values,
                _(
                    "%(amount)s of invoice %(number)s is overdue. If it is not paid before %(day)s, people are "
                    "signed out and callers hear a notice. Nothing is lost, and a payment opens everything again."
                )
                % values,
            )
    return announce(tenant=tenant, words=words, starts_at=starts_at, effect=Notice.Effect.CALLS, at=at)


def _suspend(tenant: Tenant, late: Overdue, at: datetime) -> bool:
    """False when the tenant is not open: what somebody else decided stays theirs."""
    tenant.refresh_from_db(fields=["state"])
    if tenant.state != Tenant.State.ACTIVE:
        return Suspension.objects.filter(tenant=tenant, lifted_at=None).exists()
    with override("en"):
        reason = _("Invoice %(number)s is not paid") % {"number": late.bill.number}
    suspend_tenant(tenant_id=tenant.pk, at=at, reason=reason)
    Suspension.objects.create(tenant=tenant, since=at)
    return True


@transaction.atomic
def follow_payment(*, tenant: Tenant, at: datetime) -> None:
    """Withdraws warnings of what is paid, and resumes whom we suspended once nothing he was warned of is open."""
    left = open_amounts(tenant)
    warned = Reminder.objects.filter(bill__tenant=tenant, step__in=(WARNING, SUSPENSION))
    settled = [one for one in warned if left.get(one.bill_id, 0) <= 0]
    withdraw_notices(notice_ids=[one.notice_id for one in settled if one.notice_id], at=at)
    held = Suspension.objects.select_for_update().filter(tenant=tenant, lifted_at=None).first()
    if held is None or len(settled) < len(warned):
        return
    held.lifted_at = at
    held.save(update_fields=["lifted_at"])
    now = Tenant.objects.get(pk=tenant.pk)
    # Suspended again by somebody since: his to resume.
    if now.state == Tenant.State.SUSPENDED and now.state_since == held.since:
        resume_tenant(tenant_id=tenant.pk, at=at)
