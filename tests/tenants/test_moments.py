"""Moments of the database as they come to us: the same as by Django's own loader, in every spelling."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DataError, connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader

from telephony.models import Call
from tenants.context import enter
from tenants.postgresql.moments import MomentLoader
from tests.telephony_rows import a_call

TIMESTAMPTZ = psycopg.postgres.types["timestamptz"].oid


class ByDjango(BaseTzLoader):
    timezone = UTC


def asked_for(text: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_the_connection_reads_by_it():
    with connection.cursor() as cursor:
        assert cursor.adapters.get_loader(TIMESTAMPTZ, psycopg.pq.Format.TEXT) is MomentLoader


@pytest.mark.parametrize("said", [
    b"2026-11-23 13:00:00+00", b"2026-11-23 13:00:00.1+00", b"2026-11-23 13:00:00.12345+00",
    b"2026-11-23 13:00:00.123456+00", b"0044-03-15 12:00:00+00", b"9999-12-31 23:59:59.999999+00",
    b"2026-11-23 13:00:00+05:30", b"2026-11-23 13:00:00.5-08",
])  # fmt: skip
def test_every_spelling_means_what_django_reads(said):
    ours, theirs = MomentLoader(TIMESTAMPTZ).load(said), ByDjango(TIMESTAMPTZ).load(said)
    assert (ours, ours.tzinfo) == (theirs, theirs.tzinfo)
    assert MomentLoader(TIMESTAMPTZ).load(memoryview(said)) == theirs


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00 BC", "12026-01-01 00:00:00+00"])
def test_what_no_datetime_can_hold_is_refused_in_words(text):
    with pytest.raises(DataError, match="timestamp"):
        asked_for(text)


def test_a_row_keeps_its_moment_to_the_microsecond(acme, globex):
    at = datetime(2026, 11, 23, 13, 0, 0, 123450, tzinfo=UTC)
    with enter("acme"):
        call = a_call(at)
        read = Call.objects.get(pk=call.pk).arrived_at
        assert (read, read.utcoffset()) == (at, timedelta(0))
    with enter("globex"):
        assert not Call.objects.exists()
