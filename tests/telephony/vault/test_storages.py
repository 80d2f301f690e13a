"""Sounds in an object storage: a real one, killed, slow, lying, and at addresses nobody may ask."""

import os
import socket
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from telephony import actions
from telephony.actions.sound_alarms import prove_sounds
from telephony.actions.storages import (
    StorageInUse,
    StorageRefused,
    StorageTerms,
    choose_storage,
    drop_storage,
    save_storage,
)
from telephony.actions.storing import forget_leftovers
from telephony.actions.vault_works import begin_move, carry_on
from telephony.models import CustodyEntry, KeptSound, StoragePlace
from telephony.queries.vault import opened_place, sounds_in_alarm
from telephony.vault.errors import SoundOutOfReach, SoundTampered
from telephony.vault.objects import ObjectPlace
from telephony.vault.places import Address, ObjectMissing, PlaceAway
from tenants.context import enter
from tenants.people.models import AuditEntry
from tests.telephony.vault.object_storage import ACCESS, BUCKET, SECRET

AT_ONCE = int(os.environ.get("AT_ONCE", "1"))
"""Recordings that end each four seconds of the storage's absence; 14 make the 200 of docs/recordings.md."""
NAME = "acme/00/00000000-0000-0000-0000-000000000000"


@pytest.fixture
def terms(object_storage, settings) -> StorageTerms:
    settings.PRIVATE_SERVICES = frozenset({object_storage.address})
    return StorageTerms(
        name="Ours",
        endpoint=f"http://{object_storage.address}",
        bucket=BUCKET,
        prefix="acme",
        access_key=ACCESS,
        secret=SECRET,
    )


@pytest.fixture
def chosen(inside, terms) -> StoragePlace:
    place = save_storage(terms=terms, at=inside.now)
    choose_storage(storage_id=place.pk, at=inside.now)
    return place


def test_new_sounds_go_there_and_old_links_still_play(inside, terms, object_storage):
    old = inside.recording(content=b"o" * 200_000)
    inside.keep()
    place = save_storage(terms=terms, at=inside.now)
    choose_storage(storage_id=place.pk, at=inside.now)
    new = inside.recording(content=b"n" * 200_000)
    inside.keep()
    assert (inside.kept(old).place, inside.kept(new).place) == (None, place)
    stored = object_storage.objects()
    assert {f"acme/{inside.kept(new).name}": inside.kept(new).sealed_size}.items() <= stored.items()
    assert inside.bytes_of(old) == b"o" * 200_000
    assert inside.bytes_of(new) == b"n" * 200_000
    assert b"".join(actions.open_sound(new).read(100_000, 70_000)) == b"n" * 70_000
    assert list(CustodyEntry.objects.order_by("position").values_list("verb", flat=True)) == [
        "sealed",
        "sealed",
        "moved",
    ]
    # Nothing of the new one is left on our own disk once players had their time.
    forget_leftovers(at=inside.now + timedelta(hours=2))
    assert [f for f in inside.vault.rglob("*") if f.is_file()] == [inside.sealed_of(old)]
    # On demand what was kept before follows, and back.
    for place_id, where in ((place.pk, place), (None, None)):
        choose_storage(storage_id=place_id, at=inside.now)
        work = begin_move(at=inside.now)
        assert carry_on(work_id=work.pk, at=lambda: inside.now, until=lambda: False)
        assert set(KeptSound.objects.values_list("place", flat=True)) == {where and where.pk}
        assert inside.bytes_of(old) == b"o" * 200_000
    forget_leftovers(at=inside.now + timedelta(hours=2))
    assert not {name for name in object_storage.objects() if name.startswith("acme/acme/")}


def test_keys_of_a_storage_are_unreadable_in_the_database_and_in_the_audit_log(inside, chosen):
    chosen.refresh_from_db()
    assert SECRET not in chosen.secret
    assert ACCESS not in chosen.access_key
    assert not [e for e in AuditEntry.objects.all() if SECRET in f"{e.before}{e.after}"]
    assert SECRET not in repr(StorageTerms(name="x", endpoint="y", bucket="z", secret=SECRET))


def test_with_the_storage_killed_nothing_is_lost_and_all_follows_when_it_is_back(
    inside, chosen, object_storage
):
    kept_before = inside.recording()
    inside.keep()
    object_storage.kill()
    new = []
    for _four_seconds in range(15):
        new += [inside.recording(content=os.urandom(9000)) for _each in range(AT_ONCE)]
        inside.pass_time(seconds=4)
        inside.keep()
    chosen.refresh_from_db()
    assert chosen.problem == "unreachable"
    with pytest.raises(SoundOutOfReach):
        actions.open_sound(kept_before)
    # Away is no alarm: what came meanwhile is sealed on our own disk, and plays.
    assert not sounds_in_alarm()
    assert all(inside.kept(each).place is None and inside.bytes_of(each) for each in new)
    assert not any(inside.plain_of(each).exists() for each in new)
    object_storage.start()
    for _try in range(3):
        inside.pass_time(minutes=31)
        inside.keep()
    assert {inside.kept(each).place_id for each in new} == {chosen.pk}
    assert all(inside.bytes_of(each) for each in [kept_before, *new])
    chosen.refresh_from_db()
    assert chosen.problem == ""


def test_what_the_storage_gives_back_changed_is_an_alarm(inside, chosen, object_storage):
    recording, gone = inside.recording(), inside.recording()
    inside.keep()
    key = f"acme/{inside.kept(recording).name}"
    client = object_storage.client()
    content = bytearray(client.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    content[90_000] ^= 1
    client.put_object(Bucket=BUCKET, Key=key, Body=bytes(content))
    client.delete_object(Bucket=BUCKET, Key=f"acme/{inside.kept(gone).name}")
    with pytest.raises(SoundTampered):
        actions.open_sound(recording).prove()
    inside.pass_time(days=40)
    prove_sounds(at=inside.now, older_than=timedelta(days=30), until=lambda: False)
    assert {k.alarm for k in sounds_in_alarm()} == {"tampered", "missing"}


def test_a_storage_in_use_keeps_its_address_and_stays(inside, chosen, terms):
    inside.recording()
    inside.keep()
    with pytest.raises(StorageInUse):
        save_storage(terms=replace(terms, bucket="elsewhere"), storage_id=chosen.pk, at=inside.now)
    choose_storage(storage_id=None, at=inside.now)
    with pytest.raises(StorageInUse):
        drop_storage(storage_id=chosen.pk)
    save_storage(terms=replace(terms, name="Named anew", secret=""), storage_id=chosen.pk, at=inside.now)
    choose_storage(storage_id=chosen.pk, at=inside.now)
    with enter("globex"):
        assert not StoragePlace.objects.exists()


@pytest.mark.parametrize(
    "change", [{"secret": "wrong"}, {"bucket": "nobodys"}, {"endpoint": "http://127.0.0.1:9"}]
)
def test_a_storage_that_does_not_work_is_not_chosen(inside, terms, settings, change):
    settings.PRIVATE_SERVICES |= {"127.0.0.1:9"}
    place = save_storage(terms=replace(terms, **change), at=inside.now)
    with pytest.raises(StorageRefused):
        choose_storage(storage_id=place.pk, at=inside.now)
    assert not StoragePlace.objects.filter(is_current=True).exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://s3.example.com",
        "ftp://s3.example.com",
        "https://user:pass@s3.example.com",
        "https://s3.example.com/else/where",
        "https://s3.example.com?x=1",
        "file:///etc/passwd",
        "s3",
    ],
)
def test_addresses_that_cannot_be_a_storage_are_refused_when_typed(inside, endpoint):
    with pytest.raises(StorageRefused):
        save_storage(
            terms=StorageTerms(name="x", endpoint=endpoint, bucket="b", access_key="a", secret="s"),
            at=inside.now,
        )
    assert not StoragePlace.objects.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "[::1]", "169.254.169.254", "localhost"])
def test_an_address_of_our_own_network_is_never_asked(inside, settings, host):
    settings.PRIVATE_SERVICES = frozenset()
    place = save_storage(
        terms=StorageTerms(name="x", endpoint=f"https://{host}", bucket="bucket", access_key="a", secret="s"),
        at=inside.now,
    )
    with pytest.raises(PlaceAway) as refused:
        opened_place(place).size(NAME)
    assert refused.value.code == "private_address"


def test_a_storage_that_answers_drop_by_drop_ends_at_its_deadline(settings):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        settings.PRIVATE_SERVICES = frozenset({address})
        stop = threading.Event()

        def drip():
            line, _who = server.accept()
            with line:
                line.recv(4000)
                for letter in "HTTP/1.1 200 OK\r\n" + "X-Slow: 1\r\n" * 1000:
                    if stop.wait(0.05):
                        return
                    try:
                        line.send(letter.encode())
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        place = ObjectPlace(
            Address(
                endpoint=f"http://{address}",
                region="",
                bucket="bucket",
                prefix="",
                access_key="a",
                secret="s",
                seconds=0.5,
            )
        )
        with pytest.raises(PlaceAway) as late:
            place.size(NAME)
        stop.set()
        thread.join()
    assert late.value.code == "timeout"


@pytest.mark.parametrize(
    "name", ["../x", "acme/../globex/aa", "/etc/passwd", "acme/00/x y", "acme/00/" + "g" * 36]
)
def test_only_names_of_our_own_making_are_asked_for(terms, inside, name):
    for place in (opened_place(None), opened_place(save_storage(terms=terms, at=inside.now))):
        for ask in (lambda: place.size(name), lambda: place.read(name, 0, 5)):
            with pytest.raises(ObjectMissing):
                ask()
