"""Prices of the demo: a first list for every plan that has none, in the plan's currency."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from tenants.billing.models import Direction, Price, PriceList
from tenants.models import Currency, Number, Plan

HOLDS_FROM = date(2026, 1, 1)


class DemoPrice(NamedTuple):
    direction: str
    prefix: str
    number_kind: str
    label: str
    per_minute: str
    increment_seconds: int = 60


class DemoList(NamedTuple):
    plan_fee: str
    seat_fee: str
    prices: tuple[DemoPrice, ...]


CHINESE = DemoList(
    "600.00",
    "120.00",
    (
        DemoPrice(Direction.INBOUND, "", "", "呼入", "0.05"),
        DemoPrice(Direction.INBOUND, "", Number.Kind.SHARED_COST, "400 呼入", "0.10"),
        DemoPrice(Direction.OUTBOUND, "+86", "", "国内", "0.12"),
        DemoPrice(Direction.OUTBOUND, "400", "", "400 号码", "0.15"),
        DemoPrice(Direction.OUTBOUND, "+852", "", "中国香港", "0.85"),
        DemoPrice(Direction.OUTBOUND, "+", "", "国际", "3.60"),
    ),
)
ENGLISH = DemoList(
    "60.00",
    "15.00",
    (
        DemoPrice(Direction.INBOUND, "", "", "Incoming calls", "0.008", 1),
        DemoPrice(Direction.INBOUND, "", Number.Kind.TOLL_FREE, "Incoming calls, freephone", "0.035", 1),
        DemoPrice(Direction.OUTBOUND, "+44", "", "UK landlines", "0.012", 1),
        DemoPrice(Direction.OUTBOUND, "+447", "", "UK mobiles", "0.024", 1),
        DemoPrice(Direction.OUTBOUND, "+", "", "Rest of the world", "0.290"),
    ),
)


@transaction.atomic
def prices() -> None:
    """Called by the demo's opening, in the public schema; safe to repeat."""
    for plan in Plan.objects.filter(price_lists__isnull=True):
        _publish(plan, CHINESE if plan.currency == Currency.YUAN else ENGLISH)


def _publish(plan: Plan, demo: DemoList) -> None:
    price_list = PriceList.objects.create(
        plan=plan,
        version=1,
        valid_from=HOLDS_FROM,
        currency=plan.currency,
        plan_fee=Decimal(demo.plan_fee),
        seat_fee=Decimal(demo.seat_fee),
    )
    Price.objects.bulk_create(
        Price(
            price_list=price_list,
            direction=price.direction,
            prefix=price.prefix,
            number_kind=price.number_kind,
            label=price.label,
            per_minute=Decimal(price.per_minute),
            increment_seconds=price.increment_seconds,
        )
        for price in demo.prices
    )
