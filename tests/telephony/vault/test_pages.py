"""The pages of how recordings are kept: who may, what they say, and that a tenant sees nothing of the other's."""

from datetime import timedelta

import pytest

from telephony.actions.retention import run_retention
from telephony.actions.sound_alarms import prove_sound
from telephony.cells.models import RecordingQuota, RetentionLimit
from telephony.models import (
    KeptSound,
    LegalHold,
    PurgeRequest,
    Queue,
    RetentionPolicy,
    RetentionRun,
    StoragePlace,
    Tombstone,
    VaultWork,
)
from tenants.context import enter, enter_public
from tenants.people.models import AuditEntry

PAGES = ["storage/", "storage/new/", "retention/", "holds/"]


@pytest.fixture
def boss(shelf, acme, member, client_of):
    return client_of(member(acme, "admin", name="Li"))


@pytest.fixture
def owner(shelf, acme, member, client_of):
    return client_of(member(acme, "owner", name="Wang"))


@pytest.fixture
def kept(shelf):
    with enter("globex"):
        shelf.recording()
        shelf.keep()
    with enter("acme"):
        recording = shelf.recording(caller_number="+8613812342211")
        shelf.keep()
    return recording


def text_of(answer) -> str:
    return answer.content.decode()


def test_only_who_keeps_the_house_opens_them(kept, acme, member, client_of, boss):
    for role in ("supervisor", "agent", "inspector", "finance"):
        client = client_of(member(acme, role))
        assert {client.get(f"/recordings/{page}").status_code for page in PAGES} == {403}
        for act in ("choose", "rekey", "drop", "prove"):
            assert client.post(f"/recordings/storage/{act}/").status_code == 403
        for act in ("hold", "lift", "ask", "confirm", "refuse"):
            assert client.post(f"/recordings/holds/{act}/").status_code == 403
    assert {boss.get(f"/recordings/{page}").status_code for page in PAGES} == {200}
    assert boss.get("/recordings/storage/").status_code == 200
    assert "<strong>globex" not in text_of(boss.get("/recordings/storage/"))


def test_an_alarm_stands_on_the_page_until_the_sound_proves_whole(kept, shelf, boss):
    with enter("acme"):
        sealed = shelf.sealed_of(kept)
        sound = shelf.kept(kept)
    before = sealed.read_bytes()
    sealed.write_bytes(before[:-1] + b"\0")
    player = boss.get(f"/calls/{kept.call_id}/")
    assert player.status_code == 200
    with enter("acme"):
        assert prove_sound(sound, at=shelf.now) is False
    assert "are not what was recorded" in text_of(boss.get("/recordings/storage/"))
    assert "not what was recorded" in text_of(boss.get(f"/calls/{kept.call_id}/"))
    still = boss.post("/recordings/storage/prove/", {"sound": str(sound.pk)}, follow=True)
    assert "still not what was recorded" in text_of(still)
    sealed.write_bytes(before)
    healed = boss.post("/recordings/storage/prove/", {"sound": str(sound.pk)}, follow=True)
    assert "The alarm is over" in text_of(healed)
    for nonsense in ("", "x", str(kept.pk)):
        assert boss.post("/recordings/storage/prove/", {"sound": nonsense}).status_code in (302, 404)


def test_a_storage_is_judged_before_it_is_listed_and_its_secret_never_shown(kept, boss):
    terms = {
        "name": "Ours",
        "endpoint": "http://10.0.0.1",
        "bucket": "recordings",
        "access_key": "AK",
        "secret": "S3CR3T",
    }
    refused = boss.post("/recordings/storage/new/", terms)
    assert refused.status_code == 400
    assert "https://" in text_of(refused)
    with enter("acme"):
        assert not StoragePlace.objects.exists()
    # Of a private network: kept, so that it can be put right, and not chosen.
    assert boss.post("/recordings/storage/new/", terms | {"endpoint": "https://10.0.0.1"}).status_code == 400
    with enter("acme"):
        place = StoragePlace.objects.get()
    page = boss.get(f"/recordings/storage/{place.pk}/")
    assert "S3CR3T" not in text_of(page)
    assert "private network" in text_of(
        boss.post("/recordings/storage/choose/", {"id": place.pk}, follow=True)
    )
    assert "off the list" in text_of(boss.get("/recordings/storage/"))
    boss.post("/recordings/storage/drop/", {"id": place.pk})
    for act in ("choose", "try"):
        assert boss.post(f"/recordings/storage/{act}/", {"id": "999"}).status_code in (302, 404)
    assert boss.post("/recordings/storage/nonsense/").status_code == 404
    with enter("acme"):
        assert not StoragePlace.objects.exists()


def test_the_key_is_changed_and_the_work_stopped_from_the_page(kept, boss, shelf, monkeypatch):
    monkeypatch.setattr("telephony.console.vault.work_soon", lambda _work: None)
    boss.post("/recordings/storage/rekey/")
    with enter("acme"):
        work = VaultWork.objects.get()
        assert (work.kind, work.state, work.asked_by) == ("rekey", "running", "Li")
    assert "being done already" in text_of(boss.post("/recordings/storage/rekey/", follow=True))
    boss.post("/recordings/storage/stop/", {"id": work.pk})
    with enter("acme"):
        assert VaultWork.objects.get().state == "cancelled"
    with enter("globex"):
        assert not VaultWork.objects.exists()


def test_a_rule_that_deletes_at_once_is_seen_before_it_is_saved(kept, boss, shelf):
    with enter("acme"):
        KeptSound.objects.update(recorded_at=shelf.now - timedelta(days=900))
        queue = Queue.objects.create(name="Sales")
    seen = boss.post("/recordings/retention/", {"recording": "30"})
    assert "Tonight 1 sound would be deleted" in text_of(seen)
    with enter("acme"):
        assert not RetentionPolicy.objects.exists()
    given = {"recording": "30", f"queue-{queue.pk}-voicemail": "7", "confirmed": "1"}
    assert boss.post("/recordings/retention/", given).status_code == 302
    with enter("acme"):
        policy = RetentionPolicy.objects.get()
        assert (policy.recording_days, policy.queues) == (30, {str(queue.pk): {"voicemail": 7}})
        run = run_retention(at=shelf.now)
        stone = Tombstone.objects.get()
    page = text_of(boss.get("/recordings/retention/"))
    assert "1 deleted, 0 on hold" in page
    proof = b"".join(boss.get(f"/recordings/retention/{run.pk}/export/").streaming_content).decode()
    assert run.proof in proof
    assert stone.sha256 in proof
    assert boss.get("/recordings/retention/999/export/").status_code == 404
    assert f"deleted on {stone.deleted_at:%Y-%m-%d}, version 1" in text_of(
        boss.get(f"/calls/{kept.call_id}/")
    )
    for days in ("0", "-1", "40000", "x"):
        assert boss.post("/recordings/retention/", {"recording": days}).status_code == 400
    with enter("globex"):
        assert not RetentionRun.objects.exists()


def test_a_call_says_when_it_goes_and_that_it_is_held(kept, boss, shelf, owner):
    address = f"/calls/{kept.call_id}/"
    assert "kept for good" in text_of(boss.get(address))
    boss.post("/recordings/retention/", {"recording": "36000"})
    assert "deleted in 3" in text_of(boss.get(address))
    boss.post("/recordings/holds/hold/", {"of": "138 1234 2211", "reason": "complaint"})
    with enter("acme"):
        hold = LegalHold.objects.get()
        assert (hold.number, hold.placed_by) == ("+8613812342211", "Li")
    page = text_of(boss.get("/recordings/holds/"))
    assert "138****2211" in page
    assert "13812342211" not in page
    assert "on legal hold" in text_of(boss.get(address))
    boss.post("/recordings/holds/lift/", {"id": hold.pk, "reason": "settled"})
    assert "deleted in 3" in text_of(boss.get(address))
    for nonsense in ("", "nobody", "' OR 1=1"):
        boss.post("/recordings/holds/hold/", {"of": nonsense, "reason": "x"})
    with enter("acme"):
        assert LegalHold.objects.count() == 1


def test_a_purge_is_confirmed_by_another_from_the_page(kept, boss, owner, shelf):
    boss.post("/recordings/holds/ask/", {"of": str(kept.call_id), "reason": "right to be forgotten"})
    with enter("acme"):
        purge = PurgeRequest.objects.get()
    assert "Confirm and delete" not in text_of(boss.get("/recordings/holds/"))
    refused = boss.post("/recordings/holds/confirm/", {"id": purge.pk}, follow=True)
    assert "It takes another person" in text_of(refused)
    assert "Confirm and delete" in text_of(owner.get("/recordings/holds/"))
    owner.post("/recordings/holds/confirm/", {"id": purge.pk})
    with enter("acme"):
        assert Tombstone.objects.get().subject_id == str(kept.pk)
    with enter("globex"):
        assert KeptSound.objects.get().state == "sealed"


def test_the_other_tenants_call_is_neither_held_nor_purged(kept, boss, shelf):
    with enter("globex"):
        foreign = KeptSound.objects.get().call_id
    for act in ("hold", "ask"):
        answer = boss.post(f"/recordings/holds/{act}/", {"of": str(foreign), "reason": "x"}, follow=True)
        assert "There is no such call" in text_of(answer)
    for schema in ("acme", "globex"):
        with enter(schema):
            assert not LegalHold.objects.exists()
            assert not PurgeRequest.objects.exists()


def test_what_was_not_recorded_is_a_page_and_a_sheet(kept, acme, member, client_of, shelf):
    client = client_of(member(acme, "supervisor"))
    page = client.get("/recordings/missing/", {"day": f"{shelf.now:%Y-%m-%d}"})
    assert page.status_code == 200
    sheet = client.get("/recordings/missing/export/", {"day": f"{shelf.now:%Y-%m-%d}"})
    assert b"".join(sheet.streaming_content).decode().startswith("\ufeffcall,answered_at,agent")
    for day in ("nonsense", "9999-99-99", "0001-01-01", ""):
        assert client.get("/recordings/missing/", {"day": day}).status_code == 200
    with enter("acme"):
        assert AuditEntry.objects.filter(verb="exported unrecorded calls").exists()


def test_operators_set_quotas_and_what_the_law_demands(shelf, acme, member, client_of):
    operator_client = client_of(member(None, "operator"))
    given = {
        "gigabytes": "12.5",
        "stops": "on",
        "recording_floor": "180",
        "recording_ceiling": "1825",
        "recording_law": "Rule 7",
    }
    assert operator_client.post("/recording-terms/acme/", given).status_code == 302
    assert operator_client.post("/recording-terms/-/", {"voicemail_ceiling": "90"}).status_code == 302
    wrong = operator_client.post("/recording-terms/acme/", given | {"recording_floor": "2000"})
    assert wrong.status_code == 400
    assert operator_client.get("/recording-terms/nobody/").status_code == 404
    with enter_public():
        assert RecordingQuota.objects.get(tenant_id=acme.pk).bytes == 12_500_000_000
        limits = RetentionLimit.objects.order_by("kind").values_list(
            "tenant_id", "kind", "floor_days", "ceiling_days"
        )
        assert list(limits) == [(acme.pk, "recording", 180, 1825), (None, "voicemail", 0, 90)]
    assert "12.5" in text_of(operator_client.get("/recording-terms/acme/"))
    assert "Acme" in text_of(operator_client.get("/recording-terms/"))
