"""Included minutes: used up by calls in the order they began, once, however often and in whatever order it is rated."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest

from tenants.billing.actions import draft_invoice, rate_bundles
from tenants.billing.bundles import use_of
from tenants.billing.models import Bundle, Charge
from tenants.billing.queries import totals, usage
from tests.billing.conftest import ANSWERED, terms

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def bundle(prices) -> Bundle:
    """Ten minutes to China; a minute costs 0.10, to Beijing 0.05."""
    return Bundle.objects.create(
        price_list=prices, label="10 min China", direction="outbound", prefix="+86", minutes=10
    )


def taken_off(tenant) -> list[tuple[str, str, str, str]]:
    rate_bundles(tenant=tenant, month=NOVEMBER)
    count = Charge.objects.count()
    rate_bundles(tenant=tenant, month=NOVEMBER)
    assert Charge.objects.count() == count
    rows = [row for row in usage(tenant, NOVEMBER) if row.kind == "bundle" and row.quantity]
    return [(row.label, str(row.quantity), str(row.unit_price), str(row.amount)) for row in rows]


def later(minutes: int) -> datetime:
    return ANSWERED + timedelta(minutes=minutes)


def test_calls_take_from_the_minutes_in_the_order_they_began(
    acme, globex, british, bundle, contract, charge
) -> None:
    charge(8 * 60, answered_at=later(20))
    charge(4 * 60, answered_at=later(0), other_number="+861065551234")
    charge(60, answered_at=later(40))
    charge(9 * 60, answered_at=later(1), other_number="+442079460958")
    charge(9 * 60, tenant=globex, other_number="+442079460958")
    assert taken_off(acme) == [
        ("10 min China: Beijing", "4.000000", "-0.050000", "-0.200000"),
        ("10 min China: China", "6.000000", "-0.100000", "-0.600000"),
    ]
    assert totals(acme, NOVEMBER) == {"CNY": Decimal("0.30") + Decimal("22.5")}
    # Thirteen would have been used: what the month will end with is told by these.
    assert [(use.used, use.included, use.asked) for use in use_of(acme, NOVEMBER)] == [(10, 10, 13)]
    assert not Charge.objects.filter(tenant=globex, kind="bundle").exists()


def test_a_late_record_of_an_earlier_call_moves_the_minutes_to_it(acme, bundle, contract, charge) -> None:
    charge(10 * 60, answered_at=later(20))
    assert taken_off(acme) == [("10 min China: China", "10.000000", "-0.100000", "-1.000000")]
    charge(4 * 60, answered_at=later(0), other_number="+861065551234")
    assert taken_off(acme) == [
        ("10 min China: Beijing", "4.000000", "-0.050000", "-0.200000"),
        ("10 min China: China", "6.000000", "-0.100000", "-0.600000"),
    ]


def test_an_estimate_takes_what_its_record_says_in_the_end(acme, bundle, contract, charge) -> None:
    leg = uuid4()
    charge(9 * 60, leg_id=leg, is_estimated=True)
    charge(2 * 60, leg_id=leg)
    assert taken_off(acme) == [("10 min China: China", "2.000000", "-0.100000", "-0.200000")]
    assert totals(acme, NOVEMBER) == {"CNY": Decimal(0)}


def test_part_of_a_month_has_its_part_of_the_minutes(acme, plan, bundle, charge) -> None:
    terms(acme, plan, date(2026, 11, 16))
    charge(8 * 60)
    charge(8 * 60, answered_at=ANSWERED - timedelta(days=3))
    assert taken_off(acme) == [("10 min China: China", "5.000000", "-0.100000", "-0.500000")]


def test_a_part_of_a_call_is_taken_off_by_its_seconds_to_the_millionth(
    acme, bundle, contract, charge
) -> None:
    bundle.price_list.prices.filter(prefix="+86").update(per_minute=Decimal("0.033333"), increment_seconds=7)
    Bundle.objects.update(minutes=1)
    charge(70)
    ((_label, minutes, _price, amount),) = taken_off(acme)
    assert (minutes, amount) == ("1.000000", "-0.033333")
    assert totals(acme, NOVEMBER)["CNY"] == Decimal("0.038889") - Decimal("0.033333")


def test_the_draft_says_the_same_and_rated_in_any_order_it_is_the_same(
    acme, bundle, contract, charge
) -> None:
    """Σ of what is taken off, counted call by call here."""
    random, calls = Random(8), []
    for number in range(25):
        seconds, minute = random.randint(1, 200), random.randint(0, 900)
        to = random.choice(("+8613812342211", "+861065551234", "4001234567"))
        calls.append((later(minute) + timedelta(seconds=number), seconds, to))
    for at, seconds, to in calls:
        charge(seconds, answered_at=at, other_number=to)
        if random.random() < 0.3:
            rate_bundles(tenant=acme, month=NOVEMBER)
    (invoice,) = draft_invoice(tenant=acme, month=NOVEMBER, at=ANSWERED)
    left, off = 600, Decimal(0)
    for row in Charge.objects.filter(kind="outbound", other_number__startswith="+86").order_by("started_at"):
        part = min(left, row.billed_seconds)
        left -= part
        off += (row.amount * part / row.billed_seconds).quantize(Decimal("0.000001"))
    lines = invoice.lines.filter(kind="bundle")
    assert sum(line.exact_amount for line in lines) == -off
    assert {line.rule for line in lines} == {"bundle"}
    assert invoice.exact_total == totals(acme, NOVEMBER)["CNY"]
