"""A quote: frozen once it is offered, accepted or declined by the tenant alone, over after its last day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tenants.billing.models import PriceList, TermDiscount
from tenants.contracts import errors
from tenants.contracts.actions import quotes
from tenants.contracts.models import Agreement, Quote
from tenants.contracts.queries.quotes import shown_quote
from tests.contracts.story import PER_SEAT

DAY = timedelta(days=1)


@pytest.fixture
def rule(plan):
    """rule(12, "5") → from twelve months on five per cent off, by the plan's prices."""
    prices = PriceList.objects.create(plan=plan, version=1, valid_from=date(2026, 1, 1), currency="CNY")

    def make(months: int, percent: str) -> TermDiscount:
        return TermDiscount.objects.create(price_list=prices, months=months, percent=Decimal(percent))

    return make


def test_its_totals_are_exact_and_a_long_term_costs_less(acme, plan, quoted, rule, now):
    for months, percent in ((12, "5"), (24, "12.5")):
        rule(months, percent)

    def totals(**changes):
        return shown_quote(acme, quoted(**changes).pk, now.date()).totals

    year = totals(term_months=12)
    # 10 × 99.90 = 999.00; 5 % of it is 49.95; 12 × 949.05 + 3000.00.
    assert (year.monthly, year.discount, year.per_month) == (999, Decimal("49.95"), Decimal("949.05"))
    assert (year.once, year.term) == (3000, Decimal("14388.60"))
    assert totals(term_months=24).discount == Decimal("124.88")
    assert (totals(term_months=11).discount, totals(term_months=None).discount) == (0, 0)


def test_the_discount_of_an_offered_quote_stays_when_the_rules_change(acme, plan, quoted, rule, now):
    five = rule(12, "5")
    offered, draft = quoted(), quoted(is_offered=False)
    five.delete()
    assert shown_quote(acme, offered.pk, now.date()).totals.discount == Decimal("49.95")
    assert shown_quote(acme, draft.pk, now.date()).totals.discount == 0
    with pytest.raises(errors.NotADraft):
        quotes.add_line(quote_id=offered.pk, line=PER_SEAT)
    assert offered.lines.count() == 2


def test_it_may_be_accepted_on_its_last_day_and_not_on_the_next(acme, globex, plan, quoted, now):
    last = quoted(valid_until=now.date())
    with pytest.raises(errors.NotYours):
        quotes.accept_quote(tenant=globex, quote_id=last.pk, at=now)
    with pytest.raises(errors.QuoteOver):
        quotes.accept_quote(tenant=acme, quote_id=last.pk, at=now + DAY)
    assert not Agreement.objects.exists()
    quotes.accept_quote(tenant=acme, quote_id=last.pk, at=now)
    assert Agreement.objects.get().seats == 10
    with pytest.raises(errors.QuoteNotOpen):
        quotes.decline_quote(tenant=acme, quote_id=last.pk, at=now)


def test_days_end_where_the_tenant_is(acme, plan, quoted, now):
    """18:00 in London is two in the morning of the next day in Shanghai."""
    quote = quoted(valid_until=now.date())
    with pytest.raises(errors.QuoteOver):
        quotes.accept_quote(tenant=acme, quote_id=quote.pk, at=now.replace(hour=18))


def test_what_nobody_decided_expires_once(acme, plan, quoted, now):
    open_one, over = quoted(), quoted(valid_until=now.date())
    assert quotes.expire_quotes(at=now) == 0
    assert quotes.expire_quotes(at=now + DAY) == 1
    assert quotes.expire_quotes(at=now + DAY) == 0
    states = dict(Quote.objects.values_list("pk", "state"))
    assert states == {open_one.pk: "offered", over.pk: "expired"}


def test_a_quote_without_a_price_is_not_offered(acme, plan, quoted, now):
    empty = quoted(is_offered=False)
    empty.lines.all().delete()
    with pytest.raises(errors.QuoteEmpty):
        quotes.offer_quote(quote_id=empty.pk, at=now)
    with pytest.raises(errors.NothingToExpand):
        quoted(kind="expansion")
