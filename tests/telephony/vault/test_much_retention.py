"""A night's retention over many sounds: in several goes, past holds, with a proof that names each one that went."""

import hashlib
import os
import time
from datetime import timedelta

import pytest

from telephony.actions.holds import place_hold
from telephony.actions.retention import RetentionChoice, run_retention, save_retention
from telephony.models import Call, CustodyEntry, KeptSound, RetentionRun, Tombstone
from telephony.queries.custody import proved_chain
from telephony.queries.retention import proof_lines
from tenants.context import enter
from tests.telephony.vault.test_works import after, plant

HELD_EACH = 10


@pytest.mark.timeout(3600)
def test_many_sounds_go_in_one_night_with_a_proof_that_names_each(inside, shelf):
    """Three hundred, two thirds of them too old; RETAINED=10000 for a night of ten thousand (docs/recordings.md)."""
    count = int(os.environ.get("RETAINED", "300"))
    with enter("globex"):
        plant(shelf, 3)
        KeptSound.objects.update(recorded_at=shelf.now - timedelta(days=400))
    plant(inside, count)
    due, held, court = make_two_thirds_old(inside)
    save_retention(
        choice=RetentionChoice(days={"recording": 30, "voicemail": None, "comment": None}), at=inside.now
    )
    started = time.perf_counter()
    runs = [run_retention(at=inside.now, until=after(due // 3)), run_retention(at=inside.now)]
    took = time.perf_counter() - started

    assert [run.due for run in runs] == [due, due - runs[0].deleted]
    assert (runs[0].deleted > 0, runs[1].held, runs[1].failed) == (True, held, 0)
    assert runs[0].deleted + runs[1].deleted == due - held
    gone = set(KeptSound.objects.filter(state="deleted").values_list("name", flat=True))
    left = {str(file.relative_to(inside.vault)) for file in inside.vault.rglob("*") if file.is_file()}
    assert len(gone) == due - held
    assert gone.isdisjoint(left)
    assert set(KeptSound.objects.exclude(state="deleted").values_list("name", flat=True)) <= left
    assert set(KeptSound.objects.filter(call=court).values_list("state", flat=True)) == {"sealed"}
    for run in runs:
        names_each(run)
    assert CustodyEntry.objects.filter(verb="deleted").count() == due - held
    assert proved_chain().broken_at is None
    assert run_retention(at=inside.now).deleted == 0
    with enter("globex"):
        assert set(KeptSound.objects.values_list("state", flat=True)) == {"sealed"}
        assert not Tombstone.objects.exists()
    print(f"{due - held} of {count} sounds deleted in {took:.1f} s, {(due - held) / took:.0f} a second")


def make_two_thirds_old(shelf) -> tuple[int, int, Call]:
    """How many are due, how many of them a hold keeps, and the call it is on: each tenth is of a call in court."""
    keys = list(KeptSound.objects.order_by("pk").values_list("pk", flat=True))
    due = keys[: len(keys) * 2 // 3]
    held = due[::HELD_EACH]
    court = Call.objects.create(arrived_at=shelf.now)
    KeptSound.objects.filter(pk__in=due).update(recorded_at=shelf.now - timedelta(days=31))
    KeptSound.objects.filter(pk__in=held).update(call=court)
    place_hold(call_id=court.pk, reason="court 12/2026", at=shelf.now)
    return len(due), len(held), court


def names_each(run: RetentionRun) -> None:
    """The proof is the hash over its lines, and the lines are the sounds of this run, by their own hashes."""
    lines = list(proof_lines(run))
    assert hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest() == run.proof
    said = {(line.split()[1], line.split()[5]) for line in lines}
    buried = Tombstone.objects.filter(run=run).values_list("subject_id", "sha256")
    assert said == set(buried)
    assert len(lines) == run.deleted
