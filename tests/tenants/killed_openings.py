"""A program: workers that make houses ready, and such that give one to a tenant, each a process of its own that kills
itself (SIGKILL) before one statement or commit, or right after a commit, until the last one may live.

After each death it looks what stands and lets the next one go on. Says in one line of JSON at which points they died.
"""

import json
import os
import signal
import tempfile
import traceback
from collections.abc import Callable
from typing import Any

from tests.closing.killed_workers import until_the_database_noticed

CHANGES = ("CREATE ROLE", "CREATE SCHEMA", "ALTER SCHEMA", "DROP SCHEMA", "COMMENT ON")
LOOKS = ("SELECT", "SET", "SAVEPOINT", "RELEASE")
"""Nothing is different after the second of them."""
Pass = Callable[[str], None]


def name_of(statement: Any) -> str:
    text = statement if isinstance(statement, str) else statement.as_string(None)
    return next((words for words in CHANGES if words in text), text.split()[0])


def heard(work: Callable[[], Any], told: Pass) -> Any:
    """`told` hears each statement and commit before it, and each commit after it."""
    from django.db import connection

    def wrapped(execute: Any, statement: Any, params: Any, many: bool, context: Any) -> Any:
        told(name_of(statement))
        return execute(statement, params, many, context)

    connection.ensure_connection()
    commit = connection.commit

    def committing() -> None:
        told("COMMIT")
        commit()
        told("COMMITTED")

    connection.commit = committing
    with connection.execute_wrapper(wrapped):
        return work()


def dead_at(place: int, work: Callable[[], Any]) -> str:
    """What it died before, or "" when it had passed all before that place."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with os.fdopen(reading) as said:
            name = said.read()
        assert status in (0, -signal.SIGKILL), (place, name, status)
        return name if status else ""
    passed: list[str] = []

    def told(name: str) -> None:
        if name in LOOKS and name in passed:
            return
        passed.append(name)
        if len(passed) == place:
            os.write(writing, name.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        heard(work, told)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def tables_of(schema: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", [schema])
        return cursor.fetchone()[0]


def houses() -> dict[str, str]:
    """Their notes, "" without one."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname, coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace"
            " WHERE nspname LIKE 'ready_house_%'"
        )
        return dict(cursor.fetchall())


def keeping(whole: int) -> list[str]:
    """Two are lacking and one of another release is to go, again and again, until a worker does it all."""
    from django.db import connection

    from tenants.provisioning.keeping import keep_ready

    deaths: list[str] = []
    for place in range(1, 100):
        with connection.cursor() as cursor:
            for name in houses():
                cursor.execute(f"DROP SCHEMA {name} CASCADE")
            cursor.execute("CREATE SCHEMA ready_house_000000000000")
            cursor.execute("COMMENT ON SCHEMA ready_house_000000000000 IS 'other 2020-01-01T00:00:00+00:00'")
        died = dead_at(place, keep_ready)
        until_the_database_noticed()
        assert all(tables_of(name) in (whole, 0) for name in houses()), (place, died)
        keep_ready()
        found = houses()
        assert len(found) == 2, (place, died, found)
        assert all(found.values()), (place, died, found)
        assert all(tables_of(name) == whole for name in found), (place, died)
        if not died:
            return deaths
        deaths.append(died)
    raise AssertionError("It never came to its end")


def taking(whole: int) -> tuple[list[str], list[str]]:
    from tenants.provisioning.fence import without_fence
    from tenants.provisioning.keeping import keep_ready
    from tenants.provisioning.schemas import make_schema

    deaths: list[str] = []
    outcomes: list[str] = []
    for place in range(1, 100):
        name = f"house{place}"
        keep_ready()
        before = houses()
        died = dead_at(place, lambda name=name: make_schema(name))
        until_the_database_noticed()
        is_there = tables_of(name) == whole
        assert is_there or tables_of(name) == 0, (place, died)
        assert len(houses()) == len(before) - is_there, (place, died)
        if not died:
            return deaths, outcomes
        if died not in deaths:
            how = make_schema(name)
            assert how == ("kept" if is_there else "ready"), (place, died, how)
            assert (tables_of(name), without_fence([name])) == (whole, []), (place, died)
        deaths.append(died)
        outcomes.append("tenant" if is_there else "ready")
    raise AssertionError("It never came to its end")


FURNISHED = (
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "people_member",
    "telephony_queue",
)


def make_acme_small() -> None:
    """Its tables are made in one statement, so a house of five dies at the same places as one of hundreds, and is made
    and torn down a hundred times sooner. What a whole one is like, test_ready_houses compares by itself.
    """
    from django.db import connection

    from tenants.provisioning import template_schema

    template_schema.TEMPLATE = "acme"
    template_schema._make_template = template_schema._drop_template = lambda: None  # type: ignore[assignment]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(format('acme.%%I', tablename), ', ') FROM pg_tables"
                       " WHERE schemaname = 'acme' AND tablename <> ALL(%s)", [list(FURNISHED)])  # fmt: skip
        [(others,)] = cursor.fetchall()
        cursor.execute(f"DROP TABLE {others} CASCADE")


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactcenter.settings")
    django.setup()
    from django.conf import settings

    with tempfile.TemporaryDirectory(prefix="cc-small-") as folder:
        settings.RUN_DIR = folder
        make_acme_small()
        story()


def story() -> None:
    from tenants.provisioning.template_schema import migrations_digest

    # Once, not in each process anew.
    migrations_digest()
    whole = tables_of("acme")
    assert whole == len(FURNISHED)
    kept = keeping(whole)
    taken, outcomes = taking(whole)
    print(json.dumps({"keeping": kept, "taking": taken, "outcomes": outcomes}))


if __name__ == "__main__":
    main()
