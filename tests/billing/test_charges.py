"""A leg's settled record becomes exactly one charge, at the right price, to the millionth."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from tenants.billing.actions import SettledLeg, charge_legs, price_unpriced
from tenants.billing.models import Charge
from tenants.billing.queries import totals, unpriced_charges, why_unpriced
from tests.billing.conftest import ANSWERED, number_of, price_list, terms

NOVEMBER = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("dialled", "seconds", "label", "billed", "amount"),
    [
        ("+8613812342211", 61, "China", 120, "0.200000"),
        ("+8613812342211", 60, "China", 60, "0.100000"),
        ("+8613812342211", 0.4, "China", 60, "0.100000"),
        ("+861065551234", 31, "Beijing", 36, "0.030000"),
        ("+861065551234", 1, "Beijing", 30, "0.025000"),
        ("+442079460958", 61, "Abroad", 120, "5.000000"),
        ("13812342211", 60, "China", 60, "0.100000"),
        ("4001234567", 60, "400 numbers", 60, "0.200000"),
    ],
)
def test_a_call_is_charged_by_the_longest_prefix(
    prices, contract, charge, dialled, seconds, label, billed, amount
) -> None:
    made = charge(seconds, other_number=dialled)
    assert (made.label, made.billed_seconds, made.amount) == (label, billed, Decimal(amount))
    assert made.currency == "CNY"
    assert made.price_version == 1
    assert made.state == Charge.State.PRICED


def test_amounts_come_from_the_seconds_and_not_from_rounded_minutes(prices, contract, charge) -> None:
    made = charge(10, direction="inbound")
    assert made.quantity == Decimal("0.166667")
    assert made.amount == Decimal("0.010000")


def test_a_third_of_a_cent_is_rounded_half_up_to_the_millionth(prices, contract, charge) -> None:
    prices.prices.filter(direction="inbound").update(per_minute=Decimal("0.000030"))
    assert charge(1, direction="inbound").amount == Decimal("0.000001")


def test_an_inbound_call_is_priced_by_the_kind_of_our_number(acme, prices, contract, charge) -> None:
    number_of(acme, "4008001234", kind="shared_cost")
    dear = prices.prices.get(direction="inbound")
    dear.pk, dear.number_kind, dear.label, dear.per_minute = (
        None,
        "shared_cost",
        "Calls to 400",
        Decimal("0.30"),
    )
    dear.save()
    assert charge(60, direction="inbound", number="4008001234").label == "Calls to 400"
    assert charge(60, direction="inbound", number="+862155500001").label == "Incoming calls"


def test_a_leg_told_again_is_charged_once(acme, prices, contract, charge) -> None:
    leg = uuid4()
    first, again = charge(60, leg_id=leg), charge(60, leg_id=leg)
    assert first.pk == again.pk
    assert Charge.objects.filter(tenant=acme).count() == 1


def test_a_leg_told_again_after_new_prices_keeps_its_price(acme, plan, prices, contract, charge) -> None:
    leg = uuid4()
    first = charge(60, leg_id=leg)
    newer = price_list(plan, version=2, valid_from=date(2026, 11, 1))
    newer.prices.update(per_minute=Decimal("9"))
    assert charge(60, leg_id=leg).pk == first.pk
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("0.100000")}
    assert charge(60).amount == Decimal("9.000000")


def test_nothing_is_charged_for_a_call_nobody_answered(acme, prices, contract, charge) -> None:
    assert charge(30, answered_at=None) is None
    assert charge(0) is None
    assert not Charge.objects.exists()


def test_an_internal_call_is_free_unless_it_has_a_price(acme, prices, contract, charge) -> None:
    assert charge(60, direction="internal", other_number="1002") is None
    assert not Charge.objects.exists()


def test_an_unknown_direction_is_refused(prices, contract, charge) -> None:
    with pytest.raises(ValueError, match="sideways"):
        charge(60, direction="sideways")
    assert not Charge.objects.exists()


def test_a_leg_without_a_price_is_listed_and_never_silently_free(acme, prices, contract, charge) -> None:
    prices.prices.filter(prefix="+").delete()
    made = charge(60, other_number="+442079460958")
    assert (made.state, made.reason, made.amount) == ("unpriced", "no_price", Decimal(0))
    assert [each.pk for each in unpriced_charges()] == [made.pk]


@pytest.mark.parametrize(("has_contract", "reason"), [(False, "no_contract"), (True, "no_price_list")])
def test_what_is_missing_is_said(acme, plan, charge, has_contract: bool, reason: str) -> None:
    if has_contract:
        terms(acme, plan, date(2026, 1, 1))
    assert charge(60).reason == reason


def test_why_there_is_no_price_is_asked_once_a_day(acme, plan, contract, django_assert_num_queries) -> None:
    legs = [
        SettledLeg(uuid4(), "n", "outbound", "+862155500001", "+4420794609", ANSWERED, ANSWERED, 60, False)
        for _ in range(3)
    ]
    with django_assert_num_queries(1):
        assert why_unpriced(acme, ANSWERED.date()) == "no_price_list"
    charge_legs(legs, tenant_schema="acme")
    assert [one.reason for one in Charge.objects.all()] == ["no_price_list"] * 3


def test_a_leg_without_a_price_gets_one_when_there_is_one(acme, plan, contract, charge) -> None:
    leg = uuid4()
    charge(60, leg_id=leg)
    price_list(plan)
    assert price_unpriced(tenant=acme, month=NOVEMBER) == 1
    assert price_unpriced(tenant=acme, month=NOVEMBER) == 0
    assert not unpriced_charges().exists()
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("0.100000")}
    assert charge(60, leg_id=leg).amount == Decimal("0.100000")
    assert Charge.objects.filter(state="priced").count() == 1


def test_the_true_record_corrects_an_estimate_by_one_more_row(acme, prices, contract, charge) -> None:
    leg = uuid4()
    estimate = charge(65, leg_id=leg, is_estimated=True)
    assert estimate.amount == Decimal("0.200000")
    charge(58, leg_id=leg)
    charge(58, leg_id=leg)
    added = Charge.objects.get(kind=Charge.Kind.ADJUSTMENT)
    assert (added.amount, added.billed_seconds) == (Decimal("-0.100000"), -60)
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("0.100000")}


def test_a_true_record_that_agrees_with_the_estimate_adds_nothing(acme, prices, contract, charge) -> None:
    leg = uuid4()
    charge(65, leg_id=leg, is_estimated=True)
    charge(65, leg_id=leg)
    assert Charge.objects.count() == 1


def test_a_leg_is_charged_from_inside_the_tenants_schema(acme, in_acme, prices, contract, charge) -> None:
    assert charge(60).amount == Decimal("0.100000")


def test_a_rolled_back_settlement_leaves_no_charge(prices, contract, charge) -> None:
    with transaction.atomic():
        charge(60)
        transaction.set_rollback(True)
    assert not Charge.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE billing_charge SET amount = 0", "DELETE FROM billing_charge WHERE amount > 0"]
)
def test_the_ledger_can_only_be_added_to(prices, contract, charge, statement: str) -> None:
    made = charge(60)
    with (
        pytest.raises((InternalError, ProgrammingError), match="only be added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Charge.objects.get(pk=made.pk).amount == Decimal("0.100000")


def test_hostile_numbers_are_kept_as_text_and_cut(prices, contract, charge) -> None:
    made = charge(60, other_number="=cmd|'/c calc'!A0" + "9" * 2_000, number="\n\n<b>")
    assert made.other_number == "=cmd|'/c calc'!A0" + "9" * 23
    assert made.state == Charge.State.UNPRICED


def test_signs_no_table_takes_are_dropped(prices, contract, charge) -> None:
    made = charge(60, other_number="+86138\x0012342211\r\n", number="\u202e4008001234")
    assert (made.other_number, made.number, made.state) == ("+8613812342211", "4008001234", "priced")


@pytest.mark.parametrize("seconds", [31 * 86_400, 10**12, float(10**18)])
def test_a_record_of_impossible_length_is_kept_for_finance_and_not_billed(
    acme, prices, contract, charge, seconds
) -> None:
    made = charge(seconds, ended_at=ANSWERED)
    assert (made.state, made.amount, made.billable_seconds) == ("unpriced", Decimal(0), 30 * 86_400 + 1)
    assert price_unpriced(tenant=acme, month=NOVEMBER) == 0


@pytest.mark.parametrize(
    ("answered_at", "in_shanghai", "in_london"),
    [
        (datetime(2026, 10, 31, 16, 0, tzinfo=UTC), "2026-11-01", "2026-10-01"),
        (datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC), "2026-10-01", "2026-10-01"),
        (datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC), "2026-11-01", "2026-10-01"),
        (datetime(2026, 11, 1, 0, 0, tzinfo=UTC), "2026-11-01", "2026-11-01"),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "2026-07-01", "2026-07-01"),
    ],
)
def test_a_month_begins_at_the_tenants_midnight(
    globex, prices, contract, british, charge, answered_at, in_shanghai, in_london
) -> None:
    """The last: London is an hour ahead in summer."""
    here, there = charge(60, answered_at=answered_at), charge(60, answered_at=answered_at, tenant=globex)
    assert (here.month, there.month) == (date.fromisoformat(in_shanghai), date.fromisoformat(in_london))


def test_two_tenants_are_charged_by_their_own_prices_for_the_same_leg_id(
    acme, globex, prices, contract, british, charge
) -> None:
    leg = uuid4()
    charge(60, leg_id=leg)
    assert totals(globex, NOVEMBER) == {}
    charge(60, leg_id=leg, tenant=globex, other_number="+442079460958")
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("0.100000")}
    assert totals(globex, NOVEMBER) == {"GBP": Decimal("2.500000")}
