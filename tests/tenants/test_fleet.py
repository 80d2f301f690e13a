"""Migrating every tenant: together, each by itself, and again after one could not."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tenants.provisioning.lent import Lent
from tenants.provisioning.replaying import Recording
from tests.servers import PROJECT, SERVERS

TENANTS = int(os.environ.get("FLEET_TENANTS", "6"))
"""FLEET_TENANTS=298 with acme and globex is the long form: 299 done, one named, resumed."""
NAMES = [f"t{number:02d}" for number in range(TENANTS)]
READY = "ready_house_0123456789ab"
TABLES = ("django_migrations", "django_content_type", "auth_permission")
pytestmark = pytest.mark.timeout(600)


class Fleet:
    def __init__(self, url: str) -> None:
        self.url = url
        self.rows = psycopg.connect(url, autocommit=True)

    def open(self) -> None:
        """Tenants that are acme's with the tables that migrating itself needs, acme and globex, and a house kept ready,
        which is nobody's.
        """
        [[like_acme]] = self.rows.execute(
            "SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = 'tenants_tenant' AND column_name NOT IN ('id', 'schema_name', 'name')"
        ).fetchall()
        self._house(READY)
        self.rows.execute(f"COMMENT ON SCHEMA {READY} IS '0123456789abcdef 2026-11-23T10:00:00+00:00'")
        for name in NAMES:
            self._house(name)
            self.rows.execute(
                f"INSERT INTO tenants_tenant (schema_name, name, {like_acme})"
                f" SELECT %s, %s, {like_acme} FROM tenants_tenant WHERE schema_name = 'acme'",
                [name, name],
            )

    def _house(self, name: str) -> None:
        self.rows.execute(f"CREATE SCHEMA {name}")
        for table in TABLES:
            self.rows.execute(f"CREATE TABLE {name}.{table} (LIKE acme.{table} INCLUDING ALL)")
        self.rows.execute(
            f"INSERT INTO {name}.django_migrations (app, name, applied)"
            " SELECT app, name, applied FROM acme.django_migrations ORDER BY id"
        )

    def run(self, *arguments: str, release: str) -> tuple[int, str]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.tenants.fleet.settings",
            "DATABASE_URL": self.url,
            "FLEET_RELEASE": release,
        }
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate_fleet", "--tenants", *arguments],
            cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def ships(self, schema: str) -> list[tuple]:
        return self.rows.execute(f"SELECT name, length FROM {schema}.fleet_ship").fetchall()


@pytest.fixture
def fleet(django_db_setup) -> Iterator[Fleet]:
    with SERVERS.copy_of_database("fleet") as url:
        found = Fleet(url)
        found.open()
        yield found
        found.rows.close()


@contextmanager
def holding(url: str, table: str) -> Iterator[None]:
    """Somebody reads it and does not let go."""
    with psycopg.connect(url) as other:
        other.execute(f"SELECT * FROM {table}")
        yield


def test_one_that_fails_is_named_the_others_are_done_and_the_next_run_goes_on(fleet):
    fleet.rows.execute("CREATE TABLE t05.fleet_ship (id int)")
    code, said = fleet.run(release="first")
    assert code == 1
    assert f"{TENANTS + 1} migrated, 1 failed" in said, said
    assert 't05: DuplicateTable: relation "fleet_ship" already exists' in said
    assert "Traceback" not in said
    # What failed has nothing of it, and the others all: rights are by their own ids.
    asked = "SELECT count(*) FROM {0}.auth_permission p JOIN {0}.django_content_type c ON c.id = p.content_type_id"
    asked += " WHERE c.app_label = 'fleet'"
    counts = {name: fleet.rows.execute(asked.format(name)).fetchone()[0] for name in ("acme", *NAMES)}
    assert counts == {"acme": 4, **dict.fromkeys(NAMES, 4), "t05": 0}

    fleet.rows.execute("DROP TABLE t05.fleet_ship")
    assert fleet.run("--check", release="first")[0] == 1
    code, said = fleet.run(release="first")
    assert (code, f"{TENANTS + 1} were current, 1 migrated" in said) == (0, True), said

    began = time.monotonic()
    with holding(fleet.url, "t03.fleet_ship"):
        code, said = fleet.run(release="second")
    assert "t03: a table was in use each time" in said, said
    assert (code, f"{TENANTS + 1} migrated, 1 failed" in said) == (1, True), said
    assert time.monotonic() - began < 120, "somebody was waited for"
    code, said = fleet.run(release="second")
    assert code == 0, said
    assert {tuple(fleet.ships(name)) for name in ("acme", "globex", *NAMES)} == {(("100 % new", 3),)}
    # The next opening does not want it, so nobody migrated it.
    assert fleet.rows.execute(f"SELECT to_regclass('{READY}.fleet_ship')").fetchone() == (None,)


def test_a_migration_that_is_wrong_stops_after_a_few(fleet):
    for name in ("acme", "globex", *NAMES):
        fleet.rows.execute(f"CREATE TABLE {name}.fleet_ship (id int)")
    code, said = fleet.run(release="first")
    assert code == 1
    assert f"0 migrated, 3 failed, {TENANTS - 1} not tried" in said, said


def test_a_connection_serves_many_tenants_and_none_after_something_went_wrong(db, monkeypatch):
    def backend(lent: Lent) -> int:
        with lent.one() as own:
            return own.info.backend_pid

    def ask_nonsense(lent: Lent) -> None:
        with lent.one() as own:
            own.execute("SELECT FROM no_such_table")

    with Lent() as lent:
        assert len({backend(lent) for _tenant in range(20)}) == 1
        spoilt = backend(lent)
        with pytest.raises(psycopg.errors.UndefinedTable):
            ask_nonsense(lent)
        assert backend(lent) != spoilt
        with lent.one() as mine, lent.one() as other:
            assert mine.info.backend_pid != other.info.backend_pid
    assert mine.closed
    assert other.closed
    monkeypatch.setattr("tenants.provisioning.lent.MOST_TURNS", 5)
    with Lent() as lent:
        assert len({backend(lent) for _tenant in range(20)}) == 4


def test_rights_are_copied_where_a_model_came_and_not_for_a_column():
    """Three statements over thousands of rights in each tenant, or one over its migrations."""
    said = Recording()
    for statement in (
        'ALTER TABLE "telephony_call" ADD COLUMN "x" integer',
        'INSERT INTO "django_migrations" ("app", "name") VALUES (1, 2)',
        'SELECT "django_content_type"."id" FROM "django_content_type"',
    ):
        said(lambda *_asked: None, statement, None, False, {})
    assert (said.changes_rights, len(said.statements)) == (False, 1)
    said(lambda *_asked: None, 'INSERT INTO "django_content_type" ("model") VALUES (%s)', ("x",), False, {})
    assert (said.changes_rights, said.is_whole, len(said.statements)) == (True, True, 1)
