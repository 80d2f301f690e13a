"""Agreements: drafted from a quote, written, signed by both sides, and put in force."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tenants.context import enter_public
from tenants.contracts import errors
from tenants.contracts.actions.carrying import begin_if_due
from tenants.contracts.booking import keep_length
from tenants.contracts.dates import last_day_of_term
from tenants.contracts.logs import tell_both, who_acts
from tenants.contracts.models import CLAUSES, Agreement, Quote, Side, Signature
from tenants.contracts.models.agreements import name_of
from tenants.contracts.prices import totals_of
from tenants.contracts.queries.agreements import refuse_billed_month
from tenants.desk.actions import Kept
from tenants.models import Contract, Tenant
from tenants.plans.modules import Module
from tenants.terms import begin_terms, change_terms, end_terms

FIGURES = (
    "starts_on", "ends_on", "notice_days", "remind_days", "price_review_on", "price_review_months",
    "most_increase_percent", "upgrade_on", "upgrade_months",
)  # fmt: skip
"""Of a draft, beside its clauses. Plan, seats and modules are the quote's."""


def draft_agreement(*, quote: Quote, at: datetime) -> Agreement:
    """What the quote says stands in it already; the other clauses are to be written."""
    shared = ("tenant", "plan", "sla", "seats", "modules", "currency", "discount_percent", "starts_on")
    made = Agreement(quote=quote, **{name: getattr(quote, name) for name in shared})
    made.ends_on = last_day_of_term(quote.starts_on, quote.term_months)
    with translation.override(quote.tenant.language):
        made.scope, made.term, made.price = _scope(quote), _term(made), _price(quote)
    made.save()
    made.reference = f"A-{made.starts_on.year}-{made.pk:04d}"
    made.save(update_fields=["reference"])
    tell_both(quote.tenant, made, "drafted an agreement", quote=quote.reference)
    return made


def _scope(quote: Quote) -> str:
    named = ", ".join(str(Module(one).label) for one in quote.modules if one in Module.values)
    words = _("%(plan)s with %(seats)s seats.") % {"plan": quote.plan.name, "seats": quote.seats}
    return f"{words} {_('Modules: %(modules)s.') % {'modules': named}}" if named else words


def _term(agreement: Agreement) -> str:
    if agreement.ends_on is None:
        return _("From %(start)s until one side ends it.") % {"start": agreement.starts_on}
    return _("From %(start)s to %(end)s, both included.") % {
        "start": agreement.starts_on,
        "end": agreement.ends_on,
    }


def _price(quote: Quote) -> str:
    totals = totals_of(quote.lines.all(), quote.discount_percent, quote.term_months)
    named = {"month": totals.per_month, "once": totals.once, "currency": quote.currency}
    words = _("%(month)s %(currency)s a month; %(once)s %(currency)s once.") % named
    if not totals.discount:
        return words
    off = _("A discount of %(percent)s %% for the term is taken off already.")
    return f"{words} {off % {'percent': f'{quote.discount_percent.normalize():f}'}}"


@transaction.atomic
def write_agreement(*, agreement_id: int, values: dict[str, Any]) -> None:
    """Clauses and figures of a draft nobody has signed. Raises NotADraft, SignedAlready."""
    with enter_public():
        agreement = _unsigned(agreement_id)
        known = {name: values[name] for name in (*CLAUSES, *FIGURES) if name in values}
        changed = {name: value for name, value in known.items() if getattr(agreement, name) != value}
        for name, value in changed.items():
            setattr(agreement, name, value)
        agreement.save(update_fields=list(changed) or None)
        if changed:
            tell_both(agreement.tenant, agreement, "changed", fields=sorted(changed))


def _locked(agreement_id: int) -> Agreement:
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("tenant", "plan", "sla", "quote")
    return rows.get(pk=agreement_id)


def _unsigned(agreement_id: int) -> Agreement:
    agreement = _locked(agreement_id)
    if agreement.state != Agreement.State.DRAFT:
        raise errors.NotADraft
    first = agreement.signatures.first()
    if first is not None:
        raise errors.SignedAlready(name=first.name)
    return agreement


@transaction.atomic
def sign(
    *,
    tenant: Tenant,
    agreement_id: int,
    side: str,
    name: str,
    title: str,
    signed_on: date,
    kept: Kept,
    at: datetime,
) -> Signature:
    """Once a side, of a complete draft. Raises ClausesMissing, AlreadyDecided, NotADraft."""
    with enter_public():
        agreement = _locked(agreement_id)
        if agreement.tenant_id != tenant.pk:
            raise errors.NotYours
        if agreement.state != Agreement.State.DRAFT:
            raise errors.NotADraft
        _refuse_gaps(agreement)
        if agreement.signatures.filter(side=side).exists():
            raise errors.AlreadyDecided
        made = Signature.objects.create(
            agreement=agreement,
            side=side,
            name=name,
            title=title,
            signed_on=signed_on,
            added_at=at,
            added_by=who_acts(),
            **asdict(kept),
        )
        tell_both(tenant, agreement, "signed", side=side, name=name, sha256=kept.sha256)
    return made


@transaction.atomic
def lay_signed(*, signature_id: int, kept: Kept) -> None:
    """A signed paper that came with its tenant from elsewhere now lies here, sealed with a key of ours."""
    with enter_public():
        where = {"stored_as": kept.stored_as, "wrapped": kept.wrapped, "wrapped_by": kept.wrapped_by}
        Signature.objects.filter(pk=signature_id).update(**where)


@transaction.atomic
def discard_signatures(*, agreement_id: int) -> None:
    """So that a draft can be written again: what was signed was another text."""
    with enter_public():
        agreement = _locked(agreement_id)
        if agreement.state != Agreement.State.DRAFT:
            raise errors.NotADraft
        names = list(agreement.signatures.values_list("name", flat=True))
        agreement.signatures.all().delete()
        tell_both(agreement.tenant, agreement, "discarded the signatures", names=names)


@transaction.atomic
def put_in_force(*, agreement_id: int, at: datetime, replaces: int | None = None) -> None:
    """Its terms are billed from its first day. `replaces`: the terms that end for it. Raises ClausesMissing,
    SignaturesMissing, MonthIsBilled, TermsOverlap.
    """
    with enter_public():
        agreement = _locked(agreement_id)
        if agreement.state != Agreement.State.DRAFT:
            raise errors.NotADraft
        _refuse_gaps(agreement)
        _refuse_unsigned(agreement)
        refuse_billed_month(agreement.tenant, agreement.starts_on, at)
        agreement.contract = _terms(agreement, replaces)
        keep_length(agreement.contract, agreement.quote.term_months if agreement.quote else None)
        agreement.state, agreement.activated_at = Agreement.State.ACTIVE, at
        agreement.save()
        tell_both(agreement.tenant, agreement, "put in force", starts_on=agreement.starts_on)
        begin_if_due(agreement, at)


def _terms(agreement: Agreement, replaces: int | None) -> Contract:
    values = {name: getattr(agreement, name) for name in ("plan", "sla", "seats", "ends_on", "reference")}
    held = Contract.objects.filter(pk=replaces, tenant_id=agreement.tenant_id).first() if replaces else None
    if held is not None and held.starts_on >= agreement.starts_on:
        return change_terms(
            contract_id=held.pk, day=agreement.starts_on, starts_on=agreement.starts_on, **values
        )
    if held is not None:
        end_terms(contract_id=held.pk, last_day=date.fromordinal(agreement.starts_on.toordinal() - 1))
    return begin_terms(tenant=agreement.tenant, starts_on=agreement.starts_on, **values)


def _refuse_gaps(agreement: Agreement) -> None:
    names = [str(name_of(Agreement, name)) for name in agreement.missing_clauses]
    if names:
        raise errors.ClausesMissing(names=", ".join(names))


def _refuse_unsigned(agreement: Agreement) -> None:
    signed = set(agreement.signatures.values_list("side", flat=True))
    missing = [str(side.label) for side in Side if side not in signed]
    if missing:
        raise errors.SignaturesMissing(sides=", ".join(missing))
