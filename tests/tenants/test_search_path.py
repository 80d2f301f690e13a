"""The search path is set once for each entry into a schema; nothing may leave a connection looking into another one."""

import contextlib

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from telephony.models import Skill
from tenants.context import enter


class Undone(Exception):
    pass


def looking_into() -> str:
    """What the database itself resolves names in, not what we believe."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


def test_a_schema_is_named_once_for_all_queries_inside(acme):
    with enter("public"):
        assert looking_into() == "public"
    with CaptureQueriesContext(connection) as asked, enter("acme"):
        for _query in range(3):
            Skill.objects.count()
    assert [query["sql"].startswith("SET search_path") for query in asked] == [True, False, False, False]


def test_each_entry_and_each_return_looks_into_its_own_schema(acme, globex):
    with enter("acme"):
        assert looking_into() == "acme"
        with enter("globex"):
            assert looking_into() == "globex"
        assert looking_into() == "acme"
    with enter("public"):
        assert looking_into() == "public"


def test_what_was_entered_inside_a_savepoint_that_is_undone_is_entered_again(acme, globex):
    with enter("globex"):
        assert looking_into() == "globex"
        with contextlib.suppress(Undone), transaction.atomic():
            connection.set_schema("acme")
            assert looking_into() == "acme"
            raise Undone
        assert connection.schema_name == "acme"
        assert looking_into() == "acme"
        Skill.objects.create(name="Law")
    with enter("globex"):
        assert not Skill.objects.exists()


def test_a_schema_left_and_entered_again_is_not_named_again(acme):
    with enter("acme"):
        assert looking_into() == "acme"
    with enter("public"):
        pass
    with CaptureQueriesContext(connection) as asked, enter("acme"):
        assert looking_into() == "acme"
    assert [query["sql"] for query in asked] == ["SELECT current_schema()"]


def test_after_a_way_that_was_undone_the_same_schema_is_named_again(acme, globex):
    """PostgreSQL takes a SET back with its savepoint: whoever comes next must not believe to be where they were."""
    with enter("globex"):
        assert looking_into() == "globex"
    with contextlib.suppress(Undone), transaction.atomic():
        with enter("acme"):
            assert looking_into() == "acme"
        raise Undone
    with enter("acme"):
        assert looking_into() == "acme"


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_failed_unseen_takes_its_way_back_at_its_commit(acme, globex):
    with enter("globex"):
        assert looking_into() == "globex"
    with transaction.atomic(), enter("acme"):
        assert looking_into() == "acme"
        with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
    with enter("acme"):
        assert looking_into() == "acme"
