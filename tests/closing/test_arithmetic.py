"""Rounding, tax, capitals, open sums and steps of reminders: figures by hand, and whatever else at random."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.billing.money import places_of
from tenants.billing.rounding import to_coin
from tenants.closing.accounts import Given, Owed, standing_of
from tenants.closing.capitals import in_capitals
from tenants.closing.dunning import step_due, suspends_on
from tenants.closing.models import ReminderPolicy
from tenants.closing.taxes import Rate, tax_in, taxed

SIX, NINE = (
    Rate("services", "VAT 6 %", "增值税 6%", Decimal(6)),
    Rate("telecom", "VAT 9 %", "增值税 9%", Decimal(9)),
)
ZERO_RATE, EXEMPT = Rate("zero", "0", "0", Decimal(0)), Rate("exempt", "exempt", "免税", None)
CURRENCIES = st.sampled_from(("JPY", "CNY", "KWD"))
AMOUNTS = st.decimals("-9999", "99999", places=3)


def d(text: str) -> Decimal:
    return Decimal(text)


# --- rounding ---


@pytest.mark.parametrize(
    ("currency", "amount", "rounded"),
    [("JPY", "0.5", "1"), ("JPY", "1234.49", "1234"), ("CNY", "0.125", "0.13"), ("CNY", "-0.125", "-0.13"),
     ("KWD", "0.0005", "0.001"), ("KWD", "1.2344", "1.234")],
)  # fmt: skip
def test_amounts_are_rounded_half_up_to_what_the_currency_has(currency, amount, rounded) -> None:
    assert to_coin(d(amount), currency) == d(rounded)
    assert -to_coin(d(amount), currency).as_tuple().exponent == places_of(currency)


# --- tax ---


def test_tax_upon_prices_by_hand() -> None:
    """0.33 + 0.33 + 0.34 at 6 % is 0.06 of tax: line by line it would be 0.02 three times, or 0.0198 rounded."""
    lines, sums = taxed([(d("0.33"), SIX), (d("0.33"), SIX), (d("0.34"), SIX)], "CNY", is_included=False)
    assert sums["services"].tax == d("0.06")
    assert [line.tax for line in lines] == [d("0.02"), d("0.02"), d("0.02")]
    lines, sums = taxed([(d("860.00"), SIX), (d("0.39"), NINE), (d("5"), EXEMPT)], "CNY", is_included=False)
    assert {code: one.tax for code, one in sums.items()} == {
        "services": d("51.60"),
        "telecom": d("0.04"),
        "exempt": d("0.00"),
    }
    assert [line.gross for line in lines] == [d("911.60"), d("0.43"), d("5.00")]


def test_tax_in_prices_by_hand() -> None:
    """106.00 with 6 % in it is 100.00 and 6.00; yen have no parts, dinars have three."""
    (line,), _sums = taxed([(d("106.00"), SIX)], "CNY", is_included=True)
    assert (line.net, line.tax, line.gross) == (d("100.00"), d("6.00"), d("106.00"))
    assert tax_in(d("1000"), d("13"), "JPY", is_included=True) == d("115")
    assert tax_in(d("10.000"), d("3"), "KWD", is_included=True) == d("0.291")
    assert (
        tax_in(d("10"), None, "CNY", is_included=False)
        == tax_in(d("10"), d("0"), "CNY", is_included=False)
        == 0
    )


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(AMOUNTS, st.sampled_from((SIX, NINE, ZERO_RATE, EXEMPT))), min_size=1, max_size=20),
    CURRENCIES,
    st.booleans(),
)
def test_lines_and_sums_of_tax_always_agree(lines, currency: str, is_included: bool) -> None:
    lines = [(to_coin(amount, currency), rate) for amount, rate in lines]
    done, sums = taxed(lines, currency, is_included=is_included)
    assert sum(line.tax for line in done) == sum(one.tax for one in sums.values())
    assert sum(line.net for line in done) == sum(one.net for one in sums.values())
    for (amount, rate), line in zip(lines, done, strict=True):
        assert (line.gross if is_included else line.net) == amount
        assert rate.percent or line.tax == 0
        percent = rate.percent or Decimal(0)
        exact = amount * percent / (100 + percent if is_included else 100)
        assert abs(line.tax - exact) <= Decimal(1).scaleb(-places_of(currency))
    for code, one in sums.items():
        rate = next(rate for _amount, rate in lines if rate.code == code)
        whole = sum(amount for amount, other in lines if other.code == code)
        assert one.tax == tax_in(whole, rate.percent, currency, is_included=is_included)


# --- capitals ---


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("10", "人民币壹拾元整"),
        ("1005.05", "人民币壹仟零伍元零伍分"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("100010000", "人民币壹亿零壹万元整"),
        ("1000000001.10", "人民币壹拾亿零壹元壹角整"),
        ("-3.20", "人民币负叁元贰角整"),
    ],
)
def test_yuan_in_capitals(amount: str, capitals: str) -> None:
    assert in_capitals(d(amount)) == capitals


def test_what_is_no_amount_of_yuan_is_not_put_into_capitals() -> None:
    for amount in ("0.001", "10000000000000000"):
        with pytest.raises(ValueError, match=amount.rstrip("0")):
            in_capitals(d(amount))


# --- open sums ---


def test_credits_and_payments_by_hand() -> None:
    """100 and 50 owed: 30 credited on the first, 60 paid for the second. 10 over go to the first: 60 are open."""
    standing = standing_of([Owed(1, d("100")), Owed(2, d("50"))], [Given(d("30"), 1), Given(d("60"), 2)])
    assert standing.open == {1: d("60"), 2: d("0")}
    assert (standing.on_account, standing.balance) == (d("0"), d("60"))
    over = standing_of([Owed(1, d("100"))], [Given(d("100"), 1), Given(d("25"), 1)])
    assert (over.open, over.on_account, over.balance) == ({1: d("0")}, d("25"), d("-25"))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.decimals("0.01", "999", places=2), max_size=8),
    st.lists(st.tuples(st.decimals("0.01", "999", places=2), st.none() | st.integers(0, 9)), max_size=8),
)
def test_open_sums_less_what_is_on_account_are_the_balance(totals, given_) -> None:
    owed = [Owed(key, total) for key, total in enumerate(totals)]
    standing = standing_of(owed, [Given(amount, towards) for amount, towards in given_])
    assert standing.balance == sum(totals) - sum(amount for amount, _towards in given_)
    assert all(0 <= left <= totals[key] for key, left in standing.open.items())
    assert standing.on_account >= 0
    assert not (standing.on_account and any(standing.open.values()))


# --- steps ---

DUE = date(2026, 12, 17)
POLICY = ReminderPolicy()


def test_steps_of_a_year_in_their_order_and_each_once() -> None:
    taken, told, warned = set(), [], None
    for late in range(365):
        today = DUE + timedelta(days=late)
        step = step_due(POLICY, due_on=DUE, today=today, taken=taken, suspends_on=warned)
        if step == "warning":
            warned = suspends_on(POLICY, due_on=DUE, today=today)
        if step:
            taken.add(step)
            told.append((late, step))
    assert told == [(3, "first"), (10, "second"), (20, "warning"), (30, "suspension")]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 120), max_size=30).map(sorted), st.integers(1, 20), st.booleans())
def test_nobody_is_ever_suspended_without_a_warning_days_before(
    days, least: int, is_suspending: bool
) -> None:
    """However seldom the nightly task ran."""
    policy = ReminderPolicy(least_warning_days=least, is_suspending=is_suspending)
    taken: dict[str, date] = {}
    warned = None
    for late in days:
        today = DUE + timedelta(days=late)
        step = step_due(policy, due_on=DUE, today=today, taken=taken, suspends_on=warned)
        assert step not in taken
        if step == "warning":
            warned = suspends_on(policy, due_on=DUE, today=today)
        if step:
            taken[step] = today
    if "suspension" in taken:
        assert is_suspending
        assert (taken["suspension"] - taken["warning"]).days >= least
        assert taken["suspension"] >= DUE + timedelta(days=30)
