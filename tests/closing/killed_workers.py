"""A program: prepares a month of acme and globex in a database of its own and works its close off.

`whole` does it in one go and says each statement it passed. `killed` is told these, and does it with workers that kill
themselves (SIGKILL, each a process of its own) at one point after the other, until the last one may live. Both say what
they wrote in the end, in one line of JSON.
"""

import json
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

NOVEMBER = date(2026, 11, 1)
ANSWERED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
AT = datetime(2026, 12, 2, 3, 10, tzinfo=UTC)
_NAME = re.compile(
    r"\s*(?:WITH .*?)?(SELECT|INSERT|UPDATE|DELETE)\b.*?(?:FROM|INTO|UPDATE)?\s+\"?(\w+_\w+)\"?", re.S
)
WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT", "COMMITTED")
TENANTS = 2
Pass = Callable[[str], None]


def name_of(sql: str) -> str:
    """`INSERT closing_bill`"""
    found = _NAME.match(sql)
    return " ".join(found.groups()) if found else sql.split()[0]


def prepare() -> int:
    """Two tenants of two currencies with fees, numbers and calls, and a run that waits; its id."""
    from django.db import transaction

    from tenants.closing.actions.closes import start_run
    from tenants.closing.models import Payer, Receiver, Seller
    from tenants.models import Contract, Plan, Tenant
    from tests.billing.conftest import number_of, price_list, terms

    with transaction.atomic():
        Receiver.objects.create(name="Books", url="https://books.example.com/in")
        tenants = list(Tenant.objects.filter(schema_name__in=("acme", "globex")).order_by("schema_name"))
        Contract.objects.filter(tenant__in=tenants).delete()
        for tenant, currency in zip(tenants, ("CNY", "GBP"), strict=True):
            plan = Plan.objects.create(code=f"killed-{currency}", name="Standard", currency=currency)
            prices = price_list(plan, plan_fee="300.00", seat_fee="80.00")
            prices.bundles.create(label="China", direction="outbound", prefix="+86", minutes=3)
            terms(tenant, plan, date(2026, 1, 1))
            Seller.objects.create(country=tenant.country, series=tenant.country, name="Ours")
            Payer.objects.create(tenant=tenant, title=tenant.name, payment_days=15)
        number_of(tenants[0], "+862155500009", since=ANSWERED)
        _calls()
        return start_run(month=NOVEMBER, tenants=tenants, by_name="Fiona", at=AT).pk


def _calls() -> None:
    from tenants.billing.actions import charge_leg

    for n in range(12):
        charge_leg(
            tenant_schema=("acme", "globex")[n % 2], leg_id=UUID(int=n), node="main-1", direction="outbound",
            number="+862155500001", other_number="+8613812342211" if n % 3 else "+442079460958",
            answered_at=ANSWERED, ended_at=None, billable_seconds=61 + n,
        )  # fmt: skip


def work(run_id: int, told: Pass) -> bool:
    """As the task does; `told` hears each statement and commit before it, and each commit after it."""
    from django.db import connections

    from tenants.closing import running

    running.timezone = SimpleNamespace(now=lambda: AT)
    connection = connections["default"]
    commit = connection.commit

    def wrapped(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        told(name_of(sql))
        return execute(sql, params, many, context)

    def committing() -> None:
        told("COMMIT")
        commit()
        told("COMMITTED")

    connection.commit = committing
    with connection.execute_wrapper(wrapped):
        return running.work_off(run_id)


def die_in_a_worker(run_id: int, nth: int, name: str) -> None:
    """A process of its own, dead by SIGKILL before the nth statement of this name in its life."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid:
        status = os.waitpid(pid, 0)[1]
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, (nth, name, status)
        return
    passed: list[str] = []

    def told(now: str) -> None:
        passed.append(now)
        if now == name and passed.count(name) == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        work(run_id, told)
    finally:
        os._exit(1)


def until_the_database_noticed() -> None:
    """What a dead worker held is free when its connection has gone; until then its tenant counts as somebody's."""
    from django.db import connection

    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute(others)
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("A dead worker's connection is still there")


def points(passed: list[str]) -> Iterator[tuple[int, int, str]]:
    """(months closed by then, which of its name in the life of a worker that begins there, name): every write and
    commit, and the first statement of each other kind.
    """
    closed, seen = 0, Counter[str]()
    for name in passed:
        seen[name] += 1
        if closed < TENANTS and (name.startswith(WRITES) or seen[name] == 1):
            yield closed, seen[name], name
        if name == "COMMITTED":
            closed, seen = closed + 1, Counter()


def with_deaths(run_id: int, passed: list[str]) -> list[str]:
    from tenants.closing.models import Bill, Close

    deaths = []
    for closed, nth, name in points(passed):
        die_in_a_worker(run_id, nth, name)
        until_the_database_noticed()
        is_closed = closed + (name == "COMMITTED")
        assert Close.objects.filter(state=Close.State.CLOSED).count() == is_closed, (closed, name)
        assert Bill.objects.count() == is_closed, (closed, name)
        deaths.append(name)
    return deaths


def written() -> dict[str, list[list[str]]]:
    """What stands in the end, without ids and without the moments nobody chose."""
    from tenants.billing.models import Charge, Invoice, InvoiceLine, LedgerDay
    from tenants.closing.models import Bill, BillLine, BillTax, Close, CloseRun, Series, Telling
    from tenants.mails.models import Mail
    from tenants.people.models import AuditEntry

    line = ("position", "kind", "label", "quantity", "unit_price", "exact_amount", "amount")
    asked = {
        Charge: ("tenant", "kind", "leg_id", "source_key", "label", "quantity", "amount", "currency"),
        LedgerDay: ("tenant", "kind", "label", "quantity", "amount", "seconds", "charges"),
        Invoice: ("tenant", "month", "currency", "exact_total", "total", "charge_count"),
        InvoiceLine: ("invoice__tenant", *line),
        Bill: ("tenant", "number", "kind", "due_on", "exact_total", "net", "tax", "total", "seller", "payer"),
        BillLine: ("bill__number", *line, "source_month", "tax_code", "net", "tax"),
        BillTax: ("bill__number", "code", "net", "tax"),
        Series: ("code", "last_number"),
        Telling: ("receiver__name", "bill__number"),
        Close: ("tenant", "month", "state", "closed_at"),
        CloseRun: ("state", "ended_at"),
        Mail: ("tenant", "kind"),
        AuditEntry: ("verb", "subject_name"),
    }
    return {
        model.__name__: sorted([str(value) for value in row] for row in model.objects.values_list(*names))
        for model, names in asked.items()
    }


def main(way: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from django.db.models import Sum

    from tenants.billing.models import Charge
    from tenants.closing.models import Bill

    run_id, passed, deaths = prepare(), [], []
    if way == "killed":
        deaths = with_deaths(run_id, json.load(sys.stdin))
    assert work(run_id, passed.append), "the run is not over"
    ledger = Charge.objects.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    billed = Bill.objects.aggregate(sum=Sum("exact_total"))["sum"]
    assert billed == ledger, f"billed {billed} of {ledger}"
    print(json.dumps({"passed": passed, "deaths": deaths, "written": written()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
