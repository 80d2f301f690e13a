"""Quotes with their lines and totals, and the discount a term brings."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tenants.billing.queries import price_list_on
from tenants.context import enter_public
from tenants.contracts.models import Quote, QuoteLine
from tenants.contracts.prices import Totals, totals_of
from tenants.models import Tenant

MOST_SHOWN = 100


@dataclass(frozen=True)
class ShownQuote:
    quote: Quote
    lines: list[QuoteLine]
    totals: Totals
    is_open: bool


def shown_quotes(tenant: Tenant, day: date, *, with_drafts: bool = True) -> list[ShownQuote]:
    """The newest first; drafts are the operator's."""
    with enter_public():
        found = Quote.objects.filter(tenant_id=tenant.pk).select_related("plan", "sla", "tenant")
        if not with_drafts:
            found = found.exclude(state=Quote.State.DRAFT)
        return [_shown(quote, day) for quote in found.prefetch_related("lines")[:MOST_SHOWN]]


def shown_quote(tenant: Tenant, quote_id: int, day: date) -> ShownQuote | None:
    with enter_public():
        found = Quote.objects.filter(pk=quote_id, tenant_id=tenant.pk).select_related("plan", "sla", "tenant")
        quote = found.prefetch_related("lines").first()
        return _shown(quote, day) if quote else None


def _shown(quote: Quote, day: date) -> ShownQuote:
    percent = quote.discount_percent
    if quote.state == Quote.State.DRAFT:
        percent = discount_for(quote, day)
    lines = list(quote.lines.all())
    return ShownQuote(quote, lines, totals_of(lines, percent, quote.term_months), quote.is_open_on(day))


def discount_for(quote: Quote, day: date) -> Decimal:
    """Per cent by the price list that holds on the quote's first day; 0 without a term. In the public schema."""
    prices = price_list_on(quote.plan_id, max(quote.starts_on, day)) if quote.term_months else None
    if prices is None:
        return Decimal(0)
    off = prices.term_discounts.filter(months__lte=quote.term_months).order_by("-months").first()
    return off.percent if off else Decimal(0)
