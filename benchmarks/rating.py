"""The rest of (i): legs charged in parts of 1,000, and a month of one tenant rated anew, beside hand-written SQL.

Both peers know the tenant by heart, look nothing up and say nothing of what they did; ours tells the difference by
label and refuses a list that does not know every call. LEGS=1000000 rates a whole million.
"""

import os
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.harness import Report, Target, by_turns, check, ratio

LEGS = int(os.environ.get("LEGS", "50000"))
PART, PARTS = 1_000, 5
PREFIXES = ("+", "+86", *(f"+86{n}" for n in range(20, 58)), *(f"+4420{n}" for n in range(10)))
"""Fifty rates."""
INSERT = """
INSERT INTO billing_charge (tenant_id, month, kind, state, reason, leg_id, source_key, node, number, other_number,
    started_at, ended_at, billable_seconds, billed_seconds, is_estimated, label, quantity, unit_price, amount, currency,
    price_list_id, price_version, rule, created_at)
SELECT %(tenant)s, %(month)s, 'outbound', 'priced', '', u.leg, '', 'bench', '+862155500001', u.other, u.at,
    u.at + u.seconds * interval '1 second', u.seconds, b.billed, false, p.label, round(b.billed / 60.0, 6),
    p.per_minute, round(b.billed * p.per_minute / 60, 6), 'CNY', p.price_list_id, %(version)s, '', now()
FROM unnest(%(legs)s::uuid[], %(others)s::text[], %(seconds)s::int[], %(at)s::timestamptz[])
    AS u (leg, other, seconds, at)
CROSS JOIN LATERAL (SELECT (u.seconds + 59) / 60 * 60 AS billed) b
CROSS JOIN LATERAL (SELECT * FROM billing_price p WHERE p.price_list_id = %(list)s AND p.prefix IN
    (left(u.other, 1), left(u.other, 3), left(u.other, 5), left(u.other, 6))
    ORDER BY length(p.prefix) DESC LIMIT 1) p
ON CONFLICT DO NOTHING
"""
RATE = """
INSERT INTO billing_charge (tenant_id, month, kind, state, reason, leg_id, source_key, node, number, other_number,
    started_at, ended_at, billable_seconds, billed_seconds, is_estimated, label, quantity, unit_price, amount, currency,
    price_list_id, price_version, rule, created_at)
SELECT c.tenant_id, c.month, 'rerated', 'priced', '', c.leg_id, 'by hand', c.node, c.number, c.other_number,
    c.started_at, c.ended_at, c.billable_seconds, 0, false, p.label, 0, p.per_minute,
    round(c.billed_seconds * p.per_minute / 60, 6) - c.amount, c.currency, p.price_list_id, 2, '', now()
FROM billing_charge c
LEFT JOIN billing_price p6 ON p6.price_list_id = %(list)s AND p6.prefix = left(c.other_number, 6)
LEFT JOIN billing_price p5 ON p5.price_list_id = %(list)s AND p5.prefix = left(c.other_number, 5)
LEFT JOIN billing_price p3 ON p3.price_list_id = %(list)s AND p3.prefix = left(c.other_number, 3)
LEFT JOIN billing_price p1 ON p1.price_list_id = %(list)s AND p1.prefix = left(c.other_number, 1)
JOIN billing_price p ON p.id = coalesce(p6.id, p5.id, p3.id, p1.id)
WHERE c.tenant_id = %(tenant)s AND c.month = %(month)s AND c.kind = 'outbound'
    AND round(c.billed_seconds * p.per_minute / 60, 6) <> c.amount
ON CONFLICT DO NOTHING
"""


def add_to(report: Report, repeats: int) -> None:
    """Rows and targets of both; Django is set up and the database is there."""
    lists, random = _lists(), Random(2)
    legs = by_turns({name: partial(_parts, name, lists, random) for name in ("ours", "sql")}, repeats)
    workload = f"{PARTS * PART:,} legs in parts of {PART:,}, 50 rates"
    report.row(workload, "charge_legs", "legs per second", "1/s", legs["ours"]["rate"])
    report.row(workload, "hand-written INSERT … SELECT", "legs per second", "1/s", legs["sql"]["rate"])
    months = iter(date(2010 + n // 12, n % 12 + 1, 1) for n in range(1_000))
    rated = by_turns(
        {name: partial(_month_anew, name, lists, random, months) for name in ("ours", "sql")}, repeats
    )
    workload = f"one month of {LEGS:,} calls rated anew, every price another"
    report.row(workload, "difference told, then rate_anew", "seconds", "s", rated["ours"]["seconds"])
    report.row(workload, "hand-written INSERT … SELECT", "seconds", "s", rated["sql"]["seconds"])
    times = ratio(rated["ours"]["seconds"], rated["sql"]["seconds"])
    report.targets += [
        Target("rated anew, ours ÷ hand-written SQL", times, at_most=2),
        Target("legs per second in parts, ours", min(legs["ours"]["rate"]), at_least=20_000, is_gate=False),
    ]
    report.checks.append(
        ("month anew: ledger = sum by hand, a second run writes nothing", f"{repeats * LEGS:,} calls")
    )


class Lists:
    """Two lists of fifty rates for each of two tenants' one plan: the first at 0.10, the second a little dearer."""

    def __init__(self, tenant: Any, first: Any, second: Any) -> None:
        self.tenant, self.first, self.second = tenant, first, second


def _lists() -> Lists:
    from tenants.billing.models import Price, PriceList
    from tenants.models import Contract, Plan, Tenant

    tenant = Tenant.objects.get(schema_name="globex")
    Contract.objects.filter(tenant=tenant).delete()
    Tenant.objects.filter(pk=tenant.pk).update(currency="CNY", time_zone="Asia/Shanghai", country="CN")
    plan = Plan.objects.create(code="bench-rating", name="Bench", currency="CNY")
    Contract.objects.create(tenant=tenant, plan=plan, starts_on=date(2009, 1, 1), seats=1)
    made = []
    for version, valid_from in ((1, date(2009, 1, 1)), (2, date(2050, 1, 1))):
        price_list = PriceList.objects.create(
            plan=plan, version=version, valid_from=valid_from, currency="CNY"
        )
        Price.objects.bulk_create(
            Price(
                price_list=price_list,
                direction="outbound",
                prefix=prefix,
                label=f"To {prefix}",
                per_minute=Decimal("0.10") + place * Decimal("0.01") + (version - 1) * Decimal("0.005"),
            )
            for place, prefix in enumerate(PREFIXES)
        )
        made.append(price_list)
    tenant.refresh_from_db()
    return Lists(tenant, *made)


def _legs(random: Random, count: int, month: date) -> dict[str, list[Any]]:
    start = datetime(month.year, month.month, 2, tzinfo=UTC)
    return {
        "legs": [UUID(int=random.getrandbits(128)) for _ in range(count)],
        "others": [random.choice(PREFIXES) + "5550100123" for _ in range(count)],
        "seconds": [random.randint(1, 900) for _ in range(count)],
        "at": [start + timedelta(seconds=random.randint(0, 2_000_000)) for _ in range(count)],
    }


def _insert(lists: Lists, legs: dict[str, list[Any]], month: date) -> None:
    from django.db import connection

    known = {"tenant": lists.tenant.pk, "month": month, "list": lists.first.pk, "version": 1}
    with connection.cursor() as cursor:
        cursor.execute(INSERT, legs | known)


def _parts(name: str, lists: Lists, random: Random) -> dict[str, float]:
    from django.db import transaction

    from tenants.billing.actions import SettledLeg, charge_legs
    from tenants.billing.models import Charge

    month, spent, known = date(2009, 6, 1), 0.0, []
    for _ in range(PARTS):
        legs = _legs(random, PART, month)
        known += legs["legs"]
        settled = [
            SettledLeg(leg, "bench", "outbound", "+862155500001", other, at, at + timedelta(seconds=n), n)
            for leg, other, n, at in zip(
                *(legs[key] for key in ("legs", "others", "seconds", "at")), strict=True
            )
        ]
        began = time.perf_counter()
        with transaction.atomic():
            if name == "ours":
                charge_legs(settled, tenant_schema="globex")
            else:
                _insert(lists, legs, month)
        spent += time.perf_counter() - began
    check(Charge.objects.filter(leg_id__in=known, state="priced").count() == PARTS * PART, "legs were lost")
    return {"rate": PARTS * PART / spent}


def _month_anew(name: str, lists: Lists, random: Random, months: Any) -> dict[str, float]:
    from django.db import connection, transaction
    from django.db.models import Sum

    from tenants.billing.actions import rate_anew
    from tenants.billing.models import Charge
    from tenants.billing.rerating import difference_of

    month = next(months)
    for first in range(0, LEGS, 50_000):
        _insert(lists, _legs(random, min(50_000, LEGS - first), month), month)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE billing_charge")
    rows = Charge.objects.filter(tenant=lists.tenant, month=month)
    before = rows.aggregate(sum=Sum("amount"))["sum"]
    minutes = rows.aggregate(sum=Sum("billed_seconds"))["sum"] // 60
    began = time.perf_counter()
    with transaction.atomic():
        if name == "ours":
            rate_anew(tenant=lists.tenant, month=month, price_list=lists.second)
        else:
            with connection.cursor() as cursor:
                cursor.execute(RATE, {"tenant": lists.tenant.pk, "month": month, "list": lists.second.pk})
    spent = time.perf_counter() - began
    after = rows.aggregate(sum=Sum("amount"))["sum"]
    check(after == before + minutes * Decimal("0.005"), f"{name}: {after}, not {before} + {minutes} × 0.005")
    if name == "ours":
        count = rows.count()
        rate_anew(tenant=lists.tenant, month=month, price_list=lists.second)
        check(rows.count() == count, "a second run wrote rows")
        check(difference_of(lists.tenant, month, lists.second).difference == 0, "a difference was left")
    return {"seconds": spent}
