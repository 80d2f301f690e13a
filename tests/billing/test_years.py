"""Parts of a month, of a year and of a cost: they add up to the whole however it is cut. Computed, no tables."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.billing import months, rounding, years
from tenants.billing.costs import split
from tenants.billing.money import PLACES, places_of, shown
from tenants.models import Currency

A_DAY = timedelta(days=1)
DAYS = st.dates(date(2023, 1, 1), date(2033, 12, 31))
FEES = st.decimals("0", "9999999999.99", places=2)


@settings(max_examples=300, deadline=None)
@given(FEES, DAYS, st.lists(st.integers(0, 366), max_size=15))
def test_the_parts_of_a_year_are_the_year_however_it_is_cut(
    fee: Decimal, start: date, cuts: list[int]
) -> None:
    year = next(years.years_of(start, start))
    ends = sorted({min(year.first + cut * A_DAY, year.last) for cut in cuts} | {year.last})
    first, parts, lengths = year.first, [], []
    for end in ends:
        parts.append(years.part_of_year(fee, year, first, end))
        lengths.append(years.months_between(year, first, end))
        first = end + A_DAY
    assert sum(parts) == fee
    assert all(part >= 0 for part in parts)
    assert abs(sum(lengths) - 12) <= Decimal("0.00001")


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(0, 6))
def test_years_of_a_contract_follow_each_other_without_a_gap(start: date, count: int) -> None:
    found = list(years.years_of(start, years.anniversary(start, count)))
    assert len(found) == count + 1
    assert found[0].first == start
    assert all(later.first == earlier.last + A_DAY for earlier, later in zip(found, found[1:], strict=False))
    assert all(year.days in (365, 366) for year in found)


def test_a_contract_of_the_29_of_february_has_whole_years_too() -> None:
    found = [(year.first, year.last) for year in years.years_of(date(2028, 2, 29), date(2032, 3, 1))]
    assert found[0] == (date(2028, 2, 29), date(2029, 2, 27))
    assert found[3:] == [
        (date(2031, 2, 28), date(2032, 2, 28)),
        (date(2032, 2, 29), date(2033, 2, 27)),
    ]


def test_whole_months_of_a_year_that_begins_on_the_first_are_twelfths() -> None:
    year = next(years.years_of(date(2026, 1, 1), date(2026, 1, 1)))
    parts = [
        years.part_of_year(Decimal("1000.00"), year, month, months.last_day(month))
        for month in (date(2026, number, 1) for number in range(1, 13))
    ]
    assert parts[:3] == [Decimal("83.333333"), Decimal("83.333334"), Decimal("83.333333")]
    assert sum(parts) == 1000


@settings(max_examples=200, deadline=None)
@given(FEES, DAYS)
def test_a_month_cut_in_two_misses_less_than_a_millionth(fee: Decimal, day: date) -> None:
    whole = months.days_in(day)
    first = rounding.prorated(fee, day.day, whole)
    second = rounding.prorated(fee, whole - day.day, whole)
    assert abs(first + second - fee) <= Decimal("0.000001")
    assert rounding.prorated(fee, whole, whole) == fee


@settings(max_examples=200, deadline=None)
@given(
    st.decimals("-99999999999.99", "99999999999.99", places=2),
    st.dictionaries(st.integers(1, 50), st.integers(0, 10**9), min_size=1, max_size=12),
)
def test_the_shares_of_a_cost_are_the_cost(amount: Decimal, weights: dict[int, int]) -> None:
    if not sum(weights.values()):
        weights = weights | {99: 1}
    parts = split(amount, weights)
    assert sum(parts.values()) == amount
    assert all(parts[key] == 0 for key in weights if not weights[key])


@settings(max_examples=200, deadline=None)
@given(st.decimals("-1e12", "1e12", places=6), st.sampled_from([*Currency.values, *PLACES]))
def test_a_coin_is_as_small_as_the_currency_has_it(amount: Decimal, currency: str) -> None:
    coin = Decimal(1).scaleb(-places_of(currency))
    rounded = rounding.to_coin(amount, currency)
    assert abs(rounded - amount) <= coin / 2
    assert rounded % coin == 0
    assert rounding.to_coin(-amount, currency) == -rounded
    assert rounding.to_coin(rounded, currency) == rounded


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [("1.5", "JPY", "2"), ("-1.5", "JPY", "-2"), ("1.0005", "KWD", "1.001"), ("1.005", "CNY", "1.01")],
)
def test_half_a_coin_is_rounded_away_from_nothing(amount: str, currency: str, said: str) -> None:
    assert str(rounding.to_coin(Decimal(amount), currency)) == said


def test_an_amount_is_read_with_two_places_unless_the_third_says_something() -> None:
    assert str(shown(Decimal("860.260"))) == "860.26"
    assert str(shown(Decimal("1.001"))) == "1.001"


@settings(max_examples=200, deadline=None)
@given(st.integers(-5, 10**7), st.integers(0, 10_000), st.integers(1, 10_000))
def test_billed_seconds_are_whole_increments_and_never_fewer_than_talked(seconds, minimum, increment) -> None:
    billed = rounding.billed_seconds(seconds, minimum=minimum, increment=increment)
    if seconds <= 0:
        assert billed == 0
    else:
        assert billed % increment == 0
        assert billed >= max(seconds, minimum)
        assert billed - max(seconds, minimum) < increment
