"""Agreements with what changed and what lies ahead; what may still be changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise

from tenants.billing.models import month_text
from tenants.billing.months import first_day, next_month
from tenants.closing.queries.closes import last_closed_month
from tenants.context import enter_public
from tenants.contracts import errors
from tenants.contracts.dates import Coming, add_months, coming_dates
from tenants.contracts.models import CLAUSES, Agreement, Amendment, Reminder, Signature
from tenants.contracts.models.agreements import name_of
from tenants.contracts.words import words_of_change
from tenants.models import Contract, Tenant
from tenants.plans.modules import EVERY
from tenants.plans.queries import modules_of, today_of

MOST_MONTHS_BACK = 12
"""Where no month was ever closed: older days are a typing error."""


def refuse_billed_month(tenant: Tenant, day: date, at: datetime) -> None:
    """A month that is closed has its bill, and the months before it have theirs; what is open is charged anew. In a
    transaction: a close holds the tenant while it drafts and issues, and who comes meanwhile sees what it wrote.
    """
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    closed = last_closed_month(tenant)
    first = add_months(first_day(today_of(tenant, at)), -MOST_MONTHS_BACK)
    if closed is not None:
        first = max(first, next_month(closed))
    if day < first:
        raise errors.MonthIsBilled(month=month_text(day), day=day, first=first)


def agreement_in_force(tenant: Tenant) -> Agreement | None:
    """In the public schema."""
    rows = Agreement.objects.filter(tenant_id=tenant.pk, state=Agreement.State.ACTIVE)
    return rows.select_related("plan", "tenant").order_by("starts_on").last()


def values_then(agreement: Agreement, at: datetime) -> dict[str, Any]:
    """What an amendment may change, as it will be once those that wait hold. In the public schema."""
    has = modules_of(agreement.tenant, at)
    values: dict[str, Any] = {f"module:{module}": module in has for module in EVERY}
    values |= {name: getattr(agreement, name) for name in CLAUSES}
    values |= {
        "seats": agreement.seats,
        "plan": agreement.plan.code,
        "ends_on": agreement.ends_on.isoformat() if agreement.ends_on else None,
    }
    for one in agreement.amendments.filter(state=Amendment.State.APPROVED).order_by("effective_on", "number"):
        values |= one.after
    return values


@dataclass(frozen=True)
class ShownAmendment:
    row: Amendment
    changes: list[tuple[str | Promise, str, str]]
    """(what, before, after), in words."""
    is_backdated: bool


@dataclass(frozen=True)
class ShownAgreement:
    agreement: Agreement
    clauses: list[tuple[str, str | Promise, str]]
    """(field, name, words)"""
    signatures: list[Signature]
    amendments: list[ShownAmendment]
    coming: list[Coming]
    reminders: list[Reminder]

    @property
    def missing(self) -> list[str | Promise]:
        return [name for _field, name, words in self.clauses if not words.strip()]

    @property
    def signed_sides(self) -> set[str]:
        return {one.side for one in self.signatures}

    @property
    def is_ready(self) -> bool:
        return not self.missing and len(self.signed_sides) == 2


def shown_agreements(tenant: Tenant, day: date) -> list[ShownAgreement]:
    """What holds first, then drafts, then what is over."""
    with enter_public():
        found = list(_rows(tenant))
        order = [Agreement.State.ACTIVE, Agreement.State.DRAFT, Agreement.State.ENDED]
        return [_shown(one, day) for one in sorted(found, key=lambda one: order.index(one.state))]


def shown_agreement(tenant: Tenant, agreement_id: int, day: date) -> ShownAgreement | None:
    with enter_public():
        found = _rows(tenant).filter(pk=agreement_id).first()
        return _shown(found, day) if found else None


def _rows(tenant: Tenant) -> Any:
    rows = Agreement.objects.filter(tenant_id=tenant.pk).select_related("plan", "sla", "contract", "quote")
    return rows.prefetch_related("signatures", "amendments__quote", "reminders")


def _shown(agreement: Agreement, day: date) -> ShownAgreement:
    return ShownAgreement(
        agreement=agreement,
        clauses=[(one, name_of(Agreement, one), getattr(agreement, one)) for one in CLAUSES],
        signatures=list(agreement.signatures.all()),
        amendments=[
            ShownAmendment(one, words_of_change(one), one.effective_on < one.proposed_at.date())
            for one in reversed(agreement.amendments.all())
        ],
        coming=coming_dates(agreement, day) if agreement.state == Agreement.State.ACTIVE else [],
        reminders=[one for one in agreement.reminders.all() if one.due_on >= day],
    )


def replaceable(agreement: Agreement) -> list[Contract]:
    """Terms of the tenant that hold on days of this agreement: they would be billed twice."""
    with enter_public():
        held = Contract.objects.filter(tenant_id=agreement.tenant_id).select_related("plan")
        held = held.filter(Q(ends_on=None) | Q(ends_on__gte=agreement.starts_on))
        if agreement.ends_on is not None:
            held = held.filter(starts_on__lte=agreement.ends_on)
        return list(held)


def signature_of(tenant: Tenant, signature_id: int) -> Signature | None:
    with enter_public():
        return Signature.objects.filter(pk=signature_id, agreement__tenant_id=tenant.pk).first()


def unread_reminders(tenant: Tenant, day: date) -> list[Reminder]:
    """Of days that are still to come."""
    with enter_public():
        rows = Reminder.objects.filter(agreement__tenant_id=tenant.pk, read_by="", due_on__gte=day)
        return list(rows.select_related("agreement"))
