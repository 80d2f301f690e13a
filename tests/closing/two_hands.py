"""A program: a month of many tenants in a database of its own, worked off by two processes at once as two tasks do.
Says in one line of JSON what each closed, the numbers of the bills, and the sums.
"""

import json
import os
import time
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from tests.closing.killed_workers import AT, NOVEMBER

TENANTS = 30


def prepare() -> int:
    from tenants.closing.actions.closes import start_run
    from tenants.closing.models import Seller
    from tenants.models import Contract, Plan, Tenant
    from tests.billing.conftest import price_list

    plan = Plan.objects.create(code="hands", name="Standard", currency="CNY")
    price_list(plan, plan_fee="300.00", seat_fee="80.00")
    Seller.objects.create(country="CN", series="CN", name="Ours")
    Tenant.objects.bulk_create(
        Tenant(
            schema_name=f"hands_{n:02}", name=f"Hands {n:02}", country="CN", currency="CNY",
            time_zone="Asia/Shanghai", language="zh-hans",
        )
        for n in range(TENANTS)
    )  # fmt: skip
    tenants = list(Tenant.objects.filter(schema_name__startswith="hands_"))
    Contract.objects.bulk_create(
        Contract(tenant=one, plan=plan, starts_on=date(2026, 1, 1), seats=1 + n)
        for n, one in enumerate(tenants)
    )
    return start_run(month=NOVEMBER, tenants=tenants, by_name="Fiona", at=AT, accepts_warnings=True).pk


def hand(run_id: int) -> int:
    """As the task does, until the run is over; how many it closed."""
    from django.db import connection

    from tenants.closing import running

    running.timezone = SimpleNamespace(now=lambda: AT)  # type: ignore[attr-defined]
    closed = 0

    def count(execute, sql, params, many, context):
        nonlocal closed
        closed += sql.startswith('UPDATE "closing_close" ')
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        while not running.work_off(run_id):
            time.sleep(0.05)
    return closed


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from django.db import connections

    from tenants.billing.models import LedgerDay
    from tenants.closing.models import Bill, Close, CloseRun

    run_id = prepare()
    connections.close_all()
    reads, writes = os.pipe()
    other = os.fork()
    if not other:
        os.write(writes, str(hand(run_id)).encode())
        os._exit(0)
    mine = hand(run_id)
    assert os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]) == 0
    bills = Bill.objects.filter(tenant__schema_name__startswith="hands_")
    days = LedgerDay.objects.filter(tenant__schema_name__startswith="hands_")
    told = {
        "closed": [mine, int(os.read(reads, 9))],
        "states": sorted(set(Close.objects.filter(run=run_id).values_list("state", flat=True))),
        "run": CloseRun.objects.get(pk=run_id).state,
        "numbers": sorted(bills.values_list("number", flat=True)),
        "billed": str(sum(bills.values_list("exact_total", flat=True), Decimal(0))),
        "ledger": str(sum(days.values_list("amount", flat=True), Decimal(0))),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
