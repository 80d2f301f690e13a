"""Houses kept ready: an opening only names one, it is then as if made for it, and until then it is nobody's."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction

from contactcenter.backup.books import books
from tenants.context import enter, enter_public, every_closed_tenant, every_tenant
from tenants.errors import BadInput
from tenants.leaving.bringing import refuse_names
from tenants.models import Tenant
from tenants.people.models import Member
from tenants.provisioning import keeping, ready
from tenants.provisioning.fleet import schemas_of_tenants
from tenants.provisioning.keeping import keep_ready
from tenants.provisioning.opening import provision
from tenants.provisioning.ready import PREFIX, note_of, standing, taken
from tenants.provisioning.schemas import make_schema
from tenants.provisioning.template_schema import migrations_digest
from tenants.provisioning.turns import HOUSE, KEEPING, connection_parameters, try_turn
from tests.servers import PROJECT

A_DAY_AGO = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(autouse=True)
def wanted(schema_text, settings) -> None:
    settings.READY_HOUSES = 2


def rows(statement: str, *values: object) -> list[tuple]:
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def run(statement: str) -> None:
    with enter_public(), connection.cursor() as cursor:
        cursor.execute(statement)


def ready_names(digest: str = "") -> list[str]:
    with enter_public(), connection.cursor() as cursor:
        return [house.name for house in standing(cursor) if not digest or house.digest == digest]


def bare_house(letter: str, note: str | None) -> str:
    """One without tables, which is enough to be counted, taken or dropped."""
    name = PREFIX + letter * 12
    run(f"CREATE SCHEMA {name}")
    if note is not None:
        run(f"COMMENT ON SCHEMA {name} IS '{note}'")
    return name


def how(tenant: Tenant) -> str:
    return tenant.provisioning_steps.get(name="schema").details["how"]


def test_each_opening_takes_a_house_and_the_third_makes_its_own(order, globex):
    assert keep_ready() == 2
    first, second = ready_names()
    names = ("initech", "hooli", "umbrella")
    tenants = [order(schema_name=name, domain=f"{name}.localhost") for name in names]
    assert [provision(tenant.pk) for tenant in tenants] == [True] * 3
    assert [how(tenant) for tenant in tenants] == ["ready", "ready", "replayed"]
    assert ready_names() == []
    for name in names:
        with enter(name):
            assert Member.objects.get().username == "bill"
    with enter("globex"):
        assert not Member.objects.exists()
    assert keep_ready() == 2
    assert set(ready_names()).isdisjoint({first, second})
    assert keep_ready() == 0


CATALOGUES = (
    "SELECT nspowner::regrole, nspacl, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE oid = {}",
    "SELECT relname, relkind, relowner::regrole, relacl, relrowsecurity, reloptions FROM pg_class"
    " WHERE relnamespace = {}",
    "SELECT c.relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attacl,"
    " pg_get_expr(adbin, adrelid) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
    " LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
    " WHERE relnamespace = {} AND attnum > 0",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = {}",
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
    " WHERE relnamespace = {}",
    "SELECT pg_get_triggerdef(t.oid), tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid"
    " WHERE relnamespace = {} AND NOT tgisinternal",
    "SELECT pg_get_functiondef(oid), proowner::regrole, proacl, proconfig FROM pg_proc WHERE pronamespace = {}",
    "SELECT typname, typtype, typowner::regrole FROM pg_type WHERE typnamespace = {}",
    "SELECT defaclrole::regrole, defaclobjtype, defaclacl FROM pg_default_acl WHERE defaclnamespace = {}",
    "SELECT polname, pg_get_expr(polqual, polrelid) FROM pg_policy JOIN pg_class c ON c.oid = polrelid"
    " WHERE relnamespace = {}",
    "SELECT d.relname, s.relname, p.deptype FROM pg_depend p JOIN pg_class s ON s.oid = objid AND relkind = 'S'"
    " JOIN pg_class d ON d.oid = refobjid WHERE s.relnamespace = {} AND p.classid = 'pg_class'::regclass",
)  # fmt: skip


def told_of(schema: str) -> list[list[str]]:
    """Everything the catalogues say of a schema, and all of its rows, the schema's own name taken out."""
    place = f"'{schema}'::regnamespace"
    found = [[str(row) for row in rows(asked.format(place))] for asked in CATALOGUES]
    for (table,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", schema):
        found.append([table, *(str(row) for row in rows(f'SELECT t::text FROM "{schema}"."{table}" t'))])
    return [sorted(line.replace(schema, "HOUSE") for line in part) for part in found]


def test_a_taken_house_is_as_one_made_for_the_tenant_roles_and_grants_too(settings):
    settings.DATABASE_FENCE = "auto"
    keep_ready()
    assert [make_schema("initech"), make_schema("umbrella")] == ["ready", "ready"]
    assert make_schema("hooli") == "replayed"
    taken_house, made_house = told_of("initech"), told_of("hooli")
    assert taken_house == made_house
    assert taken_house == told_of("umbrella")
    assert sum(map(len, taken_house)) > 3000
    assert any("cc_HOUSE=arwdDxt" in line for line in taken_house[1])
    assert taken_house[8] != []
    assert rows("SELECT has_schema_privilege('cc_initech', 'umbrella', 'USAGE')") == [(False,)]


def test_nothing_in_the_database_remembers_what_it_was_called(settings):
    settings.READY_HOUSES = 1
    settings.DATABASE_FENCE = "auto"
    keep_ready()
    [name] = ready_names()
    assert make_schema("initech") == "ready"
    catalogues = rows(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace"
    )
    tables = rows(
        "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname = %s", "initech"
    )
    assert len(catalogues) > 50 < len(tables)
    for (table,) in [*catalogues, *tables]:
        assert rows(f"SELECT t::text FROM {table} t WHERE t::text LIKE %s", f"%{name}%") == [], table


def test_two_at_once_never_take_the_same(committed_database):
    digest, houses = "d1", {f"{PREFIX}{number:012x}" for number in range(12)}

    def one(number: int) -> bool:
        with psycopg.connect(committed_database) as own:
            return taken(own.cursor(), f"house{number}", digest)

    with psycopg.connect(committed_database, autocommit=True) as own:
        for name in houses:
            own.execute(f"CREATE SCHEMA {name}; COMMENT ON SCHEMA {name} IS '{note_of(digest, A_DAY_AGO)}'")
        with ThreadPoolExecutor(8) as pool:
            got = list(pool.map(one, range(16)))
        assert (got.count(True), standing(own.cursor())) == (12, [])
        found = own.execute("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^house[0-9]+$'").fetchone()
    assert found == (12,)


def test_a_house_another_opening_is_taking_is_left_to_it(settings):
    keep_ready()
    first, second = ready_names()
    with psycopg.connect(**connection_parameters()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [HOUSE, first])
        assert make_schema("initech") == "ready"
        assert ready_names() == [first]
        settings.READY_HOUSES = 0
        assert keep_ready() == 0
        assert ready_names() == [first]
    assert second not in ready_names()


def test_one_that_got_its_name_between_the_look_and_the_lock_is_not_taken_again(monkeypatch):
    keep_ready()
    first, second = ready_names()
    seen = rows(ready.STANDING)
    run(f"ALTER SCHEMA {first} RENAME TO hooli")
    monkeypatch.setattr(ready, "standing", lambda cursor: [ready._house(*row) for row in seen])
    assert make_schema("initech") == "ready"
    assert ready_names() == []
    assert rows("SELECT count(*) FROM pg_namespace WHERE nspname IN ('hooli', 'initech')") == [(2,)]


def test_what_is_rolled_back_leaves_the_house_ready():
    """An import that is refused after it had its schema."""
    keep_ready()
    before = ready_names()
    with transaction.atomic():
        assert make_schema("initech") == "ready"
        transaction.set_rollback(True)
    assert ready_names() == before
    assert rows("SELECT count(*) FROM pg_namespace WHERE nspname = 'initech'") == [(0,)]


def test_only_houses_of_this_release_are_taken(order):
    other = bare_house("a", note_of("of-another-release", datetime.now(UTC)))
    unfinished = bare_house("b", None)
    strange = bare_house("c", "what is this")
    tenant = order()
    assert provision(tenant.pk)
    assert how(tenant) == "replayed"
    assert ready_names() == [other, unfinished, strange]


def test_while_a_release_replaces_another_each_has_its_own(monkeypatch):
    def as_release(digest: str) -> None:
        for module in (keeping, ready):
            monkeypatch.setattr(module, "migrations_digest", lambda: digest)

    monkeypatch.setattr(keeping, "build", lambda name: run(f"CREATE SCHEMA {name}"))
    as_release("old")
    assert keep_ready() == 2
    as_release("new")
    assert keep_ready() == 2
    as_release("old")
    assert keep_ready() == 0
    assert (len(ready_names("old")), len(ready_names("new"))) == (2, 2)
    assert ready.take("initech")
    assert (len(ready_names("old")), len(ready_names("new"))) == (1, 2)
    as_release("new")
    monkeypatch.setattr(keeping, "OTHERS_STAY", timedelta(0))
    assert keep_ready() == 0
    assert (len(ready_names("old")), len(ready_names("new"))) == (0, 2)


def test_what_nobody_will_open_is_taken_away(settings):
    old = bare_house("a", note_of("of-another-release", A_DAY_AGO))
    young = bare_house("b", note_of("of-another-release", datetime.now(UTC)))
    broken_off = bare_house("c", None)
    tenants = bare_house("d", None)
    Tenant.objects.create(schema_name=tenants, name="Was here before the rule")
    assert keep_ready() == 2
    there = {name for (name,) in rows(f"SELECT nspname FROM pg_namespace WHERE nspname LIKE '{PREFIX}%'")}
    assert {young, tenants} < there
    assert there.isdisjoint({old, broken_off})
    settings.READY_HOUSES = 1
    assert keep_ready() == 0
    assert len(ready_names(migrations_digest())) == 1
    settings.READY_HOUSES = 0
    assert keep_ready() == 0
    assert ready_names() == [young]


def test_with_none_wanted_an_opening_makes_its_own(settings):
    keep_ready()
    settings.READY_HOUSES = 0
    assert make_schema("initech") == "replayed"
    assert len(ready_names()) == 2


def test_one_worker_keeps_them_at_a_time():
    with try_turn(KEEPING, 0):
        assert keep_ready() == 0
    assert ready_names() == []


def test_a_house_that_cannot_be_had_stops_no_opening(order, monkeypatch):
    keep_ready()
    monkeypatch.setattr(ready, "GIVE_NAME", "SELECT 1 / 0 AS {house}, 1 AS {name}")
    tenant = order()
    assert provision(tenant.pk)
    assert how(tenant) == "replayed"
    assert len(ready_names()) == 2


def test_a_ready_house_is_nobodys(acme, globex):
    assert keep_ready() == 2
    listed = [tenant.schema_name for tenant in [*every_tenant(), *every_closed_tenant()]]
    assert sorted(listed) == schemas_of_tenants() == ["acme", "globex"]
    compared = {table.split(".")[0] for table in books(is_whole=True).tables}
    assert compared == {"public", "acme", "globex"}


@pytest.mark.parametrize("name", [PREFIX + "0" * 12, PREFIX + "of_mine", "canary_house"])
def test_no_tenant_is_opened_or_brought_in_under_their_names(order, name, acme):
    for refused in (lambda: order(schema_name=name), lambda: refuse_names(name, "")):
        with pytest.raises(BadInput) as refusal:
            refused()
        assert refusal.value.field == "schema_name"
    assert not Tenant.objects.filter(schema_name=name).exists()


def test_an_opening_sends_for_the_next_house_behind_those_that_wait(order, monkeypatch, settings):
    from tenants import tasks

    sent: list[str] = []
    monkeypatch.setattr(tasks.keep_houses_ready, "delay", lambda: sent.append("houses"))
    assert tasks.provision_tenant.run(order().pk)
    assert sent == ["houses"]
    assert tasks.keep_houses_ready() == 2
    settings.READY_HOUSES = 0
    tasks.send_for_houses()
    assert sent == ["houses"]


@pytest.mark.timeout(420)
def test_killed_at_every_point_there_is_a_ready_house_none_or_a_whole_tenant(committed_database):
    around = os.environ | {"DATABASE_URL": committed_database, "DATABASE_FENCE": "auto", "READY_HOUSES": "2"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.tenants.killed_openings"], cwd=PROJECT, env=around,
        capture_output=True, text=True, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["taking"].count("COMMIT") >= 2
    assert {"ALTER SCHEMA", "COMMIT", "COMMITTED", "CREATE ROLE"} <= set(told["taking"])
    assert {"CREATE SCHEMA", "COMMENT ON", "COMMIT", "COMMITTED", "DROP SCHEMA"} <= set(told["keeping"])
    assert set(told["outcomes"]) == {"ready", "tenant"}
