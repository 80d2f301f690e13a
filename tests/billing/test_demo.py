"""The demo's plans have prices from the start, and a second opening changes nothing."""

from datetime import date

import pytest

from tenants.billing.demo import prices
from tenants.billing.models import Price, PriceList
from tenants.models import Plan
from tests.billing.conftest import number_of, price_list, terms


@pytest.fixture
def demo_plans(acme, globex) -> tuple[Plan, Plan]:
    chinese = Plan.objects.create(code="demo-cn", name="标准版", currency="CNY")
    british = Plan.objects.create(code="demo-gb", name="Standard", currency="GBP")
    terms(acme, chinese, date(2026, 1, 1))
    terms(globex, british, date(2026, 1, 1))
    return chinese, british


def test_every_plan_without_prices_gets_a_list_in_its_currency(demo_plans) -> None:
    chinese, british = demo_plans
    priced_before = price_list(Plan.objects.create(code="own", name="Own", currency="USD"))
    prices()
    counts = PriceList.objects.count(), Price.objects.count()
    prices()
    assert (PriceList.objects.count(), Price.objects.count()) == counts
    assert chinese.price_lists.get().currency == "CNY"
    assert british.price_lists.get().currency == "GBP"
    assert priced_before.plan.price_lists.count() == 1


@pytest.mark.parametrize(
    ("country", "direction", "other", "label"),
    [
        ("CN", "inbound", "+8613812342211", "400 呼入"),
        ("CN", "outbound", "13812342211", "国内"),
        ("CN", "outbound", "+442079460958", "国际"),
        ("GB", "inbound", "+8613812342211", "Incoming calls"),
        ("GB", "outbound", "07400 123456", "UK mobiles"),
        ("GB", "outbound", "020 7946 0958", "UK landlines"),
    ],
)
def test_a_demo_call_has_a_price(acme, globex, demo_plans, charge, country, direction, other, label) -> None:
    prices()
    number_of(acme, "4005550111", kind="shared_cost")
    tenant, number = (acme, "4005550111") if country == "CN" else (globex, "+442079460111")
    made = charge(61, tenant=tenant, direction=direction, number=number, other_number=other)
    assert (made.label, made.state) == (label, "priced")
