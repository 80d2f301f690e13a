"""Holds, purges, retention and storages for machines: by role, in this tenant alone, audited, refused like on pages."""

import pytest

from telephony.cells.models import RetentionLimit
from telephony.models import KeptSound, LegalHold, PurgeRequest, RetentionPolicy, StoragePlace, Tombstone
from tenants.context import enter, enter_public
from tenants.people.actions import create_token
from tenants.people.models import AuditEntry

JSON = "application/json"
TERMS = {"name": "Ours", "endpoint": "https://s3.example.com", "bucket": "recordings", "access_key": "AK",
         "secret": "S3CR3T"}  # fmt: skip


@pytest.fixture
def kept(shelf):
    """A sound of each tenant, sealed."""
    with enter("globex"):
        shelf.recording()
        shelf.keep()
    with enter("acme"):
        recording = shelf.recording(caller_number="+8613812342211")
        shelf.keep()
    return recording


@pytest.fixture
def first(acme, member, client_of):
    return client_of(member(acme, "admin", name="Li"))


@pytest.fixture
def second(acme, member, client_of):
    return client_of(member(acme, "owner", name="Wang"))


@pytest.fixture
def stranger(globex, member, client_of):
    return client_of(member(globex, "owner"))


def post(client, path: str, body: dict | None = None):
    return client.post(f"/api/v1/{path}", body or {}, JSON)


def put(client, path: str, body: dict):
    return client.put(f"/api/v1/{path}", body, JSON)


def audited() -> list[str]:
    """Without what the fixtures did."""
    told = AuditEntry.objects.exclude(verb="made recording key").order_by("id")
    return list(told.values_list("verb", flat=True))


def test_only_who_keeps_the_house_may(kept, acme, member, client_of, stranger):
    for role in ("supervisor", "agent", "inspector", "finance"):
        client = client_of(member(acme, role))
        for path in ("holds/", "purges/", "retention/", "retention/runs/", "storages/", "storage/"):
            assert client.get(f"/api/v1/{path}").status_code == 403
        for path in (
            "holds/",
            "holds/1/lift/",
            "purges/",
            "purges/1/confirm/",
            "storages/",
            "storages/1/try/",
        ):
            assert post(client, path, {"call_id": str(kept.call_id), "reason": "x"}).status_code == 403
        for path in ("retention/", "storage/"):
            assert put(client, path, {"days": {}, "storage_id": None}).status_code == 403
    body = {"call_id": str(kept.call_id), "reason": "ours?"}
    assert post(stranger, "holds/", body).status_code == 404
    assert post(stranger, "purges/", body).status_code == 404
    with enter("acme"):
        assert not LegalHold.objects.exists()
        assert not PurgeRequest.objects.exists()


def test_a_hold_of_a_number_stops_a_purge_until_it_is_lifted(kept, first, stranger):
    made = post(first, "holds/", {"number": "13812342211", "reason": "lawsuit 7"})
    assert made.status_code == 201
    assert (made.json()["call_id"], made.json()["number"], made.json()["placed_by"]) == (
        None,
        "138****2211",
        "Li",
    )
    assert post(first, "holds/", {"number": "13812342211", "reason": "again"}).status_code == 409
    for nothing in ({}, {"number": "x"}, {"number": "13812342211", "call_id": str(kept.call_id)}):
        assert post(first, "holds/", {"reason": "x"} | nothing).status_code == 400
    held = post(first, "purges/", {"call_id": str(kept.call_id), "reason": "asked to"})
    assert (held.status_code, "legal hold" in held.json()["message"]) == (409, True)
    assert stranger.get("/api/v1/holds/").json() == []
    hold = made.json()["id"]
    assert post(stranger, f"holds/{hold}/lift/", {"reason": "mine"}).status_code == 404
    assert post(first, f"holds/{hold}/lift/", {"reason": "settled"}).status_code == 204
    assert post(first, f"holds/{hold}/lift/", {"reason": "settled"}).status_code == 404
    assert first.get("/api/v1/holds/").json() == []
    [lifted] = first.get("/api/v1/holds/?lifted=true").json()
    assert lifted["lift_reason"] == "settled"
    with enter("acme"):
        assert audited() == ["placed legal hold", "lifted legal hold"]
    with enter("globex"):
        assert audited() == []


def test_a_purge_takes_two_people_also_by_key(kept, first, second, acme, member, client):
    asked = post(first, "purges/", {"call_id": str(kept.call_id), "reason": "asked to"})
    assert (asked.status_code, asked.json()["state"], asked.json()["asked_by"]) == (201, "asked", "Li")
    purge = asked.json()["id"]
    assert post(first, f"purges/{purge}/confirm/").status_code == 403
    with enter("acme"):
        assert not Tombstone.objects.exists()
        _token, key = create_token(member=member(acme, "owner", name="Zhang"), name="archive")
    client.defaults |= {"SERVER_NAME": "acme.localhost", "HTTP_AUTHORIZATION": f"Bearer {key}"}
    confirmed = post(client, f"purges/{purge}/confirm/")
    assert (confirmed.status_code, confirmed.json()) == (200, {"is_gone": True})
    assert post(second, f"purges/{purge}/refuse/").status_code == 404
    with enter("acme"):
        assert Tombstone.objects.get().why == "purge"
        assert "confirmed a purge" in audited()
    with enter("globex"):
        assert KeptSound.objects.get().state == KeptSound.State.SEALED
    [told] = first.get("/api/v1/purges/").json()
    assert (told["state"], told["answered_by"]) == ("confirmed", "Zhang")


def test_a_purge_may_be_refused_by_whoever_asked(kept, first):
    purge = post(first, "purges/", {"call_id": str(kept.call_id), "reason": "oops"}).json()["id"]
    assert post(first, f"purges/{purge}/refuse/").status_code == 204
    with enter("acme"):
        assert PurgeRequest.objects.get().state == "refused"
        assert not Tombstone.objects.exists()


def test_a_rule_is_a_version_that_tells_its_effect_first_and_stays_within_the_law(
    kept, shelf, first, stranger
):
    assert first.get("/api/v1/retention/").json()["version"] == 0
    with enter("acme"):
        KeptSound.objects.update(recorded_at="2020-01-01T00:00Z")
    rule = {"days": {"recording": 30, "voicemail": None}, "queues": {"7": {"recording": 60}}}
    refused = put(first, "retention/", rule)
    assert (refused.status_code, "1 sounds" in refused.json()["message"]) == (400, True)
    assert put(first, "retention/", rule | {"confirmed": 2}).status_code == 400
    saved = put(first, "retention/", rule | {"confirmed": 1})
    assert saved.status_code == 200
    assert (saved.json()["version"], saved.json()["days"]["recording"], saved.json()["made_by"]) == (
        1,
        30,
        "Li",
    )
    assert saved.json()["queues"] == {"7": {"recording": 60}}
    with enter_public():
        RetentionLimit.objects.create(kind="voicemail", floor_days=90, law="Law 5")
    outside = put(first, "retention/", {"days": {"voicemail": 10}, "confirmed": 0})
    assert (outside.status_code, "Law 5" in outside.json()["message"]) == (400, True)
    for wrong in ({"days": {"recording": 0}}, {"queues": {}}, {"days": {}, "queues": {"x": {}}}):
        assert put(first, "retention/", wrong).status_code in (400, 404)
    assert stranger.get("/api/v1/retention/").json()["version"] == 0
    assert first.get("/api/v1/retention/runs/").json() == []
    with enter("acme"):
        assert RetentionPolicy.objects.count() == 1
        assert audited() == ["changed retention of recordings"]


def test_a_storage_is_listed_judged_and_chosen_and_its_keys_never_told(kept, first, stranger, monkeypatch):
    assert post(first, "storages/", TERMS | {"endpoint": "http://s3.example.com"}).status_code == 400
    assert post(first, "storages/", TERMS | {"bucket": "NO"}).status_code == 400
    made = post(first, "storages/", TERMS)
    assert made.status_code == 201
    place = made.json()["id"]
    assert "S3CR3T" not in made.content.decode() + first.get("/api/v1/storages/").content.decode()
    assert (
        put(first, f"storages/{place}/", TERMS | {"name": "Theirs", "secret": "N3W"}).json()["name"]
        == "Theirs"
    )
    tried: list[int] = []
    monkeypatch.setattr(
        "telephony.actions.storages.try_storage", lambda *, storage_id: tried.append(storage_id)
    )
    assert first.get("/api/v1/storage/").json() | {"used_bytes": 0} == {
        "storage_id": None, "used_bytes": 0, "quota_bytes": None, "stopped": "", "elsewhere": 0, "alarms": 0, "key": 1,
    }  # fmt: skip
    for other in (f"storages/{place}/", f"storages/{place}/try/"):
        assert stranger.get(f"/api/v1/{other}").status_code in (404, 405)
        assert post(stranger, other).status_code in (404, 405)
    assert put(stranger, "storage/", {"storage_id": place}).status_code == 404
    chosen = put(first, "storage/", {"storage_id": place}).json()
    assert (chosen["storage_id"], chosen["elsewhere"], tried) == (place, 1, [place])
    assert first.delete(f"/api/v1/storages/{place}/").status_code == 409
    assert put(first, "storage/", {"storage_id": None}).json()["storage_id"] is None
    assert first.delete(f"/api/v1/storages/{place}/").status_code == 204
    with enter("acme"):
        assert not StoragePlace.objects.exists()
        assert audited() == [
            *["changed storage of recordings"] * 2,
            *["chose storage of recordings"] * 2,
            "removed storage of recordings",
        ]
        told = " ".join(str(entry.after) for entry in AuditEntry.objects.all())
        assert "S3CR3T" not in told
        assert "N3W" not in told
    with enter("globex"):
        assert audited() == []
