"""The last of (i): a month of a thousand tenants closed, each from 1,500 days of its ledger, beside hand-written SQL.

A tenant's month is a million calls at fifty rates on thirty days: they stand here as the rows the ledger's trigger and
its folding make of them, as a thousand million charges have no room. Ours drafts, checks, taxes, numbers and locks each
bill in a transaction of its own, two at a time as two tasks do; the peer adds the same rows up into a table of bills
and one of lines, and no more. TENANTS=100 closes fewer.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

from benchmarks.harness import Report, Target, by_turns, check, ratio

TENANTS = int(os.environ.get("TENANTS", "1000"))
RATES, DAYS, CALLS = 50, 30, 1_000_000
AT = datetime(2040, 1, 2, 3, tzinfo=UTC)
STATEMENTS = 80
"""A close may ask and write so many, however many lines its bill has."""
DAYS_OF_LEDGER = """
INSERT INTO billing_ledgerday (tenant_id, month, day, kind, state, label, unit_price, currency, rule, quantity, amount,
    seconds, charges)
SELECT t.id, %(month)s, %(month)s::date + d.n - 1, 'outbound', 'priced', 'Rate ' || r.n, 0.10 + r.n * 0.01, 'CNY', '',
    q.minutes, q.minutes * (0.10 + r.n * 0.01), q.minutes * 60, %(calls)s
FROM unnest(%(tenants)s::bigint[]) AS t (id), generate_series(1, %(rates)s) AS r (n),
    generate_series(1, %(days)s) AS d (n),
    LATERAL (SELECT 1000 + (t.id * 7 + r.n * 13 + d.n * 29) %% 500 AS minutes) q
"""
BY_HAND = """
CREATE TEMP TABLE lines_by_hand ON COMMIT DROP AS
SELECT tenant_id, kind, label, unit_price, currency, sum(quantity) AS quantity, sum(amount) AS exact,
    round(sum(amount), 2) AS amount
FROM billing_ledgerday WHERE month = %(month)s AND tenant_id = ANY (%(tenants)s) AND state = 'priced'
GROUP BY 1, 2, 3, 4, 5;
CREATE TEMP TABLE bills_by_hand ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY tenant_id) AS number, tenant_id, sum(exact) AS exact, round(sum(exact), 2) AS net,
    round(round(sum(exact), 2) * 0.09, 2) AS tax
FROM lines_by_hand GROUP BY tenant_id;
"""


def add_to(report: Report, repeats: int) -> None:
    """Rows and targets; Django is set up and the database is there."""
    tenants = _tenants()
    ways = {
        name: partial(_month, name, tenants, _months(year)) for name, year in (("ours", 2030), ("sql", 2060))
    }
    found = by_turns(ways, repeats)
    workload = (
        f"a month of {TENANTS:,} tenants × {CALLS:,} calls, {TENANTS * RATES * DAYS:,} days of the ledger"
    )
    report.row(
        workload,
        "closed: drafted, checked, taxed, numbered, locked",
        "seconds",
        "s",
        found["ours"]["seconds"],
    )
    report.row(workload, "hand-written SQL, added up only", "seconds", "s", found["sql"]["seconds"])
    report.row(
        workload,
        "ours ÷ hand-written",
        "ratio",
        "×",
        [ratio(found["ours"]["seconds"], found["sql"]["seconds"])],
    )
    report.row(
        workload, "statements of a close, savepoints included", "count", "", found["ours"]["statements"]
    )
    spent = sorted(found["ours"]["seconds"])[len(found["ours"]["seconds"]) // 2]
    report.targets += [
        Target(f"close of {TENANTS:,} tenants, seconds", spent, at_most=60 * TENANTS / 1000, is_gate=False),
        Target("statements of a close", max(found["ours"]["statements"]), at_most=STATEMENTS),
    ]
    report.checks.append(
        ("Σ bills = Σ ledger to the millionth; closing again writes nothing", f"{repeats * TENANTS:,} bills")
    )


def _months(year: int) -> Iterator[date]:
    """The peer's lie behind ours: what it leaves open would be in the way of a close."""
    return iter(date(year + n // 12, n % 12 + 1, 1) for n in range(120))


def _tenants() -> list[Any]:
    from tenants.billing.models import PriceList
    from tenants.closing.models import Seller
    from tenants.models import Contract, Plan, Tenant

    plan = Plan.objects.create(code="bench-close", name="Bench", currency="CNY")
    PriceList.objects.create(
        plan=plan, version=1, valid_from=date(2029, 1, 1), currency="CNY", plan_fee=300, seat_fee=80
    )
    Seller.objects.get_or_create(country="CN", defaults={"series": "CN", "name": "Bench"})
    Tenant.objects.bulk_create(
        Tenant(
            schema_name=f"bench_{n:04}", name=f"Bench {n:04}", country="CN", currency="CNY",
            time_zone="Asia/Shanghai", language="en",
        )
        for n in range(TENANTS)
    )  # fmt: skip
    made = list(Tenant.objects.filter(schema_name__startswith="bench_").order_by("pk"))
    Contract.objects.bulk_create(
        Contract(tenant=one, plan=plan, starts_on=date(2029, 1, 1), seats=10) for one in made
    )
    return made


def _month(name: str, tenants: list[Any], months: Iterator[date]) -> dict[str, float]:
    from django.db import connection, transaction

    month = next(months)
    told = {"month": month, "tenants": [one.pk for one in tenants]}
    with connection.cursor() as cursor:
        cursor.execute(
            DAYS_OF_LEDGER, told | {"rates": RATES, "days": DAYS, "calls": CALLS // (RATES * DAYS)}
        )
        cursor.execute("ANALYZE billing_ledgerday")
    began = time.perf_counter()
    if name == "sql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BY_HAND, told)
            return {"seconds": time.perf_counter() - began}
    statements = _close(month, tenants, _count)
    spent = time.perf_counter() - began
    _prove(month, tenants)
    return {"seconds": spent, "statements": statements}


def _count(told: Counter[str], execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    told["all"] += 1
    told["closed"] += sql.startswith('UPDATE "closing_close" ')
    return execute(sql, params, many, context)


def _close(month: date, tenants: list[Any], count: Any) -> float:
    """As the product's two tasks do, in two processes. Statements of a close: those of one, by what it closed."""
    from django.db import connection, connections

    from tenants.closing.actions.closes import start_run
    from tenants.closing.models import Close

    run = start_run(month=month, tenants=tenants, by_name="Bench", at=AT, accepts_warnings=True)
    connections.close_all()
    other = os.fork()
    if not other:
        with suppress(Exception):
            _work_off(run.pk)
            os._exit(0)
        os._exit(1)
    counted: Counter[str] = Counter()
    with connection.execute_wrapper(partial(count, counted)):
        _work_off(run.pk)
    check(os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]) == 0, "the other hand failed")
    check(not run.closes.exclude(state=Close.State.CLOSED).exists(), "the run is not over")
    return counted["all"] / counted["closed"]


def _work_off(run_id: int) -> None:
    from tenants.closing import running

    running.timezone = SimpleNamespace(now=lambda: AT)  # type: ignore[attr-defined]
    while not running.work_off(run_id):
        time.sleep(0.1)


def _prove(month: date, tenants: list[Any]) -> None:
    from django.db.models import Sum

    from tenants.billing.models import LedgerDay
    from tenants.closing.actions.closes import close_step
    from tenants.closing.models import Bill, Close

    known = [one.pk for one in tenants]
    bills = Bill.objects.filter(tenant__in=known, month=month)
    billed = bills.aggregate(sum=Sum("exact_total"))["sum"]
    ledger = LedgerDay.objects.filter(tenant__in=known, month__lte=month).aggregate(sum=Sum("amount"))["sum"]
    earlier = Bill.objects.filter(tenant__in=known, month__lt=month).aggregate(sum=Sum("exact_total"))["sum"]
    rows = Close.objects.filter(tenant__in=known, month=month)
    problems = [list(each) for each in rows.exclude(state="closed").values_list("state", "problems")[:3]]
    check(not problems, f"not closed: {problems}")
    check(bills.count() == len(tenants), f"{bills.count()} bills of {len(tenants)} tenants")
    check(billed + (earlier or Decimal(0)) == ledger, f"billed {billed} of {ledger}")
    again = [
        close_step(close_id=pk, at=datetime(2040, 1, 3, tzinfo=UTC))
        for pk in rows.values_list("pk", flat=True)[:20]
    ]
    check(not any(again) and bills.count() == len(tenants), "closed twice")
