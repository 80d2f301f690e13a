"""(f1, f2, f3) A thousand tenants: opening one, migrating all, and the memory of a backend that has seen them.

TENANTS says how many; with fewer it is quick and says so. The fleet is made from the template's text, two at a time,
and is gone with the benchmark's own server.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psycopg

from benchmarks.harness import Report, Target, check
from benchmarks.openings import FEW, opened, say, tell_openings, timed

TENANTS = int(os.environ.get("TENANTS", "1000"))
TITLE = f"f1, f2, f3 · {TENANTS:,} tenants: opening, migrating, memory of a backend"
STOCK, WALKED_TABLES, WALKS = 3, 20, 3
JOBS = 4
TABLES = ("telephony_call", "telephony_leg", "telephony_agent", "telephony_queuestay")
"""As in tests/tenants/fleet/hot."""
STAND_IN = "of_nobody_yet"
"""Stands for the schema in the text that fills the fleet."""
PROJECT = Path(__file__).resolve().parent.parent


def run(repeats: int) -> Report:
    from tests.servers import SERVERS

    SERVERS.start_postgres()
    SERVERS.start_valkey()
    try:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
        django.setup()
        report = Report(TITLE)
        few = opened(FEW)
        say(f"filling up to {TENANTS:,}")
        _fill(TENANTS)
        many = opened(TENANTS)
        tell_openings(report, TENANTS, few, many)
        _migrate(report, SERVERS.postgres.url("contactcenter"))
        _remember(report, SERVERS.postgres.url("contactcenter"))
        return report
    finally:
        from django.db import connection

        connection.close()
        connection.close_pool()
        SERVERS.stop()


# --- the fleet ---


def _fill(tenants: int) -> None:
    """Up to so many tenants, from the template's text, two at a time."""
    from tenants.provisioning.template_schema import schema_sql
    from tenants.provisioning.turns import connection_parameters

    with psycopg.connect(**connection_parameters(), autocommit=True) as own:
        [[there]] = own.execute(
            "SELECT count(*) FROM tenants_tenant WHERE schema_name <> 'public'"
        ).fetchall()
        [[columns]] = own.execute(
            "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = 'tenants_tenant' AND column_name NOT IN ('id', 'schema_name', 'name')"
        ).fetchall()

    def one(names: Iterable[str]) -> None:
        with psycopg.connect(**connection_parameters(), autocommit=True) as own:
            for name in names:
                with own.transaction():
                    own.execute(text.replace(STAND_IN, name).encode())
                    own.execute(
                        f"INSERT INTO tenants_tenant (schema_name, name, {columns})"
                        f" SELECT %s, %s, {columns} FROM tenants_tenant WHERE schema_name = 'acme'",
                        [name, name],
                    )

    text = schema_sql(STAND_IN)
    names = [f"t{place:05d}" for place in range(max(0, tenants - there))]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, (names[::2], names[1::2])))


# --- f2 ---


def _migrate(report: Report, url: str) -> None:
    from django.core.management import call_command

    from tenants.provisioning.fleet import migrate_fleet, schemas_of_tenants

    say("nothing to migrate, and one change")
    schemas = schemas_of_tenants()
    ours = []
    for _turn in range(3):
        began = time.monotonic()
        fleet = migrate_fleet()
        ours.append(time.monotonic() - began)
        check(fleet.current == len(schemas) and not fleet.migrated, "a run with nothing to do did something")
    stock = [
        timed(
            lambda name=name: call_command(
                "migrate_schemas", schema_name=name, interactive=False, verbosity=0
            )
        )
        for name in schemas[: STOCK * 50 : 50][:STOCK]
    ]
    report.row("f2, nothing to do", "ours", "all of them", "s", ours)
    all_stock = [each * len(schemas) for each in stock]
    report.row("f2, nothing to do", f"stock, {STOCK} measured and multiplied", "all of them", "s", all_stock)
    report.targets += [
        Target("f2: nothing to do, s", median(ours), at_most=2.0, is_gate=False),
        Target("f2: stock ÷ ours", median(all_stock) / median(ours), at_least=100),
    ]
    _change(report, url, len(schemas), schemas)


def _change(report: Report, url: str, count: int, schemas: list[str]) -> None:
    """One table made with one tenant failing, resumed; then one column, with one tenant's table held by somebody."""
    bad, held = schemas[count // 2], schemas[count // 3]
    with psycopg.connect(url, autocommit=True) as own:
        own.execute(f"CREATE TABLE {bad}.fleet_ship (id int)")
        made_seconds, said = _fleet(url, "first")
        check(f"{count - 1:,} migrated, 1 failed" in said and f"{bad}: DuplicateTable" in said, said)
        own.execute(f"DROP TABLE {bad}.fleet_ship")
        _again, said = _fleet(url, "first")
        check(f"{count - 1:,} were current, 1 migrated" in said, said)
        with _holding(url, f"{held}.fleet_ship"):
            held_seconds, said = _fleet(url, "second")
        check(f"{count - 1:,} migrated, 1 failed" in said and f"{held}: a table was in use" in said, said)
        _again, said = _fleet(url, "second")
        check("1 migrated, 0 failed" in said, said)
        field_seconds, said = _fleet(url, "third")
        check(f"{count:,} migrated, 0 failed" in said, said)
        # The two by turns: the one that comes later finds more in memory, and more rows in the catalogue.
        raw = [timed(lambda: _raw_change(url, schemas, "before"))]
        seconds, said = _fleet(url, "hot")
        check(f"{count:,} migrated, 0 failed" in said, said)
        raw.append(timed(lambda: _raw_change(url, schemas, "after")))
        [[columns]] = own.execute(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'telephony_call'"
            " AND column_name IN ('of_this_release', 'by_hand_before', 'by_hand_after')"
        ).fetchall()
        check(columns == 3 * count, f"{columns} columns in {count} tenants")
    words = "f2, a column added to each of four tables"
    report.row(words, "ours", "all of them", "s", [seconds])
    by_hand = f"bare SQL on {JOBS} connections, before and after ours: for each a transaction, lock_timeout, the note"
    report.row(words, by_hand, "all of them", "s", raw)
    report.row("f2, a field added by AddField", "ours", "all of them", "s", [field_seconds])
    report.row("f2, one table made, one tenant failing", "ours", "all of them", "s", [made_seconds])
    report.row("f2, one tenant's table held", "ours", "all of them", "s", [held_seconds])
    report.targets += [
        Target("f2: a change, s", seconds, at_most=20.0, is_gate=False),
        Target("f2: ours ÷ bare SQL", seconds / median(raw), at_most=2.0, is_gate=False),
    ]
    report.checks.append(
        ("one of them failed, the others were done, it was named and resumed", f"{count:,} tenants")
    )
    report.checks.append(("a held table was tried three times, 2 s each, behind the others", f"{held}"))


def _fleet(url: str, release: str) -> tuple[float, str]:
    """(seconds the migrating took without starting Python, what was said)"""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.tenants.fleet.settings", "DATABASE_URL": url, "FLEET_RELEASE": release,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate_fleet", "--tenants", f"--jobs={JOBS}"],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    told = next((line for line in done.stdout.splitlines() if " not tried, in " in line), "in 0 s.")
    return float(told.rsplit(" in ", 1)[1].split()[0]), said


@contextmanager
def _holding(url: str, table: str):
    with psycopg.connect(url) as other:
        other.execute(f"SELECT * FROM {table}")
        yield


def _raw_change(url: str, schemas: list[str], when: str) -> None:
    """As by hand, and as safe: each tenant whole or not at all, nobody waited for, noted where Django would note it."""

    def some(part: list[str]) -> None:
        with psycopg.connect(url, autocommit=True) as own:
            for schema in part:
                with own.transaction():
                    own.execute("SET LOCAL lock_timeout = 2000")
                    for table in TABLES:
                        own.execute(
                            f"ALTER TABLE {schema}.{table} ADD COLUMN by_hand_{when} integer DEFAULT 15 NOT NULL"
                        )
                    own.execute(
                        f"INSERT INTO {schema}.django_migrations (app, name, applied)"
                        f" VALUES ('by_hand', '{when}', now())"
                    )

    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(some, (schemas[start::JOBS] for start in range(JOBS))))


# --- f3 ---


def _remember(report: Report, url: str) -> None:
    from tenants.provisioning.fleet import schemas_of_tenants

    schemas = schemas_of_tenants()
    with psycopg.connect(url, autocommit=True) as own:
        tables = [
            name
            for (name,) in own.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'acme' ORDER BY md5(tablename)"
            ).fetchall()
        ]
    say("memory of a backend")
    _use_a_pool()
    unbounded = _unbounded(url, schemas, tables[:WALKED_TABLES])
    ours = [_bounded(schemas, tables[:WALKED_TABLES]) for _walk in range(WALKS)]
    whole = _bounded(schemas, tables)
    words = f"f3, private memory of a backend after {len(schemas):,} tenants"
    report.row(words, f"one connection, {WALKED_TABLES} tables each", "at the end", "MB", [unbounded])
    report.row(words, f"ours, {WALKED_TABLES} tables each, {WALKS} walks", "largest seen", "MB", ours)
    report.row(words, f"ours, all {len(tables)} tables each", "largest seen", "MB", [whole])
    report.targets += [
        Target("f3: largest backend of ours, MB", max(*ours, whole), at_most=150),
        Target("f3: last walk ÷ first", ours[-1] / ours[0], at_most=1.2),
    ]


def _unbounded(url: str, schemas: list[str], tables: list[str]) -> float:
    with psycopg.connect(url, autocommit=True) as own:
        for schema in schemas:
            own.execute(f"SET search_path = {schema}, public")
            for table in tables:
                own.execute(f"SELECT 1 FROM {table} LIMIT 1".encode())
        return _private_megabytes(own.info.backend_pid)


def _use_a_pool() -> None:
    """As the product has one; tests have none."""
    from django.db import connection

    connection.close()
    connection.settings_dict["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 2, "timeout": 30}}


def _bounded(schemas: list[str], tables: list[str]) -> float:
    """As requests do: enter, ask, leave, give the connection back."""
    from django.db import close_old_connections, connection

    from tenants.context import enter

    largest = 0.0
    for place, schema in enumerate(schemas):
        with enter(schema), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
            if place % 8 == 7:
                largest = max(largest, _private_megabytes(connection.connection.info.backend_pid))
        close_old_connections()
    return largest


def _private_megabytes(pid: int) -> float:
    """Of its own: not the pages of the server's shared memory that only this backend has looked at so far."""
    found, is_shared = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        name, *rest = line.split()
        if not name.endswith(":"):
            is_shared = rest[0].endswith("s")
        elif name.startswith("Private_") and not is_shared:
            found += int(rest[0])
    return found / 1024
