"""The page of the audit log: searched, proved, taken along; of one's own house alone."""

import csv
import io

import pytest
from django.db import connection

from tenants.context import enter
from tenants.people.actions import record_audit
from tenants.people.models import AuditEntry
from tenants.trust import queries
from tenants.trust.models import AuditCheck
from tests.trust.test_chain import commit, unguarded


@pytest.fixture
def owner(acme, member, client_of):
    return client_of(member(acme, "owner", name="Olga"))


@pytest.fixture
def written(acme, globex, member):
    """120 entries of two people, and one of globex."""
    ann = member(acme, "admin", name="Ann")
    with enter("acme"):
        for number in range(120):
            record_audit(
                verb="changed" if number % 2 else "added",
                subject=f"people.team:{number % 3}",
                actor=ann if number < 60 else None,
                after={"n": number},
            )
        commit()
    with enter("globex"):
        record_audit(verb="changed", subject="people.team:1", reason="globex alone")
        commit()


def lines_of(page) -> list[AuditEntry]:
    return [entry for entry, _verb, _kind, _link in page.context["rows"]]


def test_pages_follow_each_other_without_a_gap_or_a_repeat(owner, written):
    page = owner.get("/audit/")
    seen = [entry.pk for entry in lines_of(page)]
    while page.context["older"]:
        page = owner.get("/audit/", {"after": page.context["older"]})
        seen += [entry.pk for entry in lines_of(page)]
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen, reverse=True)
    assert "globex alone" not in page.content.decode()


@pytest.mark.parametrize(
    ("asked", "count"),
    [({"who": "Ann"}, 60), ({"verb": "added"}, 60), ({"about": "people.team:2"}, 40), ({"about": "people.team"}, 120),
     ({"about": "people"}, 0), ({"who": "Ann", "verb": "added", "about": "people.team:0"}, 10)],
)  # fmt: skip
def test_it_is_searched_by_who_what_and_to_what(acme, written, asked, count):
    with enter("acme"):
        assert queries.found_entries(queries.Wanted(**asked)).count() == count


def test_days_are_those_of_the_readers_clock(owner, acme, written):
    with enter("acme"):
        unguarded("UPDATE people_auditentry SET at = '2026-03-01 16:30+00' WHERE subject = 'people.team:0'")
    # Half past midnight of the second in Shanghai.
    assert len(lines_of(owner.get("/audit/", {"since": "2026-03-02", "until": "2026-03-02"}))) == 40
    assert lines_of(owner.get("/audit/", {"since": "2026-03-01", "until": "2026-03-01"})) == []
    assert owner.get("/audit/", {"since": "nonsense", "verb": "nobody"}).status_code == 200


def test_the_button_says_whole_or_names_the_first_that_is_not(owner, acme, written):
    assert "120" in owner.post("/audit/check/", follow=True).content.decode()
    with enter("acme"):
        third = AuditEntry.objects.order_by("pk")[2]
        unguarded("UPDATE people_auditentry SET reason = 'x' WHERE id = %s", third.pk)
    page = owner.post("/audit/check/", follow=True).content.decode()
    assert "First at position 3." in page
    assert f"Entry {third.pk}." in page.replace(",", "")
    with enter("acme"):
        assert [check.by_name for check in AuditCheck.objects.all()] == ["Olga", "Olga"]


def test_what_was_written_down_is_compared(owner, acme, written):
    with enter("acme"):
        head = queries.head()
        record_audit(verb="changed", subject="a:1")
        commit()
    assert owner.get("/audit/", {"written": f"{head.position}:{head.hash}"}).context["compared"] is True
    for other in (f"{head.position - 1}:{head.hash}", f"{head.position}:{'0' * 64}", "nonsense"):
        assert owner.get("/audit/", {"written": other}).context["compared"] is False
    assert owner.get("/api/v1/audit-head/").json()["position"] == 121


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_the_whole_chain_and_is_written_down(owner, acme, written, kind):
    answer = owner.get(f"/audit/export/{kind}/")
    body = b"".join(answer.streaming_content)
    with enter("acme"):
        entry = AuditEntry.objects.get(verb="exported audit log")
    assert (entry.after["first"], entry.after["last"], entry.actor_name) == (0, 120, "Olga")
    if kind == "csv":
        assert len(list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))) == 122


@pytest.mark.parametrize("role", ["supervisor", "agent", "operations", "finance"])
def test_others_neither_read_nor_check_nor_take_it(acme, member, client_of, role):
    client = client_of(member(acme, role))
    assert client.get("/audit/").status_code == 403
    assert client.get("/audit/export/csv/").status_code == 403
    assert client.post("/audit/check/").status_code == 403
    with enter("acme"):
        assert AuditCheck.objects.count() == 0


def test_ten_thousand_entries_are_searched_by_their_indexes(acme):
    """No question reads the whole table: what is quick here is quick with ten million."""
    with enter("acme"):
        unguarded(
            "INSERT INTO people_auditentry (at, actor_name, verb, subject, subject_name, reason)"
            " SELECT timestamptz '2026-01-01 00:00+00' + n * interval '1 second', 'p' || mod(n, 500),"
            " 'v' || mod(n, 700),"
            " 'a.b' || mod(n, 900) || ':' || n, '', '' FROM generate_series(0, 9999) n"
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE people_auditentry")
        for asked in ({}, {"who": "p7"}, {"verb": "v7"}, {"about": "a.b7:7"}, {"about": "a.b7"}):
            plan = queries.found_entries(queries.Wanted(**asked))[:51].explain()
            assert "Seq Scan" not in plan, (asked, plan)
