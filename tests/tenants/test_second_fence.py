"""Whoever is inside a tenant is the tenant's role in the database: SQL that names another schema is refused there."""

import asyncio
import contextlib

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import ProgrammingError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from psycopg import sql

from contactcenter.urls import urlpatterns as ours
from telephony.models import Skill
from tenants.context import enter, enter_public
from tenants.models import Tenant
from tenants.people.models import Member
from tenants.provisioning import fence
from tenants.provisioning.fence import raise_fences, shared_tables, without_fence
from tenants.tasks import tenant_task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def raised(acme, globex, settings) -> None:
    settings.DATABASE_FENCE = "auto"
    assert raise_fences(["acme", "globex"]) == 2 or without_fence(["acme", "globex"]) == []


THEIRS = "SELECT count(*) FROM globex.people_member"


def ask(statement: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def refused(statement: str) -> str:
    try:
        return f"answered {ask(statement)}"
    except ProgrammingError as problem:
        return str(problem).splitlines()[0]


def look(request) -> HttpResponse:
    return HttpResponse(refused(THEIRS))


urlpatterns = [path("look/", look), *ours]


@tenant_task(name="tests.look_at_the_neighbour")
def look_at_the_neighbour() -> str:
    return refused(THEIRS)


DENIED = "permission denied for schema globex"


def test_sql_that_names_another_tenant_is_refused_by_the_database(acme, globex):
    with enter("acme"):
        Skill.objects.create(name="Law")
        assert ask("SELECT count(*) FROM telephony_skill") == 1
        for statement in (
            THEIRS,
            "INSERT INTO globex.telephony_skill (name) VALUES ('x') RETURNING 1",
            "DELETE FROM globex.telephony_skill RETURNING 1",
            "SELECT nextval('globex.telephony_skill_id_seq')",
        ):
            assert refused(statement) == DENIED
        # Operators, their sessions and their log are nobody's business here; what is shared is.
        assert refused("SELECT count(*) FROM public.people_member").startswith("permission denied for table")
        assert refused("SELECT count(*) FROM public.django_session").startswith("permission denied for table")
        assert Tenant.objects.count() == 2
        assert refused("DROP TABLE telephony_skill").startswith("must be owner of table")
    with enter("globex"):
        assert not Skill.objects.exists()
    with enter_public():
        assert ask(THEIRS) == 0


def test_it_stands_in_a_request_a_task_and_a_socket(acme, globex, settings):
    settings.ROOT_URLCONF = __name__
    assert Client(SERVER_NAME="acme.localhost").get("/look/").content.decode() == DENIED
    assert Client(SERVER_NAME="globex.localhost").get("/look/").content.decode() == "answered 0"

    def as_a_consumer_does() -> str:
        with enter("acme"):
            return refused(THEIRS)

    async def story() -> str:
        await asyncio.sleep(0)
        return await sync_to_async(as_a_consumer_does)()

    assert async_to_sync(story)() == DENIED
    # Last: a task gives its connection back when it ends.
    assert look_at_the_neighbour.apply(headers={"cc_schema": "acme"}).get() == DENIED


def test_it_stands_after_whatever_was_undone_and_is_down_outside(acme, globex):
    with enter("acme"):
        assert refused(THEIRS) == DENIED
        with contextlib.suppress(RuntimeError), transaction.atomic():
            connection.set_schema("globex")
            assert ask(THEIRS) == 0
            raise RuntimeError
        connection.set_schema("acme")
        assert refused(THEIRS) == DENIED
        with enter("globex"):
            assert refused("SELECT count(*) FROM acme.people_member") == "permission denied for schema acme"
        assert refused(THEIRS) == DENIED
    assert Member.objects.count() == 0
    assert ask("SELECT (current_user = session_user)::int") == 1


def test_migrations_and_what_changes_tables_stay_the_owner(acme):
    with enter("acme"), connection.without_fence(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE acme.made_later (id serial)")
    with enter("acme"):
        assert refused("SELECT count(*) FROM made_later") == "answered 0"
        assert ask("INSERT INTO made_later DEFAULT VALUES RETURNING id") == 1
    with enter("globex"):
        assert refused("SELECT count(*) FROM acme.made_later") == "permission denied for schema acme"


def test_a_house_without_a_role_works_and_is_named(acme, globex):
    with enter_public(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA initech; CREATE TABLE initech.people_member (id int)")
    assert without_fence(["acme", "globex", "initech", "nobody"]) == ["initech"]
    with enter("initech"):
        assert ask(THEIRS) == 0
    assert raise_fences(["acme", "initech"]) == 1
    with enter("initech"):
        assert refused(THEIRS) == DENIED
    assert without_fence(["initech"]) == []


def test_where_no_roles_may_be_made_nothing_is_half_done(acme, globex, settings, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA hooli; CREATE ROLE cc_hooli NOLOGIN; CREATE ROLE cc_poor NOLOGIN")
    refusal = sql.SQL("DO $$ BEGIN GRANT cc_hooli TO cc_poor; RAISE insufficient_privilege; END $$")
    monkeypatch.setattr(fence, "_make", lambda role: refusal)
    assert not fence.raise_fence("hooli")
    assert ask("SELECT pg_has_role('cc_poor', 'cc_hooli', 'MEMBER')::int") == 0
    assert without_fence(["acme", "hooli"]) == ["hooli"]
    settings.DATABASE_FENCE = "off"
    assert raise_fences(["hooli"]) == 0
    with enter("acme"):
        assert ask(THEIRS) == 0


def test_what_is_shared_holds_no_operators_table():
    tables = set(shared_tables())
    assert {"tenants_tenant", "billing_charge", "desk_numberpaper"} <= tables
    assert tables.isdisjoint({"people_member", "people_auditentry", "django_session", "trust_auditlink"})
