"""The audit log's chain: of one tenant alone, made by the database, and nobody mends it unseen."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from tenants.context import enter
from tenants.people.actions import record_audit
from tenants.people.models import AuditEntry
from tenants.trust import actions, chain, exporting, queries
from tenants.trust.hashing import content_hash, link_hash
from tenants.trust.models import AuditCheck, AuditLink, AuditPending


def commit() -> None:
    """What waits for the commit is done now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def write(count: int = 3) -> list[AuditEntry]:
    made = [
        record_audit(
            verb="tested", subject=f"a:{n}", before={"面": n, "x": 1.10}, after={"x": '=1+"é"\n'}, reason="-r"
        )
        for n in range(count)
    ]
    commit()
    return made


def unguarded(sql: str, *values: object) -> None:
    """As somebody would who owns the database and switches its guards off."""
    with connection.without_fence(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def entries(acme, globex):
    with enter("acme"):
        yield write()


def test_each_entry_gets_a_link_that_holds_the_one_before(entries, globex):
    links = list(AuditLink.objects.order_by("position"))
    assert [link.position for link in links] == [0, 1, 2, 3]
    assert [link.entry_id for link in links] == [None, *(entry.pk for entry in entries)]
    assert [link.before_hash for link in links] == ["0" * 64, *(link.hash for link in links[:-1])]
    said = [line.said for line in chain.lines()]
    for link, content in zip(links[1:], said[1:], strict=True):
        assert link.content_hash == content_hash(content)
        assert link.hash == link_hash(link.position, link.entry_id, link.before_hash, link.content_hash)
    found = chain.proved()
    assert (found.entries, found.head, found.problem) == (3, links[-1].hash, "")
    with enter("globex"):
        assert (AuditLink.objects.count(), chain.proved().entries) == (1, 0)


def test_links_are_only_added_to(entries):
    for change in (lambda: AuditLink.objects.update(hash="x"), lambda: AuditLink.objects.all().delete()):
        with pytest.raises(DatabaseError, match="can only be added to"), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("sql", "problem", "position"),
    [
        ("UPDATE people_auditentry SET reason = 'other' WHERE id = %(second)s", "changed", 2),
        ("UPDATE people_auditentry SET before = NULL WHERE id = %(second)s", "changed", 2),
        ("DELETE FROM people_auditentry WHERE id = %(second)s", "gone", 2),
        ("DELETE FROM trust_auditlink WHERE position = 2", "gap", 2),
        ("UPDATE trust_auditlink SET content_hash = repeat('a', 64) WHERE position = 2", "link", 2),
        ("INSERT INTO people_auditentry (id, at, actor_name, verb, subject, subject_name, reason)"
         " VALUES (999999, now(), 'x', 'x', 'x', '', '')", "stranger", None),
        ("DELETE FROM trust_auditlink WHERE position = 3;"
         " DELETE FROM people_auditentry WHERE id = %(third)s", "cut", 3),
        ("UPDATE trust_auditgenesis SET last_id = last_id + 1", "genesis", 0),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_found_and_named(entries, globex, now, sql, problem, position):
    assert actions.check_chain(at=now).is_whole
    names = {"second": entries[1].pk, "third": entries[2].pk}
    unguarded(sql % names if "%(" in sql else sql)
    check = actions.check_chain(at=now)
    assert (check.problem, check.broken_at) == (problem, position)
    assert AuditEntry.objects.get(verb="audit log broken").after["problem"] == problem
    with enter("globex"):
        assert actions.check_chain(at=now).is_whole


def test_what_was_there_before_the_chain_is_part_of_its_beginning(acme, now):
    """As in a house that is brought to this release: entries first, the chain after."""
    from importlib import import_module

    sql = import_module("tenants.trust.migrations.0001_initial")
    with enter("acme"):
        old = write(2)
        with connection.without_fence(), connection.cursor() as cursor:
            cursor.execute(sql.UNCHAINED + "DELETE FROM trust_auditlink; DELETE FROM trust_auditgenesis")
            cursor.execute(sql.CHAIN)
        write(1)
        assert (actions.check_chain(at=now).entries, AuditLink.objects.count()) == (1, 2)
        unguarded("UPDATE people_auditentry SET verb = 'other' WHERE id = %s", old[0].pk)
        check = actions.check_chain(at=now)
        assert (check.problem, check.broken_at) == ("genesis", 0)


def test_writers_at_the_same_moment_give_one_chain_and_wait_for_nobody(committed_database):
    """One holds the chain: the other's entry waits for its link, and the next writer brings it in."""
    insert = (
        "INSERT INTO people_auditentry (at, actor_name, verb, subject, subject_name, reason)"
        " VALUES (now(), 'x', 'x', 'x', '', '') RETURNING id"
    )
    with psycopg.connect(committed_database) as slow, psycopg.connect(committed_database) as quick:
        for each in (slow, quick):
            each.execute("SET search_path = acme, public; SET lock_timeout = '2s'")
            each.commit()
        slow.execute(insert)
        slow.execute("SET CONSTRAINTS ALL IMMEDIATE")
        quick.execute(insert)
        quick.commit()
        assert quick.execute("SELECT count(*) FROM trust_auditpending").fetchone() == (1,)
        slow.commit()
        quick.execute(insert)
        quick.commit()
        assert quick.execute("SELECT count(*) FROM trust_auditpending").fetchone() == (0,)
        assert quick.execute(
            "SELECT array_agg(position ORDER BY position) FROM trust_auditlink"
        ).fetchone() == ([0, 1, 2, 3],)
        quick.commit()

    def writer(_number: int) -> None:
        with psycopg.connect(committed_database, autocommit=True) as own:
            own.execute("SET search_path = acme, public")
            for _ in range(25):
                own.execute(insert)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(writer, range(4)))
    with psycopg.connect(committed_database) as own:
        own.execute("SET search_path = acme, public")
        linked = own.execute("SELECT count(*), max(position) FROM trust_auditlink").fetchone()
        waiting = own.execute("SELECT count(*) FROM trust_auditpending").fetchone()
    assert (linked[0] + waiting[0], linked[0] - 1) == (104, linked[1])


def test_entries_that_wait_are_linked_by_the_next_look(entries, now):
    unguarded("INSERT INTO people_auditentry (id, at, actor_name, verb, subject, subject_name, reason)"
              " VALUES (999999, now(), 'x', 'x', 'x', '', '')")  # fmt: skip
    AuditPending.objects.create(entry_id=999999)
    assert actions.check_chain(at=now).is_whole
    assert (AuditLink.objects.get(entry_id=999999).position, AuditPending.objects.count()) == (4, 0)


# --- the export ---


def exported(folder, kind: str = "csv"):
    file = folder / f"log.{kind}"
    made = (
        exporting.as_xlsx(exporting.rows())
        if kind == "xlsx"
        else b"".join(exporting.as_csv(exporting.rows()))
    )
    file.write_bytes(made)
    return file


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_proved_by_the_file_alone(entries, tmp_path, capsys, kind):
    file, head = exported(tmp_path, kind), queries.head().hash
    call_command("verify_audit", str(file), head=head)
    assert capsys.readouterr().out == f"Whole: 4 lines, 0 to 3.\nHead: {head}\n"
    with pytest.raises(CommandError, match="wrote down"):
        call_command("verify_audit", str(file), head="a" * 64)


def test_no_cell_of_an_export_is_a_formula(acme, tmp_path):
    with enter("acme"):
        record_audit(verb="tested", subject="=cmd|' /C calc'!A0", reason="@SUM(1)")
        commit()
        rows = list(exporting.rows())
        file = exported(tmp_path)
    assert (rows[-1][6], rows[-1][10]) == ("'=cmd|' /C calc'!A0", "'@SUM(1)")
    call_command("verify_audit", str(file))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [("tested,a:1", "tested,a:7", "column subject"), ('""a:1""', '""a:7""', "content has been changed")],
)
def test_an_export_that_was_changed_is_refused(entries, tmp_path, old, new, what):
    file = exported(tmp_path)
    text = file.read_text(encoding="utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8-sig")
    with pytest.raises(CommandError, match=what):
        call_command("verify_audit", str(file))
    lines = text.splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith("2,")), encoding="utf-8-sig")
    with pytest.raises(CommandError, match="NOT WHOLE at position 3: a line is missing"):
        call_command("verify_audit", str(file))


def test_checks_are_kept(entries, now):
    actions.check_chain(at=now)
    assert [(check.entries, check.head) for check in AuditCheck.objects.all()] == [(3, queries.head().hash)]
