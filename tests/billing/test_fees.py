"""Plan, seats and numbers by the days they were had; the ledger follows when the terms change."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tenants.billing.actions import rate_numbers, rate_seats
from tenants.billing.models import Charge
from tenants.billing.queries import totals, usage
from tenants.models import Contract, NumberAssignment
from tests.billing.conftest import number_of, price_list, terms

NOVEMBER, FEBRUARY, LEAP_FEBRUARY = date(2026, 11, 1), date(2026, 2, 1), date(2028, 2, 1)


def lines(tenant, month: date) -> list[tuple[str, str, str, str]]:
    """(kind, label, quantity, amount) of what is not nothing."""
    rows = [row for row in usage(tenant, month) if row.quantity or row.amount]
    return [(row.kind, row.label, str(row.quantity), str(row.amount)) for row in rows]


def test_a_whole_month_costs_the_plan_and_the_seats_beyond_those_included(acme, prices, contract) -> None:
    assert rate_seats(tenant=acme, month=NOVEMBER) == 0
    assert lines(acme, NOVEMBER) == [
        ("plan", "Standard 2026-11-01/2026-11-30", "1.000000", "300.000000"),
        ("seats", "Standard 2026-11-01/2026-11-30 × 7", "7.000000", "560.000000"),
    ]


@pytest.mark.parametrize(
    ("month", "starts_on", "ends_on", "plan_fee"),
    [
        (NOVEMBER, date(2026, 11, 16), None, "150.000000"),
        (NOVEMBER, date(2026, 11, 30), None, "10.000000"),
        (NOVEMBER, date(2026, 1, 1), date(2026, 11, 1), "10.000000"),
        (FEBRUARY, date(2026, 2, 15), None, "150.000000"),
        (LEAP_FEBRUARY, date(2028, 2, 15), None, "155.172414"),
        (LEAP_FEBRUARY, date(2028, 2, 29), None, "10.344828"),
        (date(2026, 12, 1), date(2026, 12, 31), None, "9.677419"),
    ],
)
def test_part_of_a_month_costs_its_days(acme, plan, prices, month, starts_on, ends_on, plan_fee) -> None:
    terms(acme, plan, starts_on, ends_on, seats=3)
    rate_seats(tenant=acme, month=month)
    assert totals(acme, month) == {"CNY": Decimal(plan_fee)}


def test_a_contract_outside_the_month_costs_nothing(acme, plan, prices) -> None:
    terms(acme, plan, date(2026, 12, 1))
    assert rate_seats(tenant=acme, month=NOVEMBER) == 0
    assert not Charge.objects.exists()


def test_seats_that_change_in_the_middle_are_counted_by_their_days(acme, plan, prices) -> None:
    terms(acme, plan, date(2026, 1, 1), date(2026, 11, 10), seats=4)
    terms(acme, plan, date(2026, 11, 11), seats=8)
    rate_seats(tenant=acme, month=NOVEMBER)
    seats = [line for line in lines(acme, NOVEMBER) if line[0] == "seats"]
    assert [(quantity, amount) for _, _, quantity, amount in seats] == [
        ("0.333333", "26.666667"),
        ("3.333333", "266.666667"),
    ]


def test_where_contracts_overlap_the_later_one_counts(acme, plan, prices) -> None:
    terms(acme, plan, date(2026, 1, 1), seats=3)
    terms(acme, plan, date(2026, 11, 16), seats=3)
    rate_seats(tenant=acme, month=NOVEMBER)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("300.000000")}


def test_rating_again_writes_nothing(acme, prices, contract) -> None:
    rate_seats(tenant=acme, month=NOVEMBER)
    before = list(Charge.objects.values_list("pk", flat=True))
    rate_seats(tenant=acme, month=NOVEMBER)
    assert list(Charge.objects.values_list("pk", flat=True)) == before


def test_a_changed_contract_is_taken_back_whole_and_written_anew(acme, prices, contract) -> None:
    rate_seats(tenant=acme, month=NOVEMBER)
    Contract.objects.filter(pk=contract.pk).update(seats=5, ends_on=date(2026, 11, 15))
    rate_seats(tenant=acme, month=NOVEMBER)
    assert lines(acme, NOVEMBER) == [
        ("plan", "Standard 2026-11-01/2026-11-15", "0.500000", "150.000000"),
        ("seats", "Standard 2026-11-01/2026-11-15 × 2", "1.000000", "80.000000"),
    ]
    assert Charge.objects.count() == 6
    Contract.objects.filter(pk=contract.pk).update(seats=10, ends_on=None)
    rate_seats(tenant=acme, month=NOVEMBER)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("860.000000")}


def test_new_prices_count_from_the_period_that_begins_under_them(acme, plan, prices, contract) -> None:
    price_list(plan, version=2, valid_from=date(2026, 12, 1), plan_fee="400.00")
    rate_seats(tenant=acme, month=NOVEMBER)
    rate_seats(tenant=acme, month=date(2026, 12, 1))
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("860.000000")}
    assert totals(acme, date(2026, 12, 1)) == {"CNY": Decimal("400.000000")}


def test_a_period_without_prices_is_counted_and_not_silently_free(acme, plan, contract) -> None:
    assert rate_seats(tenant=acme, month=NOVEMBER) == 1
    assert not Charge.objects.exists()


def test_a_number_costs_its_fee_from_the_day_it_was_assigned(acme, plan) -> None:
    """16:30 on the 15th in London is past midnight in Shanghai: fifteen days."""
    number_of(acme, "+862155500009", "100.00", since=datetime(2026, 11, 15, 16, 30, tzinfo=UTC))
    rate_numbers(tenant=acme, month=NOVEMBER)
    assert lines(acme, NOVEMBER) == [
        ("number", "+862155500009 2026-11-16/2026-11-30", "0.500000", "50.000000")
    ]


def test_the_day_a_number_goes_back_is_the_next_ones(acme, globex) -> None:
    number = number_of(acme, "+862155500009", "90.00", since=datetime(2026, 10, 1, tzinfo=UTC))
    given_back = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
    NumberAssignment.objects.update(returned_at=given_back)
    NumberAssignment.objects.create(number=number, tenant=globex, assigned_at=given_back)
    for tenant in (acme, globex):
        rate_numbers(tenant=tenant, month=NOVEMBER)
    assert lines(acme, NOVEMBER) == [
        ("number", "+862155500009 2026-11-01/2026-11-10", "0.333333", "30.000000")
    ]
    assert lines(globex, NOVEMBER) == [
        ("number", "+862155500009 2026-11-11/2026-11-30", "0.666667", "60.000000")
    ]


def test_a_number_given_back_on_the_day_it_came_costs_nothing(acme, plan) -> None:
    number_of(acme, "+862155500009", since=datetime(2026, 11, 11, 4, tzinfo=UTC))
    NumberAssignment.objects.update(returned_at=datetime(2026, 11, 11, 9, tzinfo=UTC))
    rate_numbers(tenant=acme, month=NOVEMBER)
    rate_numbers(tenant=acme, month=date(2026, 12, 1))
    assert not Charge.objects.exists()


def test_a_number_given_back_after_it_was_rated_is_corrected(acme, plan) -> None:
    number_of(acme, "+862155500009", "90.00", since=datetime(2026, 10, 1, tzinfo=UTC))
    rate_numbers(tenant=acme, month=NOVEMBER)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("90.000000")}
    NumberAssignment.objects.update(returned_at=datetime(2026, 11, 11, 4, tzinfo=UTC))
    rate_numbers(tenant=acme, month=NOVEMBER)
    rate_numbers(tenant=acme, month=NOVEMBER)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("30.000000")}
