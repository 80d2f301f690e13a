"""The ledger of who did what with a sound: a chain nobody can mend, of one tenant alone."""

import pytest
from django.db import DatabaseError, connection, transaction

from telephony import actions, queries
from telephony.models import Call, CustodyEntry, Recording
from tenants.context import enter
from tenants.people.acting import acting
from tenants.people.models import AuditEntry


@pytest.fixture
def recording(acme, now):
    with enter("acme"):
        call = Call.objects.create(arrived_at=now)
        return Recording.objects.create(call=call, leg=call.pk, path=f"acme/{call.pk}.wav", sha256="a" * 64)


def note_three(recording, member, now) -> None:
    with enter("acme"), acting(member, "10.0.0.7"):
        for verb in ("played", "downloaded", "shared"):
            actions.note_custody(recording, verb, at=now, details={"seconds": 12})


def test_each_entry_holds_the_hash_of_the_one_before(recording, acme, globex, member, now):
    ann = member(acme, "supervisor", name="Ann")
    note_three(recording, ann, now)
    with enter("acme"):
        entries = list(CustodyEntry.objects.order_by("position"))
        assert [(e.position, e.verb, e.actor_name, e.address) for e in entries] == [
            (1, "played", "Ann", "10.0.0.7"),
            (2, "downloaded", "Ann", "10.0.0.7"),
            (3, "shared", "Ann", "10.0.0.7"),
        ]
        assert entries[0].before_hash == "0" * 64
        assert [e.before_hash for e in entries[1:]] == [e.hash for e in entries[:2]]
        assert {e.sha256 for e in entries} == {"a" * 64}
        chain = queries.proved_chain()
        assert (chain.entries, chain.head, chain.broken_at) == (3, entries[-1].hash, None)
        assert AuditEntry.objects.filter(verb__in=("played", "downloaded", "shared")).count() == 3
    with enter("globex"):
        assert queries.proved_chain().entries == 0


@pytest.mark.parametrize("table", ["telephony_custodyentry", "telephony_tombstone"])
def test_nothing_is_changed_or_taken_out(recording, member, now, table):
    note_three(recording, None, now)
    with enter("acme"), connection.cursor() as cursor:
        if table == "telephony_tombstone":
            cursor.execute(
                "INSERT INTO telephony_tombstone (kind, subject_id, call_id, why, policy_version, recorded_at, size,"
                " sha256, deleted_at) VALUES ('recording', 'x', %s, 'purge', 1, now(), 1, '', now())",
                [recording.call_id],
            )
        for change in (f"UPDATE {table} SET sha256 = 'b'", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match="only be added to"), transaction.atomic():
                cursor.execute(change)


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE telephony_custodyentry SET actor_name = 'Bob' WHERE position = 2", 2),
        ("DELETE FROM telephony_custodyentry WHERE position = 2", 2),
        ("UPDATE telephony_custodyentry SET hash = repeat('c', 64) WHERE position = 1", 1),
    ],
)
def test_whoever_gets_past_the_trigger_breaks_the_chain(recording, member, now, change, broken_at):
    note_three(recording, None, now)
    with enter("acme"), connection.without_fence(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE telephony_custodyentry DISABLE TRIGGER USER")
        cursor.execute(change)
        assert queries.proved_chain().broken_at == broken_at
