"""Migrating every tenant: together, each by itself, and again after one could not."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import models
from django.db.migrations import (
    AddField,
    AlterField,
    CreateModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.utils import timezone

from tenants.provisioning import plain
from tenants.provisioning.fleet_state import applied
from tenants.provisioning.lent import Lent
from tenants.provisioning.replaying import Recording, replay
from tests.servers import PROJECT, SERVERS

TENANTS = int(os.environ.get("FLEET_TENANTS", "6"))
"""FLEET_TENANTS=298 with acme and globex is the long form: 299 done, one named, resumed."""
NAMES = [f"t{number:02d}" for number in range(TENANTS)]
READY = "ready_house_0123456789ab"
TABLES = ("django_migrations", "django_content_type", "auth_permission")
EVERYTHING = """
WITH ours AS (
    SELECT c.* FROM pg_class c WHERE relnamespace = %(schema)s::regnamespace AND relname LIKE 'fleet%%')
SELECT 'relation', relname, relkind::text, relowner::regrole::text, pg_get_indexdef(oid) FROM ours
    LEFT JOIN pg_index ON indexrelid = oid
UNION ALL SELECT 'column', relname, attname, format_type(atttypid, atttypmod),
    format('%%s %%s %%s %%s', attnum, attnotnull, attidentity, pg_get_expr(adbin, adrelid))
    FROM ours JOIN pg_attribute ON attrelid = ours.oid LEFT JOIN pg_attrdef ON adrelid = ours.oid AND adnum = attnum
    WHERE relkind = 'r' AND attnum > 0
UNION ALL SELECT 'constraint', relname, conname, pg_get_constraintdef(k.oid),
    format('%%s %%s', condeferrable, condeferred)
    FROM ours JOIN pg_constraint k ON conrelid = ours.oid
UNION ALL SELECT 'trigger', relname, tgname, pg_get_triggerdef(t.oid), NULL
    FROM ours JOIN pg_trigger t ON tgrelid = ours.oid WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, prosrc, NULL, NULL FROM pg_proc
    WHERE pronamespace = %(schema)s::regnamespace AND proname LIKE 'fleet%%'
UNION ALL SELECT 'applied', app, name, (row_number() OVER (ORDER BY id))::text, NULL FROM django_migrations
    WHERE app = 'fleet'
UNION ALL SELECT 'right', app_label, model, codename, p.name FROM auth_permission p
    JOIN django_content_type k ON k.id = content_type_id WHERE app_label = 'fleet'
UNION ALL SELECT 'row', to_jsonb(s) - 'launched_at' #>> '{}', NULL, NULL, NULL FROM fleet_ship s
ORDER BY 1, 2, 3, 4, 5
"""
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
        done = self.begin("migrate_fleet", "--tenants", *arguments, release=release)
        said, wrong = done.communicate()
        return done.returncode, said + wrong

    def begin(self, *command: str, release: str) -> subprocess.Popen:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.tenants.fleet.settings",
            "DATABASE_URL": self.url,
            "FLEET_RELEASE": release,
        }
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=PROJECT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def by_django(self, schema: str, release: str, *until: str) -> None:
        done = self.begin("migrate_schemas", *until, f"--schema={schema}", "--noinput", release=release)
        done.communicate()
        assert done.returncode == 0

    def everything(self, schema: str) -> list[tuple]:
        """Of the fleet's own tables, as the database would write it down."""
        self.rows.execute(f"SET search_path = {schema}, public")
        return self.rows.execute(EVERYTHING, {"schema": schema}).fetchall()

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


def replace_schema(rows: list[tuple], schema: str) -> list[tuple]:
    return [tuple(part and part.replace(f"{schema}.", "") for part in row) for row in rows]


def test_what_is_said_again_leaves_what_django_leaves(fleet):
    """acme by Django alone, its own way; of the others the first by its executor, the rest by what that said."""
    for release in ("wide", "narrow"):
        fleet.by_django("acme", release)
        code, said = fleet.run(release=release)
        assert (code, f"1 were current, {TENANTS + 1} migrated, 0 failed" in said) == (0, True), said
        assert "by itself" not in said
        wanted = replace_schema(fleet.everything("acme"), "acme")
        assert len(wanted) > 40
        for schema in ("globex", "t00", "t05"):
            assert replace_schema(fleet.everything(schema), schema) == wanted


def test_a_tenant_with_other_names_is_asked_for_them(fleet):
    fleet.run(release="wide")
    fleet.rows.execute("ALTER TABLE t02.fleet_ship RENAME CONSTRAINT fleet_ship_flag_key TO of_old")
    code, said = fleet.run(release="narrow")
    assert (code, f"{TENANTS + 2} migrated, 0 failed" in said) == (0, True), said
    theirs = [row for row in replace_schema(fleet.everything("t02"), "t02") if "of_old" not in row]
    assert theirs == [
        row for row in replace_schema(fleet.everything("acme"), "acme") if "fleet_ship_flag_key" not in row
    ]


def test_what_cannot_be_said_in_one_transaction_is_done_by_django(fleet):
    """Rows of one migration wait to be checked where the next one changes their table."""
    for schema in ("acme", "t00"):
        fleet.by_django(schema, "mixed", "fleet", "0002_home")
    code, said = fleet.run("--only", "acme", "t00", release="mixed")
    assert (code, "2 migrated, 0 failed" in said, said.count("is migrated by itself")) == (0, True, 1), said
    assert replace_schema(fleet.everything("t00"), "t00") == replace_schema(fleet.everything("acme"), "acme")


def test_a_fenced_tenant_is_migrated_by_who_owns_its_tables(fleet, monkeypatch):
    monkeypatch.setenv("DATABASE_FENCE", "auto")
    try:
        assert fleet.run("--only", "acme", "t00", release="first")[0] == 0
        assert fleet.rows.execute("SELECT has_schema_privilege('cc_t00', 't00', 'USAGE')").fetchone() == (
            True,
        )
        code, said = fleet.run("--only", "acme", "t00", release="mixed")
        assert (code, "2 migrated, 0 failed" in said) == (0, True), said
    finally:
        for role in ("cc_acme", "cc_t00", "cc_tenants"):
            fleet.rows.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_a_tenant_that_somebody_migrated_meanwhile_is_let_be(fleet):
    said = Recording(had=applied(fleet.rows, "t01"), statements=["CREATE TABLE made (id int)"])
    said.applied = [("fleet", "0001_initial")]
    replay(fleet.rows, said, first="acme", to="t00")
    assert ("fleet", "0001_initial") in applied(fleet.rows, "t00")
    fleet.rows.execute("DROP TABLE t00.made")
    with pytest.raises(psycopg.errors.DivisionByZero):
        replay(fleet.rows, said, first="acme", to="t00")
    assert fleet.rows.execute("SELECT to_regclass('t00.made')").fetchone() == (None,)


def test_a_run_that_is_killed_is_taken_up(fleet):
    fleet.run(release="first")
    with holding(fleet.url, "t04.fleet_ship"):
        run = fleet.begin("migrate_fleet", "--tenants", release="second")
        done_until = time.monotonic() + 60
        behind = [name for name in ("acme", "globex", *NAMES) if name != "t04"]
        while any(("fleet", "0002_length") not in applied(fleet.rows, name) for name in behind):
            assert time.monotonic() < done_until
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        time.sleep(2.5)  # Its backend is not told that nobody listens, and waits for the lock to the end.
        assert fleet.ships("acme") == [("100 % new", 3)]
    code, said = fleet.run(release="second")
    assert (code, f"{TENANTS + 1} were current, 1 migrated, 0 failed" in said) == (0, True), said


def test_what_is_not_plain_is_done_by_django_in_each(settings):
    drawn = models.UUIDField(default=uuid.uuid4)
    look = RunPython(lambda apps, editor: None)

    class OfOurs(RunSQL):
        pass

    plains = [
        AddField("ship", "x", models.JSONField(default=dict)),
        AddField("ship", "x", models.DateTimeField(default=timezone.now)),
        CreateModel("ship", [("id", drawn)]),
        RunSQL("/* why */\n-- and how\nALTER TABLE x ADD y int"),
        RunSQL([("INSERT INTO x VALUES (%s)", [1]), "UPDATE x SET y = 1"]),
        RunSQL(RunSQL.noop),
        SeparateDatabaseAndState(state_operations=[look]),
    ]
    assert [plain._is_repeatable(one) for one in plains] == [True] * len(plains)
    others = [
        look,
        SeparateDatabaseAndState(database_operations=[look]),
        AddField("ship", "x", drawn),
        AlterField("ship", "x", drawn),
        RunSQL("SELECT setval('x', 5)"),
        RunSQL("WITH y AS (DELETE FROM x) INSERT INTO z VALUES (1)"),
        RunSQL('INSERT INTO "auth_permission" VALUES (1)'),
        OfOurs("UPDATE x SET y = 1"),
    ]
    assert [plain._is_repeatable(one) for one in others] == [False] * len(others)


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
