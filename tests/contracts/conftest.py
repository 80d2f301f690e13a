"""Two tenants on one plan; acme's agreement is made by the actions both sides use, globex's must not notice."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tenants.contracts.actions import agreements, quotes
from tenants.contracts.models import CLAUSES, Agreement, Quote, Side
from tenants.models import Contract, Plan
from tests.contracts.story import PER_SEAT, SETUP, sign


@pytest.fixture
def plan(acme, globex) -> Plan:
    """Nobody is on it yet."""
    Contract.objects.filter(tenant__in=(acme, globex)).delete()
    return Plan.objects.create(code="pro", name="Pro", currency="CNY")


@pytest.fixture
def quoted(acme, plan, now) -> Callable[..., Quote]:
    """quoted(seats=100) → a quote of acme's with one price a month and one once, offered."""

    def make(*lines: quotes.Line, is_offered: bool = True, tenant=acme, **changes) -> Quote:
        today = now.date()
        given = {
            "kind": "new",
            "plan": plan,
            "seats": 10,
            "starts_on": today,
            "term_months": 12,
            "valid_until": today + timedelta(days=10),
            "currency": "CNY",
        }
        made = quotes.write_quote(tenant=tenant, offer=quotes.Offer(**given | changes))
        for line in lines or (PER_SEAT, SETUP):
            quotes.add_line(quote_id=made.pk, line=line)
        if is_offered:
            quotes.offer_quote(quote_id=made.pk, at=now)
        made.refresh_from_db()
        return made

    return make


@pytest.fixture
def drafted(acme, quoted, now) -> Callable[..., Agreement]:
    """drafted(seats=10) → the agreement of an accepted quote, all nine clauses written, nobody has signed."""

    def make(**changes) -> Agreement:
        quote = quoted(**changes)
        quotes.accept_quote(tenant=acme, quote_id=quote.pk, at=now)
        made = Agreement.objects.get(quote=quote)
        words = {name: f"About {name}." for name in CLAUSES}
        agreements.write_agreement(agreement_id=made.pk, values=words)
        made.refresh_from_db()
        return made

    return make


@pytest.fixture
def signed(acme, drafted, now) -> Callable[..., Agreement]:
    def make(**changes) -> Agreement:
        made = drafted(**changes)
        for side in Side:
            sign(made, side, now)
        return made

    return make


@pytest.fixture
def held(signed, now) -> Callable[..., Agreement]:
    """held(seats=10) → acme's agreement, in force."""

    def make(**changes) -> Agreement:
        made = signed(**changes)
        agreements.put_in_force(agreement_id=made.pk, at=now)
        made.refresh_from_db()
        return made

    return make
