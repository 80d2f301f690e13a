"""What was agreed happens on its day: terms, modules and what is paid once. Rows of running calls are not touched."""

from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction

from tenants.context import enter_public
from tenants.contracts.booking import book_once, carry_length, charge_anew
from tenants.contracts.logs import tell_both
from tenants.contracts.models import CLAUSES, Agreement, Amendment
from tenants.errors import DomainError
from tenants.models import Plan
from tenants.plans.actions import settle, switch_module
from tenants.plans.queries import today_of
from tenants.terms import change_terms

log = structlog.get_logger()


def begin_if_due(agreement: Agreement, at: datetime) -> bool:
    """On its first day: the modules it brings, and what is paid once. In the public schema, the row locked."""
    tenant = agreement.tenant
    if agreement.begun_at is not None or agreement.starts_on > today_of(tenant, at):
        return False
    for module in agreement.modules:
        switch_module(tenant_id=tenant.pk, module=module, is_on=True, at=at, reason=agreement.reference)
    charge_anew(tenant, agreement.starts_on, at)
    if agreement.quote is not None:
        book_once(agreement.quote, at)
    agreement.begun_at = at
    agreement.save(update_fields=["begun_at"])
    settle(tenant=tenant, at=at)
    return True


def carry_out_if_due(amendment: Amendment, at: datetime) -> bool:
    agreement, tenant = amendment.agreement, amendment.agreement.tenant
    is_due = amendment.state == Amendment.State.APPROVED and amendment.effective_on <= today_of(tenant, at)
    if not is_due:
        return False
    _write(agreement, amendment)
    charge_anew(tenant, amendment.effective_on, at)
    for name, is_on in amendment.after.items():
        if name.startswith("module:"):
            module = name.removeprefix("module:")
            switch_module(tenant_id=tenant.pk, module=module, is_on=is_on, at=at, reason=agreement.reference)
    if amendment.quote is not None:
        book_once(amendment.quote, at)
    amendment.state, amendment.applied_at = Amendment.State.APPLIED, at
    amendment.save(update_fields=["state", "applied_at"])
    tell_both(tenant, amendment, "came into force", **amendment.after)
    settle(tenant=tenant, at=at)
    return True


def _write(agreement: Agreement, amendment: Amendment) -> None:
    """Into the agreement as it holds now, and into the terms from the amendment's day on."""
    after = amendment.after
    terms: dict[str, Any] = {}
    if "seats" in after:
        terms["seats"] = after["seats"]
    if "plan" in after:
        terms["plan"] = Plan.objects.get(code=after["plan"])
    if "ends_on" in after:
        terms["ends_on"] = date.fromisoformat(after["ends_on"]) if after["ends_on"] else None
    if terms and agreement.contract_id is not None:
        before = agreement.contract
        agreement.contract = change_terms(
            contract_id=agreement.contract_id, day=amendment.effective_on, **terms
        )
        carry_length(before, agreement.contract)
    for name, value in terms.items():
        setattr(agreement, name, value)
    for name in CLAUSES:
        if name in after:
            setattr(agreement, name, after[name])
    agreement.save()


def carry_out_what_is_due(*, at: datetime) -> int:
    """Everything whose day has come, each in its own transaction: one that fails is logged and stops no other."""
    with enter_public():
        begun = Agreement.objects.filter(state=Agreement.State.ACTIVE, begun_at=None).values_list(
            "pk", flat=True
        )
        approved = Amendment.objects.filter(state=Amendment.State.APPROVED).order_by("effective_on", "number")
        works = [(_begin, pk) for pk in begun] + [
            (_carry_out, pk) for pk in approved.values_list("pk", flat=True)
        ]
        works += [(_end, pk) for pk in _over(at)]
        return sum(_tried(do, pk, at) for do, pk in works)


def _tried(do: Any, pk: int, at: datetime) -> bool:
    try:
        with transaction.atomic():
            return do(pk, at)
    except DomainError as refusal:
        log.error("an agreement could not be carried out", row=pk, step=do.__name__, refusal=refusal.code)
        return False


def _begin(pk: int, at: datetime) -> bool:
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("tenant", "quote")
    return begin_if_due(rows.get(pk=pk), at)


def _carry_out(pk: int, at: datetime) -> bool:
    rows = Amendment.objects.select_for_update(of=("self",)).select_related("agreement__tenant", "quote")
    return carry_out_if_due(rows.get(pk=pk), at)


def _over(at: datetime) -> list[int]:
    held = Agreement.objects.filter(state=Agreement.State.ACTIVE, ends_on__isnull=False).select_related(
        "tenant"
    )
    return [one.pk for one in held if one.ends_on < today_of(one.tenant, at)]


def _end(pk: int, at: datetime) -> bool:
    agreement = Agreement.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=pk)
    if agreement.state != Agreement.State.ACTIVE:
        return False
    agreement.state = Agreement.State.ENDED
    agreement.save(update_fields=["state"])
    tell_both(agreement.tenant, agreement, "ended", ends_on=agreement.ends_on)
    return True
