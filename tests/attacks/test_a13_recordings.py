"""A13: somebody else's recording by a guessed id, an old link, another's link, another tenant, another team, a made-up
path. Nothing is read, and each try is written down.
"""

import time
from types import SimpleNamespace
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core import signing

from tenants.context import enter
from tenants.people.models import AuditEntry
from tests.telephony.recordings.shelf import furnish, ledger

PATHS = (
    "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd", "globex/2026-11-20/x.wav",
    "acme/2026-11-20/", "....//....//etc/passwd", "policy/../../x", "audio", "shared/x/y", "%00", "a" * 3000,
)  # fmt: skip
GUESSES = 60


@pytest.fixture
def shelf(acme, globex, member, now, settings, tmp_path) -> SimpleNamespace:
    settings.SWITCH = settings.SWITCH | {"recordings_dir": str(tmp_path)}
    return furnish(acme, globex, member, now, tmp_path)


def refused() -> int:
    with enter("acme"):
        return AuditEntry.objects.filter(verb__startswith="refused").count()


def link_of(client, recording) -> str:
    return client.post(f"/recordings/{recording.pk}/link/").json()["address"]


def test_ids_that_are_guessed_open_nothing(shelf, client_of):
    ben = client_of(shelf.people["ben"])
    tries = [shelf.ann.pk, shelf.foreign.pk, *(uuid4() for _each in range(GUESSES))]
    for recording_id in tries:
        for act in (ben.post, ben.get):
            kind = "link/" if act == ben.post else "audio"
            assert act(f"/recordings/{recording_id}/{kind}").status_code == 404
    assert refused() == 2 * len(tries)


def test_another_team_hears_nothing(shelf, client_of):
    kim = client_of(shelf.people["kim"])
    for address in ("", "audio", "drawn/"):
        assert kim.get(f"/recordings/{shelf.ann.pk}/{address}").status_code == 404
    assert str(shelf.ann.pk) not in kim.get("/recordings/").content.decode()
    assert kim.get(f"/calls/{shelf.ann.call_id}/").status_code == 404
    assert ledger("refused") == [("refused", "Kim")] * 3


def test_a_link_is_good_for_a_minute_and_for_one_person(shelf, client_of, monkeypatch):
    boss, judge = client_of(shelf.people["boss"]), client_of(shelf.people["judge"])
    address = link_of(boss, shelf.ann)
    assert judge.get(address).status_code == 404
    assert client_of(shelf.people["ben"]).get(address).status_code == 404
    assert boss.get(address.replace(str(shelf.ann.pk), str(shelf.ben.pk))).status_code == 404
    assert boss.get(address[:-1] + ("A" if address[-1] != "A" else "B")).status_code == 404
    assert boss.get(address.partition("?")[0]).status_code == 404
    later = time.time() + 61
    monkeypatch.setattr(signing.time, "time", lambda: later)
    assert boss.get(address).status_code == 404
    assert ledger("played") == []
    assert len(ledger("refused")) == 6


def test_another_tenants_link_opens_nothing(shelf, client_of, member, globex):
    stranger = client_of(member(globex, "admin"))
    boss = client_of(shelf.people["boss"])
    address = link_of(boss, shelf.ann)
    assert stranger.get(address).status_code == 404
    assert boss.get(link_of(stranger, shelf.foreign)).status_code == 404


def test_made_up_paths_lead_nowhere(shelf, client_of):
    boss = client_of(shelf.people["boss"])
    before = refused()
    for path in PATHS:
        answer = boss.get(f"/recordings/{path if '%' in path else quote(path)}")
        assert answer.status_code in (302, 400, 404)
        assert b"root:" not in answer.getvalue()
    assert refused() - before >= len(PATHS) - 2
    assert ledger("played") == []


def test_without_signing_in_there_is_nothing(shelf, client_of):
    from django.test import Client

    boss = client_of(shelf.people["boss"])
    guest = Client(headers={"host": "acme.localhost"})
    for address in (link_of(boss, shelf.ann), f"/recordings/{shelf.ann.pk}/drawn/", "/recordings/"):
        answer = guest.get(address)
        assert answer.status_code == 302
        assert "login" in answer["Location"] or "sign-in" in answer["Location"]
