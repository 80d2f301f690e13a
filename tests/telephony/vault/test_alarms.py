"""Sounds that are not what was recorded: found at play and at night, told, refused. Those of others never open."""

from datetime import timedelta

import pytest

from telephony import actions
from telephony.actions.sound_alarms import prove_sounds
from telephony.models import Call, CustodyEntry, KeptSound, Voicemail
from telephony.queries.vault import sounds_in_alarm
from telephony.vault.errors import SoundMissing, SoundTampered
from telephony.vault.sealing import CHUNK, HEAD
from tenants.context import enter
from tenants.people.models import AuditEntry


def flip(file, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(bytes(content))


@pytest.mark.parametrize("place", [0, HEAD.size + 10, CHUNK + 500, -1])
def test_a_flipped_byte_is_an_alarm_and_the_play_is_refused(inside, place):
    recording, other = inside.recording(), inside.recording()
    inside.keep()
    sealed = inside.sealed_of(recording)
    before = sealed.read_bytes()
    flip(sealed, place)
    with pytest.raises(SoundTampered):
        actions.open_sound(recording).prove()
    with pytest.raises(SoundTampered):
        actions.open_sound(recording)
    assert [k.subject_id for k in sounds_in_alarm()] == [str(recording.pk)]
    assert AuditEntry.objects.filter(verb="alarm of a sound").count() == 1
    assert CustodyEntry.objects.filter(verb="alarm").count() == 1
    assert inside.bytes_of(other)
    # Put back from a copy, it proves whole and the alarm is over.
    sealed.write_bytes(before)
    assert prove_sounds(at=inside.now, older_than=timedelta(0), until=lambda: False) == (2, 0)
    assert inside.bytes_of(recording)
    assert not sounds_in_alarm()


def test_the_nightly_proof_finds_what_nobody_plays(inside):
    recordings = [inside.recording() for _each in range(3)]
    inside.keep()
    flip(inside.sealed_of(recordings[0]), 70_000)
    inside.sealed_of(recordings[1]).unlink()
    inside.pass_time(days=31)
    assert prove_sounds(at=inside.now, older_than=timedelta(days=30), until=lambda: False) == (1, 2)
    alarms = {k.subject_id: k.alarm for k in sounds_in_alarm()}
    assert alarms == {str(recordings[0].pk): "tampered", str(recordings[1].pk): "missing"}
    assert prove_sounds(at=inside.now, older_than=timedelta(days=30), until=lambda: True) == (0, 0)


def test_two_sounds_of_a_tenant_cannot_take_each_others_place(inside):
    mine, other = inside.recording(content=b"a" * 90_000), inside.recording(content=b"b" * 90_000)
    inside.keep()
    own = inside.sealed_of(mine).read_bytes()
    inside.sealed_of(mine).write_bytes(inside.sealed_of(other).read_bytes())
    with pytest.raises(SoundTampered):
        actions.open_sound(mine).prove()
    inside.sealed_of(mine).write_bytes(own)
    KeptSound.objects.filter(pk=inside.kept(other).pk).update(name=inside.kept(mine).name)
    with pytest.raises(SoundTampered):
        actions.open_sound(other).prove()


def test_another_tenants_file_is_not_opened_by_its_path_nor_by_its_name(shelf):
    with enter("globex"):
        foreign = shelf.recording()
    for path in (
        foreign.path,
        f"acme/../{foreign.path}",
        str(shelf.plain_of(foreign)),
        "../x",
        "",
    ):
        with enter("acme"):
            call = Call.objects.create(arrived_at=shelf.now)
            message = Voicemail.objects.create(call=call, path=path, created_at=shelf.now)
            with pytest.raises(SoundMissing):
                actions.open_sound(message)
            message.delete()
    with enter("globex"):
        shelf.keep()
        theirs = shelf.kept(foreign)
    with enter("acme"):
        own = shelf.recording()
        shelf.keep()
        KeptSound.objects.filter(pk=shelf.kept(own).pk).update(
            id=theirs.pk, name=theirs.name, size=theirs.size, sealed_size=theirs.sealed_size
        )
        with pytest.raises(SoundTampered):
            actions.open_sound(own).prove()


def test_an_alarm_found_while_a_page_is_sent_is_the_tenants(shelf):
    """The pieces of an answer are read when the request has left the tenant."""
    with enter("acme"):
        recording = shelf.recording(content=b"a" * 3_000_000)
        shelf.keep()
        flip(shelf.sealed_of(recording), 2_900_000)
        sound = actions.open_sound(recording)
        pieces = sound.read(0, sound.size)
    with enter("globex"), pytest.raises(SoundTampered):
        list(pieces)
    with enter("acme"):
        assert shelf.kept(recording).alarm == "tampered"
