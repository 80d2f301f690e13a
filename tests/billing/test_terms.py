"""Contracts by the year, in parts and ahead; discounts by term; seats for some days. Each run again writes nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from telephony.actions.setup import check_seats
from telephony.errors import NoFreeSeat
from tenants.billing.actions import draft_invoice, rate_seats
from tenants.billing.models import Charge, ContractTerm, TemporarySeats, TermDiscount
from tenants.billing.queries import seats_on, totals, usage
from tenants.models import Contract
from tests.billing.conftest import ANSWERED, price_list, terms

JANUARY, NOVEMBER = date(2026, 1, 1), date(2026, 11, 1)
MONTHS = [date(2026 + number // 12, number % 12 + 1, 1) for number in range(14)]


@pytest.fixture
def yearly(plan):
    return price_list(
        plan,
        plan_fee="300.00",
        seat_fee="80.00",
        plan_fee_year="3000.00",
        seat_fee_year="800.00",
        seat_fee_day="6.50",
    )


def agreed(contract: Contract, paid: str, months: int = 12) -> ContractTerm:
    return ContractTerm.objects.create(contract=contract, paid=paid, months=months)


def rate(tenant, months: list[date]) -> list[Decimal]:
    """What each month comes to; every month is rated twice, and the second time writes nothing."""
    for month in months:
        rate_seats(tenant=tenant, month=month)
        count = Charge.objects.count()
        rate_seats(tenant=tenant, month=month)
        assert Charge.objects.count() == count
    return [totals(tenant, month).get("CNY", Decimal(0)) for month in months]


def lines(tenant, month: date) -> list[tuple[str, str, str, str, str]]:
    rows = [row for row in usage(tenant, month) if row.quantity or row.amount]
    return [(row.kind, row.label, str(row.quantity), str(row.amount), row.rule) for row in rows]


def test_a_year_ahead_is_paid_whole_in_the_month_it_begins(acme, globex, plan, yearly, british) -> None:
    contract = terms(acme, plan, date(2026, 1, 16), seats=5)
    agreed(contract, "ahead")
    months = rate(acme, MONTHS[:14])
    assert months[0] == 3000 + 2 * 800 == months[12]
    assert sum(months) == 2 * 4600
    assert lines(acme, JANUARY) == [
        ("plan", "Standard 2026-01-16/2027-01-15", "1.000000", "3000.000000", "ahead"),
        ("seats", "Standard 2026-01-16/2027-01-15 × 2", "2.000000", "1600.000000", "ahead"),
    ]
    assert not Charge.objects.filter(tenant=globex).exists()


def test_a_year_ahead_that_ends_early_is_given_back_by_days_once(acme, plan, yearly) -> None:
    contract = terms(acme, plan, JANUARY, seats=3)
    agreed(contract, "ahead")
    rate(acme, MONTHS[:6])
    Contract.objects.filter(pk=contract.pk).update(ends_on=date(2026, 7, 31))
    rate(acme, MONTHS[6:8])
    rate(acme, [*MONTHS[:9], MONTHS[2]])
    # 212 of 365 days of 3,000.00, rounded half up to the millionth.
    assert sum(totals(acme, month).get("CNY", 0) for month in MONTHS) == Decimal("1742.465753")
    assert totals(acme, JANUARY) == {"CNY": Decimal(3000)}
    assert totals(acme, MONTHS[6]) == {"CNY": Decimal("-1257.534247")}


def test_more_seats_in_the_middle_of_a_year_ahead_are_a_contract_that_follows(acme, plan, yearly) -> None:
    first = terms(acme, plan, JANUARY, date(2026, 6, 30), seats=3)
    agreed(first, "ahead")
    rate(acme, MONTHS[:5])
    second = terms(acme, plan, date(2026, 7, 1), seats=5)
    agreed(second, "ahead")
    months = rate(acme, MONTHS[:12])
    # 181 of 365 days of the first year, and a whole one of the second.
    assert sum(months) == Decimal("1487.671233") + 4600
    assert months[0] == Decimal("1487.671233")


def test_a_year_in_monthly_parts_is_the_year_also_from_the_middle_of_a_month(acme, plan, yearly) -> None:
    contract = terms(acme, plan, date(2026, 1, 16), seats=5)
    agreed(contract, "twelfths")
    months = rate(acme, MONTHS[:13])
    assert months[1] == Decimal("383.333334")
    assert months[0] == Decimal("197.849462")
    label = "Standard 2026-01-16/2026-01-31"
    assert lines(acme, JANUARY)[0] == ("plan", label, "0.043011", "129.032258", "twelfths")
    # January 2027 holds the end of the first year and the beginning of the second.
    ended = Charge.objects.filter(month=MONTHS[12], label__contains="2027-01-01/2027-01-15")
    assert sum(months[:12]) + sum(ended.values_list("amount", flat=True)) == 4600


def test_without_yearly_prices_a_year_is_twelve_months(acme, plan, prices) -> None:
    agreed(terms(acme, plan, JANUARY, seats=3), "ahead")
    assert rate(acme, MONTHS[:1]) == [Decimal(3600)]


@pytest.mark.parametrize(
    ("months", "paid", "comes_to"),
    [
        (11, "monthly", "860.00"),
        (12, "monthly", "817.00"),
        (36, "monthly", "774.00"),
        (24, "ahead", "7740.00"),
        (24, "twelfths", "645.00"),
    ],
)
def test_the_longest_discount_the_term_reaches_is_a_line_of_its_own(
    acme, plan, yearly, months: int, paid: str, comes_to: str
) -> None:
    TermDiscount.objects.create(price_list=yearly, months=12, percent=5)
    TermDiscount.objects.create(price_list=yearly, months=24, percent=10)
    agreed(terms(acme, plan, JANUARY), paid, months)
    assert rate(acme, [JANUARY]) == [Decimal(comes_to)]
    if months == 36:
        off = ("discount", "−10 % · 2026-01-01/2026-01-31", "860.000000", "-86.000000", "term")
        assert lines(acme, JANUARY)[2] == off


def test_temporary_seats_are_paid_by_their_days_in_each_month(acme, plan, yearly, contract) -> None:
    lent = TemporarySeats.objects.create(
        tenant=acme, seats=4, first_day=date(2026, 10, 30), last_day=date(2026, 11, 2)
    )
    (october, november) = rate(acme, [date(2026, 10, 1), NOVEMBER])
    assert (october - 860, november - 860) == (4 * 2 * Decimal("6.50"), 4 * 2 * Decimal("6.50"))
    assert lines(acme, NOVEMBER)[1] == (
        "seats",
        "+4 2026-11-01/2026-11-02",
        "8.000000",
        "52.000000",
        "seat_days",
    )
    TemporarySeats.objects.filter(pk=lent.pk).update(last_day=date(2026, 10, 30))
    assert rate(acme, [date(2026, 10, 1), NOVEMBER]) == [860 + Decimal("26.00"), Decimal(860)]


def test_temporary_seats_are_seats_while_they_last(acme, globex, plan, contract, british, inside) -> None:
    today = timezone.localdate()
    lent = TemporarySeats.objects.create(tenant=acme, seats=4, first_day=today, last_day=today)
    assert (seats_on(acme, today), seats_on(acme, today + timedelta(days=1))) == (14, 10)
    assert seats_on(globex, today) == 2
    with inside(acme):
        check_seats(adding=14)
        with pytest.raises(NoFreeSeat):
            check_seats(adding=15)
        lent.delete()
        with pytest.raises(NoFreeSeat):
            check_seats(adding=11)


def test_what_has_no_prices_is_counted_for_every_way_of_paying(acme, plan) -> None:
    agreed(terms(acme, plan, JANUARY), "ahead")
    TemporarySeats.objects.create(tenant=acme, seats=1, first_day=NOVEMBER, last_day=NOVEMBER)
    assert rate_seats(tenant=acme, month=NOVEMBER) == 3
    assert not Charge.objects.exists()


def test_how_a_contract_is_paid_stays_once_fees_were_charged(acme, plan, yearly) -> None:
    term = agreed(terms(acme, plan, JANUARY), "monthly")
    term.paid = "ahead"
    term.full_clean()
    rate(acme, [JANUARY])
    with pytest.raises(ValidationError, match="Fees were charged"):
        term.full_clean()
    term.paid = "monthly"
    term.full_clean()


def test_the_rule_of_a_part_stands_in_words_under_its_line(acme, plan, yearly, member, client_of) -> None:
    terms(acme, plan, date(2026, 11, 16))
    (invoice,) = draft_invoice(tenant=acme, month=NOVEMBER, at=ANSWERED)
    assert {line.rule for line in invoice.lines.all()} == {"month_days"}
    client = client_of(member(acme, "finance"))
    for page in (f"/usage/invoices/{invoice.pk}/", "/usage/?month=2026-11"):
        assert "the fee × days ÷ days of that month" in client.get(page).content.decode()


def test_finance_sets_terms_and_temporary_seats_in_the_console(
    acme, plan, contract, member, client_of
) -> None:
    finance = client_of(member(None, "operator_finance"))
    typed = {"contract": contract.pk, "paid": "ahead", "months": "24"}
    finance.post("/admin/billing/contractterm/add/", typed)
    assert ContractTerm.objects.get().months == 24
    seats = {"tenant": acme.pk, "seats": "3", "first_day": "2026-11-20", "last_day": "2026-11-19", "note": ""}
    refused = finance.post("/admin/billing/temporaryseats/add/", seats)
    assert "They end before they begin." in refused.content.decode()
    finance.post("/admin/billing/temporaryseats/add/", seats | {"last_day": "2026-11-30"})
    assert TemporarySeats.objects.get().seats == 3
    operator = client_of(member(None, "operator"))
    assert operator.post("/admin/billing/temporaryseats/add/", seats).status_code == 403
    assert operator.get("/admin/billing/contractterm/").status_code == 200
