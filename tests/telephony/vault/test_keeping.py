"""From the switch's folder into the vault: sealed, read back, and only then the plain file is gone."""

import hashlib
from datetime import timedelta

import pytest

from telephony import actions
from telephony.actions.sealing import keep_due_sounds
from telephony.actions.storing import forget_leftovers
from telephony.actions.vault_intake import take_in_sounds
from telephony.models import Call, CustodyEntry, KeptSound, Survey, SurveyAnswer, VaultLeftover, Voicemail
from telephony.vault.errors import SoundMissing
from telephony.vault.places import DiskPlace, PlaceAway
from tenants.context import enter


def flip(file, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(bytes(content))


def test_a_recording_is_sealed_and_its_plain_file_gone(inside):
    recording = inside.recording()
    plain = inside.plain_of(recording).read_bytes()
    assert inside.bytes_of(recording) == plain
    inside.keep()
    kept = inside.kept(recording)
    assert (kept.state, kept.size, kept.sha256, kept.is_plain_left, kept.due_at) == (
        "sealed",
        len(plain),
        recording.sha256,
        False,
        None,
    )
    assert not inside.plain_of(recording).exists()
    sealed = inside.sealed_of(recording)
    assert kept.sealed_size == sealed.stat().st_size
    assert b"RIFF" not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o077 == 0
    assert inside.bytes_of(recording) == plain
    assert b"".join(actions.open_sound(recording).read(70_000, 999)) == plain[70_000:70_999]
    assert list(CustodyEntry.objects.values_list("verb", "sha256")) == [("sealed", recording.sha256)]
    assert not VaultLeftover.objects.exists()
    assert [f for f in inside.vault.rglob("*") if f.is_file()] == [sealed]
    with enter("globex"):
        assert not KeptSound.objects.exists()


def test_messages_and_spoken_comments_are_kept_as_well(inside, queue):
    files = {}
    call = Call.objects.create(arrived_at=inside.now)
    survey = Survey.objects.create(name="How was it", asks_comment=True)
    for name in ("message", "comment"):
        path = f"acme/{name}.wav"
        files[name] = inside.recordings / path
        files[name].parent.mkdir(parents=True, exist_ok=True)
        files[name].write_bytes(name.encode() * 9000)
        inside.age(files[name])
    message = Voicemail.objects.create(call=call, queue=queue, path="acme/message.wav", created_at=inside.now)
    comment = SurveyAnswer.objects.create(
        call=call, survey=survey, scale="csat", asked_at=inside.now, comment_path="acme/comment.wav"
    )
    inside.keep()
    for row, name in ((message, "message"), (comment, "comment")):
        assert not files[name].exists()
        assert inside.bytes_of(row) == name.encode() * 9000
    hashes = {k.sha256 for k in KeptSound.objects.all()}
    assert hashes == {hashlib.sha256(name.encode() * 9000).hexdigest() for name in files}


def test_a_file_the_switch_still_writes_waits(inside):
    recording = inside.recording()
    file = inside.plain_of(recording)
    import os

    os.utime(file, (inside.now.timestamp(), inside.now.timestamp()))
    inside.keep()
    assert (inside.kept(recording).state, inside.kept(recording).problem) == ("waiting", "still_open")
    inside.pass_time(seconds=30)
    inside.keep()
    assert inside.kept(recording).state == "sealed"


def test_a_file_that_never_comes_is_given_up_with_an_alarm(inside):
    recording = inside.recording()
    inside.plain_of(recording).unlink()
    for _try in range(14):
        inside.keep()
        inside.pass_time(minutes=31)
    kept = inside.kept(recording)
    assert (kept.state, kept.alarm) == ("lost", "missing")
    with pytest.raises(SoundMissing):
        actions.open_sound(recording)


def test_a_plain_file_changed_before_it_was_sealed_stays_with_an_alarm(inside):
    recording = inside.recording()
    file = inside.plain_of(recording)
    flip(file, 5000)
    inside.age(file)
    inside.keep()
    assert (inside.kept(recording).state, inside.kept(recording).alarm) == ("waiting", "tampered")
    assert file.exists()


def test_a_full_disk_leaves_the_plain_file_and_tries_again(inside, monkeypatch):
    recording = inside.recording()

    def full(*_args):
        raise PlaceAway("full")

    monkeypatch.setattr(DiskPlace, "put", full)
    inside.keep()
    kept = inside.kept(recording)
    assert (kept.state, kept.problem, kept.tries) == ("waiting", "full", 1)
    assert inside.bytes_of(recording)
    monkeypatch.undo()
    inside.pass_time(minutes=1)
    inside.keep()
    assert inside.kept(recording).state == "sealed"
    forget_leftovers(at=inside.now + timedelta(hours=2))
    assert not VaultLeftover.objects.exists()
    assert inside.bytes_of(recording)


def test_a_disk_that_lies_never_costs_the_plain_file(inside, monkeypatch):
    recording = inside.recording()
    put = DiskPlace.put

    def lie(self, name, file):
        content = file.read_bytes()
        file.write_bytes(content[:-100] + bytes(100))
        put(self, name, file)

    monkeypatch.setattr(DiskPlace, "put", lie)
    inside.keep()
    assert (inside.kept(recording).state, inside.kept(recording).problem) == ("waiting", "lies")
    assert inside.bytes_of(recording)


def test_whoever_dies_in_the_middle_leaves_nothing_behind(inside, monkeypatch):
    recording = inside.recording()

    class Killed(BaseException):
        pass

    def die(*_args, **_more):
        raise Killed

    take_in_sounds(at=inside.now)
    with monkeypatch.context() as patched:
        patched.setattr("telephony.actions.sealing.taken_over", die)
        with pytest.raises(Killed):
            keep_due_sounds(at=lambda: inside.now, until=lambda: False)
    assert inside.bytes_of(recording)
    assert VaultLeftover.objects.count() == 1
    inside.pass_time(minutes=11)
    inside.keep()
    forget_leftovers(at=inside.now)
    assert inside.kept(recording).state == "sealed"
    assert not VaultLeftover.objects.exists()
    assert [f for f in inside.vault.rglob("*") if f.is_file()] == [inside.sealed_of(recording)]
