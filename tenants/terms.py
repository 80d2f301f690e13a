"""The terms a tenant is billed by, written by actions: begun, changed from a day on, ended. Never two on one day."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.errors import DomainError
from tenants.models import Contract, Plan, Sla, Tenant
from tenants.people.actions import record_audit
from tenants.queries import contracts_between

FAR = date.max
SHOWN = ("plan_id", "sla_id", "seats", "starts_on", "ends_on", "reference")


class TermsOverlap(DomainError):
    """%(other)s holds from %(start)s to %(end)s. End it first, or choose other days."""


class TermsOver(DomainError):
    """These terms do not hold on %(day)s any more."""


@transaction.atomic
def begin_terms(
    *,
    tenant: Tenant,
    plan: Plan,
    seats: int,
    starts_on: date,
    ends_on: date | None = None,
    sla: Sla | None = None,
    reference: str = "",
) -> Contract:
    """Raises TermsOverlap. In the public schema, like all here."""
    # Two at once for one tenant wait for each other: neither sees the other's row before.
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    made = Contract(
        tenant=tenant,
        plan=plan,
        sla=sla,
        seats=seats,
        starts_on=starts_on,
        ends_on=ends_on,
        reference=reference,
    )
    _save(made, before=None)
    return made


@transaction.atomic
def change_terms(*, contract_id: int, day: date, **changes: object) -> Contract:
    """From this day on: `seats`, `plan`, `sla`, `ends_on`, `reference`. What held before stays written as it was, for
    the bill of its days. Raises TermsOver, TermsOverlap.
    """
    held = Contract.objects.select_for_update(of=("self",)).get(pk=contract_id)
    if held.ends_on is not None and day > held.ends_on:
        raise TermsOver(day=day)
    if day <= held.starts_on:
        before = _shown(held)
        for name, value in changes.items():
            setattr(held, name, value)
        _save(held, before=before)
        return held
    last = held.ends_on
    end_terms(contract_id=held.pk, last_day=day - timedelta(days=1))
    values = {"plan": held.plan, "sla": held.sla, "seats": held.seats, "reference": held.reference}
    return begin_terms(tenant=held.tenant, starts_on=day, **({**values, "ends_on": last} | changes))  # type: ignore[arg-type]


@transaction.atomic
def end_terms(*, contract_id: int, last_day: date) -> None:
    held = Contract.objects.select_for_update(of=("self",)).get(pk=contract_id)
    before, held.ends_on = _shown(held), last_day
    _save(held, before=before)


def _save(contract: Contract, *, before: dict | None) -> None:
    if contract.ends_on is None or contract.ends_on >= contract.starts_on:
        _refuse_overlap(contract)
    try:
        contract.full_clean()
    except ValidationError as refusal:
        raise DomainError("%(words)s", words=" ".join(refusal.messages)) from refusal
    contract.save()
    record_audit(
        verb="changed" if before else "added", subject=contract, before=before, after=_shown(contract)
    )


def _refuse_overlap(contract: Contract) -> None:
    found = contracts_between(contract.tenant, contract.starts_on, contract.ends_on or FAR)
    other = found.exclude(pk=contract.pk).first()
    if other is not None:
        end = other.ends_on or _("an open end")
        raise TermsOverlap(other=other, start=other.starts_on, end=end)


def _shown(contract: Contract) -> dict:
    return {name: getattr(contract, name) for name in SHOWN}
