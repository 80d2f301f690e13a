"""(j) The console's list of calls with ten million rows: first page, page 100,000, a search, a filter.

Beside it the same list as the admin theme makes it by itself. Both by the test client through every middleware, pages
written and all. ROWS says how many; with fewer, "page 100,000" is the page in their middle.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

from benchmarks.harness import Report, Target, by_turns, check, percentile, ratio

FULL = 10_000_000
ROWS = int(os.environ.get("ROWS", str(FULL)))
TITLE = f"j · the console's list of {ROWS:,} calls"
PAGE = 50
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
APART = timedelta(seconds=1)
RARE = "a filter that one row of 2,500,000 fits, without an index"
ASKED = 7
"""Requests of ours in a round; of the theme's own one, for each takes seconds."""
FILL = """
INSERT INTO telephony_call ({columns}) SELECT {values} FROM telephony_call c, generate_series({first}, {last}) AS n
WHERE c.id = '{like}'
"""
OTHERWISE = {
    "id": "lpad(to_hex(n), 32, '0')::uuid",
    "arrived_at": "{now} - n * {apart}",
    "answered_at": "CASE WHEN n % 4 > 0 THEN {now} - n * {apart} END",
    "ended_at": "{now} - n * {apart} + interval '3 minutes'",
    "caller_number": "'+8613' || lpad((n % 900000)::text, 9, '0')",
    "exit": "CASE WHEN n % 4 = 0 THEN 'abandoned' WHEN n % 2500000 = 1 THEN 'lost' ELSE 'answered' END",
    "agent_id": "CASE WHEN n % 4 > 0 THEN c.agent_id END",
}
"""What differs between two rows; the rest is as in the first."""
PART = 1_000_000


def run(repeats: int) -> Report:
    from tests.servers import SERVERS

    SERVERS.start_postgres()
    SERVERS.start_valkey()
    try:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
        django.setup()
        return _run(repeats)
    finally:
        from django.db import connections

        connections.close_all()
        SERVERS.stop()


def _run(repeats: int) -> Report:
    from django.test import Client
    from django.test.utils import override_settings, setup_test_environment, teardown_test_environment

    from tenants.context import enter

    setup_test_environment()
    with enter("acme"):
        boss = _furnish()
    client = Client(SERVER_NAME="acme.localhost")
    with enter("acme"):
        client.force_login(boss)
    with override_settings(ROOT_URLCONF="benchmarks.stock_admin"):
        pages = _pages(client)
        subjects: dict[str, Callable[[], dict[str, float]]] = {}
        for name, (ours, stock) in pages.items():
            subjects[f"{name}, ours"] = partial(_asked, client, ours, ASKED)
            subjects[f"{name}, the theme's own"] = partial(_asked, client, stock, 1)
        for address in [address for pair in pages.values() for address in pair]:
            _rows(client, address)
        # Which templates a page is made of was kept for the look at its rows, and costs what a server does not do.
        teardown_test_environment()
        found = by_turns(subjects, repeats)
    return _report(found)


def _furnish() -> Any:
    from django.db import connection

    from telephony.models import Agent, Call, Queue
    from tenants.people.models import Member

    boss = Member.objects.create(username="boss", name="Boss", roles=["owner", "admin"])
    agent = Agent.objects.create(member=boss, extension="8001")
    queue = Queue.objects.create(name="Sales")
    call = Call.objects.create(arrived_at=NOW, state="ended", exit="answered", queue=queue, agent=agent)
    with connection.cursor() as cursor:
        _fill(cursor, call)
    return boss


def _fill(cursor: Any, call: Any) -> None:
    """Without checks, and the indexes afterwards: minutes instead of an hour."""
    names = [field.column for field in call._meta.concrete_fields]
    told = {"now": f"timestamptz '{NOW.isoformat()}'", "apart": "interval '1 second'"}
    values = ", ".join(OTHERWISE.get(name, f'c."{name}"').format(**told) for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'acme' AND tablename = 'telephony_call'"
        " AND indexdef NOT LIKE 'CREATE UNIQUE%'"
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX acme."{name}"')
    for first in range(1, ROWS, PART):
        print(f"  filling, {first:,} of {ROWS:,}", file=sys.stderr, flush=True)
        last = min(first + PART - 1, ROWS - 1)
        cursor.execute(FILL.format(columns=columns, values=values, first=first, last=last, like=call.pk))
    cursor.execute("SET maintenance_work_mem = '512MB'")
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute("RESET session_replication_role; RESET maintenance_work_mem")
    cursor.execute("VACUUM ANALYZE telephony_call")
    cursor.execute("CHECKPOINT")


def _pages(client: Any) -> dict[str, tuple[str, str]]:
    """name → (our address, the theme's)"""
    from telephony.models import Call
    from tenants.context import enter
    from tenants.lists.keyset import cursor_of, keys_of

    ours, stock = "/admin/telephony/call/", "/stock/telephony/call/"
    deep = min(100_000, ROWS // PAGE // 2)
    with enter("acme"):
        rows = Call.objects.order_by("-arrived_at", "-pk")
        before = Call.objects.get(arrived_at=NOW - APART * (deep - 1) * PAGE + APART)
        cursor = cursor_of(keys_of(rows) or [], before)
    number = f"+8613{5 % 900_000:09d}"
    exit_is, pages = "exit__exact=abandoned", {}
    pages["first page"] = (ours, stock)
    pages[f"page {deep:,}"] = (f"{ours}?_after={cursor}", f"{stock}?p={deep}")
    pages["last page"] = (f"{ours}?_last=1", f"{stock}?p={ROWS // PAGE}")
    pages["a caller's whole number"] = (f"{ours}?q=%2B{number[1:]}", f"{stock}?q=%2B{number[1:]}")
    pages[RARE] = (f"{ours}?exit__exact=lost", f"{stock}?exit__exact=lost")
    pages["a filter that a quarter fits"] = (f"{ours}?{exit_is}", f"{stock}?{exit_is}")
    for name, (mine, theirs) in pages.items():
        same = _rows(client, mine) == _rows(client, theirs)
        check(same, f"{name}: ours shows other rows than the theme's own")
    return pages


def _rows(client: Any, address: str) -> list[Any]:
    page = client.get(address)
    check(page.status_code == 200, f"{address} answered {page.status_code}")
    return [row.pk for row in page.context["cl"].result_list]


def _asked(client: Any, address: str, times: int) -> dict[str, float]:
    spent = []
    for _turn in range(times):
        began = time.monotonic()
        page = client.get(address)
        spent.append((time.monotonic() - began) * 1000)
        check(page.status_code == 200, f"{address} answered {page.status_code}")
    return {"p50": median(spent), "p95": percentile(spent, 95)}


def _report(found: dict[str, dict[str, list[float]]]) -> Report:
    report = Report(TITLE)
    for name, figures in found.items():
        for figure in ("p50", "p95"):
            report.row("a page of 50, milliseconds", name, figure, "ms", figures[figure])
    slowest = max(
        max(figures["p95"])
        for name, figures in found.items()
        if name.endswith("ours") and not name.startswith(RARE)
    )
    names = [name.removesuffix(", ours") for name in found if name.endswith(", ours")]
    deep = next(name for name in names if name.startswith("page "))

    def beside(name: str) -> float:
        return ratio(found[f"{name}, the theme's own"]["p50"], found[f"{name}, ours"]["p50"])

    report.targets += [
        Target("slowest p95 of ours but that of the rare filter, ms", slowest, at_most=100, is_gate=False),
        # What number pages cost grows with the rows; of few rows the ratio says nothing.
        Target(f"{deep}: the theme's own ÷ ours", beside(deep), at_least=20, is_gate=ROWS >= FULL),
        Target("first page: ours ÷ the theme's own", 1 / beside("first page"), at_most=1.3),
    ]
    report.checks.append(
        ("the same rows in the same order as the theme's own list", f"{len(names)} pages of each")
    )
    return report
