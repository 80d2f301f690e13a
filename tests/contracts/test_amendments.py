"""What changes from a day on: approved by both, in force by itself, the days before billed as they were."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from telephony import actions as calls
from telephony.errors import NoFreeSeat
from telephony.models import Agent, Call
from tenants.billing.actions import rate_seats
from tenants.billing.models import Charge, PriceList, TermDiscount
from tenants.billing.queries import totals
from tenants.closing.models import Close
from tenants.contracts import errors
from tenants.contracts.actions import amendments, quotes
from tenants.contracts.actions.amendments import Changes
from tenants.contracts.actions.carrying import carry_out_what_is_due
from tenants.contracts.models import Amendment
from tenants.contracts.words import words_of_change
from tenants.models import Contract
from tenants.plans.queries import modules_of
from tests.contracts.story import close_month
from tests.telephony_rows import a_call, an_agent

DAY = timedelta(days=1)


def terms_of(tenant) -> list[tuple]:
    rows = Contract.objects.filter(tenant=tenant).order_by("starts_on")
    return list(rows.values_list("starts_on", "ends_on", "seats"))


@pytest.fixture
def propose(acme, now):
    def do(agreement, day: date, side: str = "vendor", **changes) -> Amendment:
        return amendments.propose_amendment(
            tenant=acme,
            agreement_id=agreement.pk,
            changes=Changes(**changes),
            effective_on=day,
            reason="growth",
            side=side,
            at=now,
        )

    return do


def test_an_accepted_expansion_holds_from_its_day_and_no_running_call_is_touched(
    acme, globex, plan, held, quoted, inside, member, now
):
    agreement = held(seats=10)
    crew = [member(acme, "agent") for _ in range(11)]
    with inside(acme):
        agents = [an_agent(one) for one in crew[:10]]
        for agent in agents:
            a_call(now, agent=agent)
    fee = quotes.Line(kind="expansion", label="90 seats", billed="once", quantity=1, unit_price=500)
    quote = quoted(fee, kind="expansion", seats=100, starts_on=now.date() + DAY, modules=["surveys"])
    quotes.accept_quote(tenant=acme, quote_id=quote.pk, at=now)
    made = Amendment.objects.get(quote=quote)
    assert (made.state, made.before["seats"], made.after["seats"]) == ("approved", 10, 100)
    with inside(acme):
        before = list(Call.objects.order_by("pk").values()), list(Agent.objects.order_by("pk").values())
        with pytest.raises(NoFreeSeat):
            calls.check_seats(adding=1)
    assert carry_out_what_is_due(at=now) == 0
    assert [carry_out_what_is_due(at=now + DAY), carry_out_what_is_due(at=now + DAY)] == [1, 0]
    assert terms_of(acme) == [
        (date(2026, 11, 16), date(2026, 11, 16), 10),
        (date(2026, 11, 17), agreement.ends_on, 100),
    ]
    assert not Contract.objects.filter(tenant=globex).exists()
    assert "surveys" in modules_of(acme, now + DAY)
    assert sorted(Charge.objects.values_list("amount", flat=True)) == [500, 3000]
    with inside(acme):
        after = list(Call.objects.order_by("pk").values()), list(Agent.objects.order_by("pk").values())
        assert after == before


def test_both_sides_approve_and_the_second_puts_it_in_force(acme, globex, held, propose, now):
    agreement = held()
    made = propose(agreement, now.date(), seats=20, clauses={"price": "More."}, modules={"quality": False})
    assert (made.vendor_at, made.customer_at, made.state) == (now, None, "proposed")
    with pytest.raises(errors.NotYours):
        amendments.approve_amendment(tenant=globex, amendment_id=made.pk, side="customer", at=now)
    amendments.approve_amendment(tenant=acme, amendment_id=made.pk, side="customer", at=now)
    agreement.refresh_from_db()
    made.refresh_from_db()
    assert (made.state, agreement.seats, agreement.price) == ("applied", 20, "More.")
    assert terms_of(acme) == [(date(2026, 11, 16), agreement.ends_on, 20)]
    assert "quality" not in modules_of(acme, now + DAY)
    told = {(str(what), before, after) for what, before, after in words_of_change(made)}
    assert told == {("seats", "10", "20"), ("Price", "About price.", "More."), ("Quality", "on", "off")}
    with pytest.raises(errors.AlreadyDecided):
        amendments.refuse_amendment(tenant=acme, amendment_id=made.pk, at=now)


def test_a_day_of_a_billed_month_is_refused_and_one_of_the_running_month_is_charged_anew(
    acme, held, propose, now
):
    agreement = held(starts_on=date(2026, 11, 1))
    close_month(acme, date(2026, 10, 1), now)
    with pytest.raises(errors.MonthIsBilled):
        propose(agreement, date(2026, 10, 31), seats=20)
    made = propose(agreement, date(2026, 11, 5), seats=20)
    close_month(acme, date(2026, 11, 1), now)
    with pytest.raises(errors.MonthIsBilled):
        amendments.approve_amendment(tenant=acme, amendment_id=made.pk, side="customer", at=now)
    Close.objects.filter(month=date(2026, 11, 1)).delete()
    assert terms_of(acme) == [(date(2026, 11, 1), date(2027, 10, 31), 10)]
    amendments.approve_amendment(tenant=acme, amendment_id=made.pk, side="customer", at=now)
    assert terms_of(acme) == [
        (date(2026, 11, 1), date(2026, 11, 4), 10),
        (date(2026, 11, 5), date(2027, 10, 31), 20),
    ]


def test_amendments_hold_in_the_order_of_their_days(acme, held, propose, now):
    agreement = held()
    first = propose(agreement, date(2026, 12, 1), seats=20)
    with pytest.raises(errors.EarlierAmendmentWaits):
        propose(agreement, date(2027, 1, 1), seats=30)
    amendments.approve_amendment(tenant=acme, amendment_id=first.pk, side="customer", at=now)
    with pytest.raises(errors.EarlierAmendmentWaits):
        propose(agreement, date(2026, 11, 20), seats=30)
    second = propose(agreement, date(2027, 1, 1), seats=30)
    assert second.before == {"seats": 20}
    amendments.refuse_amendment(tenant=acme, amendment_id=second.pk, at=now, reason="no")
    with pytest.raises(errors.ChangesNothing):
        propose(agreement, date(2027, 1, 1), seats=20)
    assert terms_of(acme) == [(date(2026, 11, 16), date(2027, 11, 15), 10)]


def test_one_that_cannot_be_carried_out_stops_no_other(acme, globex, held, propose, now):
    agreement = held()
    made = propose(agreement, now.date() + DAY, seats=20)
    amendments.approve_amendment(tenant=acme, amendment_id=made.pk, side="customer", at=now)
    # Somebody ended the terms by hand meanwhile.
    Contract.objects.filter(tenant=acme).update(ends_on=now.date())
    assert carry_out_what_is_due(at=now + DAY) == 0
    made.refresh_from_db()
    assert made.state == "approved"


def test_the_discount_of_the_term_stays_with_the_seats_that_came_later(acme, plan, held, propose, now):
    prices = PriceList.objects.create(
        plan=plan, version=1, valid_from=date(2026, 1, 1), currency="CNY", plan_fee=1000, seat_fee=10
    )
    TermDiscount.objects.create(price_list=prices, months=12, percent=5)
    agreement = held(seats=10)
    made = propose(agreement, date(2026, 12, 1), seats=20)
    amendments.approve_amendment(tenant=acme, amendment_id=made.pk, side="customer", at=now)
    carry_out_what_is_due(at=now + 15 * DAY)
    fees = []
    for month in (date(2026, 11, 1), date(2026, 12, 1)):
        rate_seats(tenant=acme, month=month)
        fees.append(totals(acme, month)["CNY"])
    # Half of November: 15 days of 30, and the training of 3000 once. December whole: 1000 + 20 × 10, less 5 %.
    assert fees == [550 - Decimal("27.5") + 3000, 1140]
