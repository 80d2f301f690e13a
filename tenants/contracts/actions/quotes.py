"""Quotes: written, offered, accepted into an agreement or an amendment, declined, expired."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from tenants.context import enter_public
from tenants.contracts import errors
from tenants.contracts.actions.agreements import draft_agreement
from tenants.contracts.actions.amendments import Changes, propose
from tenants.contracts.actions.carrying import carry_out_if_due
from tenants.contracts.logs import tell_both, who_acts
from tenants.contracts.models import Agreement, Amendment, Quote, QuoteLine, Side
from tenants.contracts.queries.agreements import agreement_in_force
from tenants.contracts.queries.quotes import discount_for
from tenants.models import Plan, Sla, Tenant
from tenants.plans.queries import today_of


@dataclass(frozen=True, kw_only=True)
class Offer:
    """`seats` is what there will be in the end, also of an expansion. `modules`: those switched on by it."""

    kind: str
    plan: Plan
    seats: int
    starts_on: date
    valid_until: date
    currency: str
    sla: Sla | None = None
    term_months: int | None = None
    modules: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    kind: str
    label: str
    billed: str
    quantity: Decimal
    unit_price: Decimal


@transaction.atomic
def write_quote(*, tenant: Tenant, offer: Offer) -> Quote:
    """Raises NothingToExpand."""
    with enter_public():
        if offer.kind == Quote.Kind.EXPANSION and agreement_in_force(tenant) is None:
            raise errors.NothingToExpand
        values = {name: getattr(offer, name) for name in Offer.__dataclass_fields__}
        made = Quote.objects.create(tenant=tenant, **values)
        made.reference = f"Q-{made.starts_on.year}-{made.pk:04d}"
        made.save(update_fields=["reference"])
        tell_both(tenant, made, "wrote a quote", seats=made.seats, plan=made.plan.code)
    return made


@transaction.atomic
def add_line(*, quote_id: int, line: Line) -> QuoteLine:
    with enter_public():
        quote = _draft(quote_id)
        return QuoteLine.objects.create(quote=quote, **asdict(line))


@transaction.atomic
def drop_line(*, quote_id: int, line_id: int) -> None:
    with enter_public():
        _draft(quote_id).lines.filter(pk=line_id).delete()


def _draft(quote_id: int) -> Quote:
    quote = Quote.objects.select_for_update(of=("self",)).get(pk=quote_id)
    if quote.state != Quote.State.DRAFT:
        raise errors.NotADraft
    return quote


@transaction.atomic
def offer_quote(*, quote_id: int, at: datetime) -> None:
    """From now on nothing of it changes; the discount for its term is written into it. Raises QuoteEmpty, QuoteOver."""
    with enter_public():
        quote = _draft(quote_id)
        if not quote.lines.exists():
            raise errors.QuoteEmpty
        if quote.valid_until < today_of(quote.tenant, at):
            raise errors.QuoteOver(day=quote.valid_until)
        quote.discount_percent = discount_for(quote, today_of(quote.tenant, at))
        quote.state, quote.offered_at, quote.offered_by = Quote.State.OFFERED, at, who_acts()
        quote.save()
        tell_both(quote.tenant, quote, "offered", discount=quote.discount_percent)


@transaction.atomic
def withdraw_quote(*, quote_id: int, at: datetime) -> None:
    with enter_public():
        quote = Quote.objects.select_for_update(of=("self",)).get(pk=quote_id)
        if quote.state not in (Quote.State.DRAFT, Quote.State.OFFERED):
            raise errors.QuoteNotOpen(state=quote.get_state_display())
        _close(quote, Quote.State.WITHDRAWN, at)


@transaction.atomic
def accept_quote(*, tenant: Tenant, quote_id: int, at: datetime) -> None:
    """By the tenant: an agreement is drafted from it; an expansion holds from its day on. Raises QuoteNotOpen,
    QuoteOver, MonthIsBilled, NothingToExpand.
    """
    with enter_public():
        quote = _offered(tenant, quote_id, at)
        if quote.kind == Quote.Kind.NEW:
            draft_agreement(quote=quote, at=at)
        else:
            _expand(quote, at)
        _close(quote, Quote.State.ACCEPTED, at)


def _expand(quote: Quote, at: datetime) -> None:
    held: Agreement | None = agreement_in_force(quote.tenant)
    if held is None:
        raise errors.NothingToExpand
    changes = Changes(
        seats=quote.seats,
        plan=quote.plan if quote.plan_id != held.plan_id else None,
        modules=dict.fromkeys(quote.modules, True),
    )
    made = propose(
        agreement_id=held.pk,
        changes=changes,
        effective_on=quote.starts_on,
        reason=quote.note,
        at=at,
        quote=quote,
    )
    # The offer was the operator's yes, given when it was sent.
    made.approve(Side.VENDOR, quote.offered_by, quote.offered_at or at)
    made.approve(Side.CUSTOMER, who_acts(), at)
    made.state = Amendment.State.APPROVED
    made.save()
    carry_out_if_due(made, at)


def decline_quote(*, tenant: Tenant, quote_id: int, at: datetime, reason: str = "") -> None:
    with transaction.atomic(), enter_public():
        _close(_offered(tenant, quote_id, at), Quote.State.DECLINED, at, reason)


def _offered(tenant: Tenant, quote_id: int, at: datetime) -> Quote:
    rows = Quote.objects.select_for_update(of=("self",)).select_related("tenant", "plan")
    quote = rows.filter(pk=quote_id, tenant_id=tenant.pk).exclude(state=Quote.State.DRAFT).first()
    if quote is None:
        raise errors.NotYours
    if quote.state != Quote.State.OFFERED:
        raise errors.QuoteNotOpen(state=quote.get_state_display())
    if not quote.is_open_on(today_of(tenant, at)):
        raise errors.QuoteOver(day=quote.valid_until)
    return quote


def _close(quote: Quote, state: str, at: datetime, reason: str = "") -> None:
    quote.state, quote.decided_at, quote.decided_by, quote.reason = state, at, who_acts(), reason[:300]
    quote.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    tell_both(quote.tenant, quote, VERBS[state], reason=reason)


VERBS: dict[str, str] = {
    Quote.State.ACCEPTED: "accepted",
    Quote.State.DECLINED: "declined",
    Quote.State.WITHDRAWN: "withdrawn",
    Quote.State.EXPIRED: "expired",
}


def expire_quotes(*, at: datetime) -> int:
    """Those whose last day is over where the tenant is."""
    with enter_public():
        found = list(Quote.objects.filter(state=Quote.State.OFFERED).select_related("tenant"))
        over = [quote for quote in found if not quote.is_open_on(today_of(quote.tenant, at))]
        return sum(_expire(quote.pk, at) for quote in over)


@transaction.atomic
def _expire(quote_id: int, at: datetime) -> bool:
    rows = Quote.objects.select_for_update(of=("self",)).select_related("tenant")
    quote = rows.filter(pk=quote_id, state=Quote.State.OFFERED).first()
    if quote is not None:
        _close(quote, Quote.State.EXPIRED, at)
    return quote is not None
