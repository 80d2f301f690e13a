"""Deleted on schedule with a proof, kept by a hold, purged by two people, and never before the law allows."""

from datetime import timedelta

import pytest

from telephony import actions
from telephony.actions.deletion import OnHold
from telephony.actions.holds import (
    AnotherPerson,
    HeldAlready,
    PurgeAsked,
    UnderTheFloor,
    ask_purge,
    confirm_purge,
    lift_hold,
    place_hold,
    refuse_purge,
)
from telephony.actions.retention import OutsideTheLaw, RetentionChoice, run_retention, save_retention
from telephony.actions.storing import forget_leftovers
from telephony.actions.vault_intake import take_in_sounds
from telephony.cells.models import RetentionLimit
from telephony.models import (
    CustodyEntry,
    KeptSound,
    LegalHold,
    PurgeRequest,
    Queue,
    RetentionPolicy,
    Tombstone,
    VaultLeftover,
)
from telephony.queries.custody import proved_chain
from telephony.queries.retention import fates_of_call, proof_lines, proof_of
from telephony.vault.errors import SoundDeleted
from telephony.vault.places import DiskPlace, PlaceAway
from telephony.vault.retention import Limit, Terms
from telephony.vault_tasks import delete_old_sounds_everywhere
from tenants.context import current_schema, enter, enter_public
from tenants.people.models import AuditEntry

FOR_GOOD = {"recording": None, "voicemail": None, "comment": None}


def keep_for(shelf, days: int | None, **queues) -> RetentionPolicy:
    return save_retention(
        choice=RetentionChoice(days=FOR_GOOD | {"recording": days}, queues=queues.get("queues", {})),
        at=shelf.now,
    )


def recorded(shelf, days_ago: float, **call):
    recording = shelf.recording(ended_at=shelf.now - timedelta(days=days_ago), **call)
    shelf.keep(is_thorough=True)
    return recording


@pytest.mark.parametrize(
    ("wanted", "limit", "days"),
    [
        (30, Limit(), 30),
        (None, Limit(), None),
        (30, Limit(floor=180), 180),
        (3000, Limit(floor=180, ceiling=1825), 1825),
        (None, Limit(ceiling=1825), 1825),
    ],
)
def test_the_law_bounds_what_the_tenant_wants(wanted, limit, days):
    terms = Terms(days={"recording": wanted}, limits={"recording": limit}, queues={7: {"recording": 60}})
    assert terms.days_of("recording", None) == days
    assert terms.days_of("recording", 7) == Terms(limits=terms.limits).bounded("recording", 60)
    assert terms.days_of("recording", 8) == days


def test_what_is_too_old_is_deleted_and_a_tombstone_remains(shelf):
    with enter("globex"):
        foreign = recorded(shelf, 400)
    with enter("acme"):
        old, young = recorded(shelf, 31), recorded(shelf, 29)
        digest, sealed = old.sha256, shelf.sealed_of(old)
        policy = keep_for(shelf, 30)
        assert [(f.days_left, f.deletes_at) for f in fates_of_call(young.call_id, shelf.now)] == [
            (1, young.ended_at + timedelta(days=30))
        ]
        run = run_retention(at=shelf.now)
        assert (run.due, run.deleted, run.held, run.failed) == (1, 1, 0, 0)
        assert not sealed.exists()
        stone = Tombstone.objects.get()
        assert (stone.subject_id, stone.sha256, stone.policy_version, stone.days, stone.why) == (
            str(old.pk),
            digest,
            policy.version,
            30,
            "retention",
        )
        with pytest.raises(SoundDeleted):
            actions.open_sound(old)
        assert shelf.bytes_of(young)
        assert fates_of_call(old.call_id, shelf.now)[0].tombstone == stone
        assert digest in next(proof_lines(run))
        assert run.proof == proof_of(run)
        assert CustodyEntry.objects.first().verb == "deleted"
        assert proved_chain().broken_at is None
        # Again finds nothing more.
        assert run_retention(at=shelf.now).due == 0
        assert Tombstone.objects.count() == 1
    with enter("globex"):
        assert shelf.bytes_of(foreign)
        assert run_retention(at=shelf.now).due == 0


def test_a_queue_may_keep_longer_or_shorter_than_the_tenant(inside, queue):
    other = Queue.objects.create(name="Complaints")
    in_queue, in_other = recorded(inside, 40, queue=queue), recorded(inside, 40, queue=other)
    without = recorded(inside, 40)
    keep_for(inside, 30, queues={queue.pk: {"recording": 90}, other.pk: {"recording": 10}})
    assert run_retention(at=inside.now).deleted == 2
    gone = set(Tombstone.objects.values_list("subject_id", "days"))
    assert gone == {(str(in_other.pk), 10), (str(without.pk), 30)}
    inside.pass_time(days=51)
    assert run_retention(at=inside.now).deleted == 1
    assert str(in_queue.pk) in Tombstone.objects.values_list("subject_id", flat=True)


def test_a_hold_on_the_call_or_on_the_number_stops_everything(inside, acme, member):
    number = "+8613812342211"
    held, of_number, free = (
        recorded(inside, 99),
        recorded(inside, 99, caller_number=number),
        recorded(inside, 99),
    )
    keep_for(inside, 30)
    boss, other = member(acme, "admin", name="Li"), member(acme, "owner", name="Wang")
    asked = ask_purge(call_id=held.call_id, reason="asked by the customer", member=boss, at=inside.now)
    hold = place_hold(call_id=held.call_id, reason="court 12/2026", at=inside.now)
    place_hold(number=number, reason="complaint", at=inside.now)
    with pytest.raises(HeldAlready):
        place_hold(number=number, reason="again", at=inside.now)
    run = run_retention(at=inside.now)
    assert (run.due, run.deleted, run.held) == (3, 1, 2)
    assert inside.bytes_of(held)
    assert inside.bytes_of(of_number)
    with pytest.raises(SoundDeleted):
        actions.open_sound(free)
    for call_id in (held.call_id, of_number.call_id):
        with pytest.raises(OnHold):
            ask_purge(call_id=call_id, reason="x", member=boss, at=inside.now)
        assert fates_of_call(call_id, inside.now)[0].hold is not None
    with pytest.raises(OnHold):
        confirm_purge(purge_id=asked.pk, member=other, at=inside.now)
    assert PurgeRequest.objects.get().state == "asked"
    lift_hold(hold_id=hold.pk, reason="settled", at=inside.now)
    assert run_retention(at=inside.now).deleted == 1
    assert {*CustodyEntry.objects.values_list("verb", flat=True)} >= {"held", "released", "deleted"}
    assert AuditEntry.objects.filter(verb="placed legal hold").count() == 2
    with enter("globex"):
        assert not LegalHold.objects.exists()


def test_a_purge_takes_two_people(inside, acme, member):
    recording, other = recorded(inside, 1), recorded(inside, 1)
    asks, confirms = member(acme, "admin", name="Li"), member(acme, "owner", name="Wang")
    sealed = inside.sealed_of(recording)
    purge = ask_purge(call_id=recording.call_id, reason="right to be forgotten", member=asks, at=inside.now)
    with pytest.raises(PurgeAsked):
        ask_purge(call_id=recording.call_id, reason="again", member=confirms, at=inside.now)
    with pytest.raises(AnotherPerson):
        confirm_purge(purge_id=purge.pk, member=asks, at=inside.now)
    assert sealed.exists()
    assert confirm_purge(purge_id=purge.pk, member=confirms, at=inside.now)
    assert not sealed.exists()
    stone = Tombstone.objects.get()
    assert (stone.why, stone.purge_id, stone.subject_id) == ("purge", purge.pk, str(recording.pk))
    assert inside.bytes_of(other)
    again = ask_purge(call_id=other.call_id, reason="no, keep it", member=asks, at=inside.now)
    refuse_purge(purge_id=again.pk, member=asks, at=inside.now)
    assert inside.bytes_of(other)
    names = AuditEntry.objects.filter(verb__contains="purge").order_by("id").values_list("verb", "actor_name")
    assert list(names) == [
        ("asked for a purge", "Li"),
        ("confirmed a purge", "Wang"),
        ("asked for a purge", "Li"),
        ("refused a purge", "Li"),
    ]


def test_the_law_keeps_from_deleting_too_early_and_from_keeping_too_long(inside, acme, member):
    recording = recorded(inside, 100)
    keep_for(inside, 30)
    with enter_public():
        RetentionLimit.objects.create(kind="recording", floor_days=10, law="all")
        RetentionLimit.objects.create(
            tenant_id=acme.pk, kind="recording", floor_days=180, ceiling_days=1825, law="Rule 7"
        )
    assert run_retention(at=inside.now).due == 0
    boss = member(acme, "admin")
    with pytest.raises(UnderTheFloor, match="180 days"):
        ask_purge(call_id=recording.call_id, reason="x", member=boss, at=inside.now)
    for days in (30, 2000, None):
        with pytest.raises(OutsideTheLaw, match="180 and 1825"):
            keep_for(inside, days)
    assert RetentionPolicy.objects.count() == 1
    inside.pass_time(days=81)
    assert run_retention(at=inside.now).deleted == 1


def test_a_sound_never_sealed_is_deleted_as_well(inside):
    recording = inside.recording(ended_at=inside.now - timedelta(days=31))
    take_in_sounds(at=inside.now, is_thorough=True)
    keep_for(inside, 30)
    assert run_retention(at=inside.now).deleted == 1
    assert not inside.plain_of(recording).exists()
    assert Tombstone.objects.get().sha256 == recording.sha256


def test_with_the_storage_away_it_is_deleted_as_soon_as_that_is_back(inside, monkeypatch):
    recording = recorded(inside, 31)
    sealed = inside.sealed_of(recording)
    keep_for(inside, 30)

    def away(*_args):
        raise PlaceAway("unreachable")

    with monkeypatch.context() as patched:
        patched.setattr(DiskPlace, "delete", away)
        run = run_retention(at=inside.now)
        assert (run.deleted, run.failed) == (1, 1)
        assert sealed.exists()
    with pytest.raises(SoundDeleted):
        actions.open_sound(recording)
    assert forget_leftovers(at=inside.now) == 1
    assert not sealed.exists()
    assert not VaultLeftover.objects.exists()
    assert KeptSound.objects.get().state == "deleted"


def test_what_a_closed_tenant_left_goes_after_ninety_days_but_what_the_law_or_a_hold_keeps(
    shelf, acme, monkeypatch
):
    with enter_public():
        RetentionLimit.objects.create(kind="recording", floor_days=200, law="Law 5")
    with enter("globex"):
        theirs = recorded(shelf, 300)
    with enter("acme"):
        old, held, young = recorded(shelf, 300), recorded(shelf, 300, number="+861000"), recorded(shelf, 100)
        place_hold(call_id=held.call_id, reason="lawsuit", at=shelf.now)
    with enter_public():
        acme.move_to("closed", shelf.now)
        acme.save()
    sent: list[str] = []
    monkeypatch.setattr(
        "telephony.vault_tasks.delete_old_sounds.delay", lambda: sent.append(current_schema())
    )

    def gone() -> list:
        with enter("acme"):
            run_retention(at=shelf.now)
            return [one.pk for one in (old, held, young) if shelf.kept(one).state == KeptSound.State.DELETED]

    assert delete_old_sounds_everywhere() == 2
    assert sorted(sent) == ["acme", "globex"]
    shelf.pass_time(days=89)
    assert gone() == []
    shelf.pass_time(days=1)
    assert gone() == [old.pk]
    shelf.pass_time(days=20)
    assert gone() == [old.pk, young.pk]
    with enter("globex"):
        run_retention(at=shelf.now)
        assert shelf.kept(theirs).state == KeptSound.State.SEALED
