"""A recording is heard by a link of one person and one minute; every play, download and share stands in the ledger."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from telephony.console import recording_sounds
from telephony.models import Leg, Offer, QueueStay, Recording, RecordingMask, RecordingPeaks
from telephony.recording import links
from tenants.context import enter
from tests.telephony.recordings.shelf import SECONDS, ledger

SIZE = 44 + SECONDS * 8000 * 4


def link_of(client, recording, **more) -> str:
    return client.post(f"/recordings/{recording.pk}/link/", more).json()["address"]


def test_a_recording_is_played_in_ranges_and_each_play_is_written_down_once(shelf, client_of):
    boss = client_of(shelf.people["boss"])
    address = link_of(boss, shelf.ann)
    whole = boss.get(address)
    sound = whole.getvalue()
    assert (whole.status_code, len(sound), whole["Accept-Ranges"]) == (200, SIZE, "bytes")
    part = boss.get(address, headers={"Range": "bytes=44-47"})
    assert (part.status_code, part.getvalue(), part["Content-Range"]) == (
        206,
        sound[44:48],
        f"bytes 44-47/{SIZE}",
    )
    assert boss.get(address, headers={"Range": "bytes=-2"}).getvalue() == sound[-2:]
    assert boss.get(address, headers={"Range": f"bytes={SIZE}-"}).status_code == 416
    assert boss.get(address, headers={"Range": "bytes=9-3"}).status_code == 416
    assert boss.get(address, headers={"Range": "pages=1-2"}).status_code == 200
    assert ledger("played") == [("played", "Boss")]


def test_the_same_play_goes_on_with_another_link_and_another_play_is_another_entry(shelf, client_of):
    boss = client_of(shelf.people["boss"])
    first = link_of(boss, shelf.ann)
    boss.get(first)
    boss.get(link_of(boss, shelf.ann, play=first.partition("key=")[2]))
    assert len(ledger("played")) == 1
    boss.get(link_of(boss, shelf.ann))
    assert len(ledger("played")) == 2


def test_a_recording_is_for_leaders_of_the_team_inspectors_and_the_agent_who_spoke(shelf, client_of):
    statuses = {
        name: client_of(who).post(f"/recordings/{shelf.ann.pk}/link/").status_code
        for name, who in shelf.people.items()
    }
    assert statuses == {
        "ann": 200, "ben": 404, "boss": 200, "lee": 200, "kim": 404, "sue": 200, "judge": 200, "cash": 403,
    }  # fmt: skip
    assert client_of(shelf.people["lee"]).get(f"/recordings/{shelf.ben.pk}/").status_code == 404


def test_a_download_needs_the_right_and_its_name_says_who_took_it_when(shelf, client_of, monkeypatch):
    assert client_of(shelf.people["ann"]).post(
        f"/recordings/{shelf.ann.pk}/link/", {"download": "1"}
    ).status_code == 404  # fmt: skip
    judge = client_of(shelf.people["judge"])
    taken_at = datetime(2026, 11, 21, 12, 30, 5, tzinfo=UTC)
    monkeypatch.setattr(recording_sounds, "timezone", SimpleNamespace(now=lambda: taken_at))
    saved = judge.get(link_of(judge, shelf.ann, download="1"))
    named = re.search(r'attachment; filename="(.+)"', saved["Content-Disposition"])
    assert named
    assert named[1].endswith(f"_{shelf.people['judge'].username}_20261121T123005Z.wav")
    assert str(shelf.ann.pk)[:8] in named[1]
    assert ledger("downloaded", "played") == [("downloaded", "Judge")]


def test_a_name_that_is_no_file_name_is_made_one(shelf, client_of):
    with enter("acme"):
        judge = shelf.people["judge"]
        judge.username = '../"ju\r\ndge"; x=1'
        judge.save()
    client = client_of(judge)
    header = client.get(link_of(client, shelf.ann, download="1"))["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9._-]+"', header)


def test_it_is_drawn_once_and_the_drawing_is_kept(shelf, client_of, monkeypatch):
    boss = client_of(shelf.people["boss"])
    seen = boss.get(f"/recordings/{shelf.ann.pk}/drawn/").json()
    assert 500 < len(seen["left"]) == len(seen["right"]) <= 600
    assert (seen["left"][10], seen["right"][10]) == (128, 0)
    assert (seen["left"][-10], seen["right"][-10]) == (0, 128)
    with enter("acme"):
        assert RecordingPeaks.objects.count() == 1
    monkeypatch.setattr("telephony.actions.recording_peaks.draw", None)
    assert boss.get(f"/recordings/{shelf.ann.pk}/drawn/").json() == seen
    assert client_of(shelf.people["ben"]).get(f"/recordings/{shelf.ann.pk}/drawn/").status_code == 404


def test_what_is_no_wave_file_has_no_drawing_but_a_player(shelf, client_of):
    (shelf.folder / shelf.ann.path).write_bytes(b"not a sound" * 10)
    boss = client_of(shelf.people["boss"])
    assert boss.get(f"/recordings/{shelf.ann.pk}/drawn/").json()["left"] == []


def test_masked_and_held_whiles_are_marked(shelf, client_of, now):
    with enter("acme"):
        began = shelf.ann.started_at
        stay = QueueStay.objects.create(call=shelf.ann.call, queue=shelf.queue, entered_at=began)
        offer = Offer.objects.create(
            pk=shelf.ann.leg, call=shelf.ann.call, agent=shelf.ann.agent, stay=stay, offered_at=began,
            expires_at=began, answered_at=began, ended_at=now, recording_mode="all", recording_by="tenant",
            recording_version=3,
        )  # fmt: skip
        RecordingMask.objects.create(
            offer=offer, asked_at=began, began_at=began + timedelta(seconds=1), due_at=now,
            ended_at=began + timedelta(seconds=2), why_ended="asked",
        )  # fmt: skip
        marks = [
            [(began + timedelta(seconds=3)).isoformat(), True],
            [(began + timedelta(hours=1)).isoformat(), False],
        ]
        Leg.objects.create(pk=offer.pk, call=shelf.ann.call, kind="agent", hold_marks=marks)
    boss = client_of(shelf.people["boss"])
    assert boss.get(f"/recordings/{shelf.ann.pk}/drawn/").json()["marks"] == [
        {"kind": "masked", "start": 1.0, "end": 2.0},
        {"kind": "hold", "start": 3.0, "end": 4.0},
    ]
    page = boss.get(f"/recordings/{shelf.ann.pk}/").content.decode()
    assert "Always, by the rule for everybody; version 3 of the policy." in page


def test_a_share_is_a_link_for_one_colleague_who_has_the_right(shelf, client_of):
    boss, lee = client_of(shelf.people["boss"]), client_of(shelf.people["lee"])
    address = f"/recordings/{shelf.ann.pk}/share/"
    assert boss.post(address, {"member": shelf.people["ben"].pk}).status_code == 404
    made = boss.post(address, {"member": shelf.people["lee"].pk}).content.decode()
    shared = re.search(r'value="http://[^/]+(/recordings/shared/[^"]+)"', made)
    assert shared
    assert lee.get(shared[1]).headers["Location"] == f"/recordings/{shelf.ann.pk}/"
    assert client_of(shelf.people["judge"]).get(shared[1]).status_code == 404
    assert client_of(shelf.people["ben"]).get(shared[1]).status_code == 404
    assert ledger("shared", "opened_share") == [("shared", "Boss"), ("opened_share", "Lee")]


def test_without_a_cache_a_play_is_written_down_more_often_rather_than_not(shelf, client_of, monkeypatch):
    def away(*_args) -> None:
        raise OSError

    boss = client_of(shelf.people["boss"])
    address = link_of(boss, shelf.ann)
    monkeypatch.setattr("telephony.console.audio.cache", SimpleNamespace(add=away))
    boss.get(address)
    boss.get(address, headers={"Range": "bytes=0-3"})
    assert len(ledger("played")) == 2


@pytest.mark.parametrize("text", ["", "x", "a:b:c", "é" * 500, "\x00"])
def test_what_is_no_link_is_none(text):
    assert links.read_link(text) is None
    assert links.read_share(text) is None


def test_the_path_of_a_row_leads_nowhere_else(shelf, client_of):
    boss = client_of(shelf.people["boss"])
    for path in (
        "../../etc/passwd",
        shelf.foreign.path,
        "/etc/passwd",
        f"acme/../{shelf.foreign.path}",
        "acme/\x00",
    ):
        with enter("acme"):
            Recording.objects.filter(pk=shelf.ann.pk).update(path=path.replace("\x00", ""))
        assert boss.get(link_of(boss, shelf.ann)).status_code == 404
    assert ledger("played") == []
