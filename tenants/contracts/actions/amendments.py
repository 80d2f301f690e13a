"""Amendments: proposed by one side, approved by both, carried out on their day."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tenants.context import enter_public
from tenants.contracts import errors
from tenants.contracts.actions.carrying import carry_out_if_due
from tenants.contracts.logs import tell_both, who_acts
from tenants.contracts.models import Agreement, Amendment, Quote
from tenants.contracts.queries.agreements import refuse_billed_month, values_then
from tenants.models import Plan, Tenant

UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is otherwise from a day on; None, and nothing in the dicts, stays as it is.

    `ends_on`: a day, None for no end, or UNCHANGED. `modules`: {module: is it on}. `clauses`: {name: new words}.
    """

    seats: int | None = None
    plan: Plan | None = None
    ends_on: date | None | str = UNCHANGED
    modules: dict[str, bool] = field(default_factory=dict)
    clauses: dict[str, str] = field(default_factory=dict)

    def as_values(self) -> dict[str, Any]:
        values: dict[str, Any] = {f"module:{name}": is_on for name, is_on in self.modules.items()}
        if self.seats is not None:
            values["seats"] = self.seats
        if self.plan is not None:
            values["plan"] = self.plan.code
        if self.ends_on != UNCHANGED:
            values["ends_on"] = self.ends_on.isoformat() if isinstance(self.ends_on, date) else None
        return values | self.clauses


def propose_amendment(
    *,
    tenant: Tenant,
    agreement_id: int,
    changes: Changes,
    effective_on: date,
    reason: str,
    side: str,
    at: datetime,
) -> Amendment:
    """Who proposes has approved. Raises NotYours, MonthIsBilled, ChangesNothing, EarlierAmendmentWaits."""
    with transaction.atomic(), enter_public():
        if not Agreement.objects.filter(pk=agreement_id, tenant_id=tenant.pk).exists():
            raise errors.NotYours
        made = propose(
            agreement_id=agreement_id, changes=changes, effective_on=effective_on, reason=reason, at=at
        )
        made.approve(side, who_acts(), at)
        made.save()
    return made


@transaction.atomic
def propose(
    *,
    agreement_id: int,
    changes: Changes,
    effective_on: date,
    reason: str,
    at: datetime,
    quote: Quote | None = None,
) -> Amendment:
    """In the public schema."""
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("tenant", "plan")
    agreement = rows.get(pk=agreement_id)
    if agreement.state != Agreement.State.ACTIVE:
        raise errors.NothingToExpand
    refuse_billed_month(agreement.tenant, effective_on, at)
    _refuse_out_of_turn(agreement, effective_on)
    before = values_then(agreement, at)
    after = {name: value for name, value in changes.as_values().items() if before.get(name) != value}
    if not after:
        raise errors.ChangesNothing
    last = agreement.amendments.order_by("-number").first()
    made = Amendment.objects.create(
        agreement=agreement,
        number=last.number + 1 if last else 1,
        quote=quote,
        effective_on=max(effective_on, agreement.starts_on),
        reason=reason[:300],
        before={name: before.get(name) for name in after},
        after=after,
        proposed_at=at,
    )
    tell_both(agreement.tenant, made, "proposed an amendment", effective_on=effective_on, **after)
    return made


def _refuse_out_of_turn(agreement: Agreement, effective_on: date) -> None:
    """What is before and after is read off the ones that wait: they hold in the order of their days."""
    waiting = agreement.amendments.filter(state__in=(Amendment.State.PROPOSED, Amendment.State.APPROVED))
    for one in waiting:
        if one.state == Amendment.State.PROPOSED or one.effective_on > effective_on:
            raise errors.EarlierAmendmentWaits(number=one.number, day=one.effective_on)


@transaction.atomic
def approve_amendment(*, tenant: Tenant, amendment_id: int, side: str, at: datetime) -> None:
    """The second yes puts it in force, at once when its day has come. Raises AlreadyDecided, MonthIsBilled."""
    with enter_public():
        amendment = _open(tenant, amendment_id)
        refuse_billed_month(tenant, amendment.effective_on, at)
        amendment.approve(side, who_acts(), at)
        if amendment.is_agreed:
            amendment.state = Amendment.State.APPROVED
        amendment.save()
        tell_both(tenant, amendment, "approved", side=side)
        carry_out_if_due(amendment, at)


def refuse_amendment(*, tenant: Tenant, amendment_id: int, at: datetime, reason: str = "") -> None:
    with transaction.atomic(), enter_public():
        amendment = _open(tenant, amendment_id)
        amendment.state = Amendment.State.REFUSED
        amendment.refused_by, amendment.refused_reason = who_acts(), reason[:300]
        amendment.save()
        tell_both(tenant, amendment, "refused", reason=reason)


def _open(tenant: Tenant, amendment_id: int) -> Amendment:
    rows = Amendment.objects.select_for_update(of=("self",)).select_related("agreement__tenant", "quote")
    amendment = rows.filter(pk=amendment_id, agreement__tenant_id=tenant.pk).first()
    if amendment is None:
        raise errors.NotYours
    if amendment.state != Amendment.State.PROPOSED:
        raise errors.AlreadyDecided
    return amendment
