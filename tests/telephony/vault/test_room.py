"""Recording stops before calls do, loudly, and goes on by itself."""

import shutil
from collections import namedtuple
from decimal import Decimal

import pytest

from telephony.actions.recording_room import measure_room
from telephony.cells.models import RecordingQuota
from telephony.models import Difference, Offer, VaultState
from telephony.queries import recording_room
from tenants.context import enter, enter_public
from tenants.people.models import AuditEntry

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def disk(monkeypatch, shelf):
    """A disk with so much room; asked anew each time."""
    room = {"free": 10**12}
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 0, room["free"]))
    monkeypatch.setattr(recording_room, "ASKED_EVERY", -1.0)
    monkeypatch.setattr(recording_room, "_asked", {})
    return room


def give_quota(tenant, gigabytes: str, **more) -> None:
    with enter_public():
        RecordingQuota.objects.update_or_create(
            tenant_id=tenant.pk, defaults={"gigabytes": Decimal(gigabytes), **more}
        )


def test_a_nearly_full_disk_stops_recording_and_not_the_call(floor, other_floor, disk, settings):
    settings.RECORDING_MIN_FREE_MB = 1000

    def offered(house) -> Offer:
        agent, call = house.agent(), house.caller("+8613812342211")
        house.offer(call, agent)
        with house.inside():
            return Offer.objects.get(call=call)

    assert offered(floor).recording_path
    disk["free"] = 10**9 - 1
    stopped = offered(floor)
    assert (stopped.recording_path, stopped.recording_by) == ("", "no_room_disk")
    with floor.inside():
        measure_room(at=floor.now)
        assert list(Difference.objects.values_list("kind", "healed_at")) == [("recording_stopped", None)]
        assert AuditEntry.objects.filter(verb="recording stopped").count() == 1
        measure_room(at=floor.now)
        assert Difference.objects.count() == 1
    disk["free"] = 10**9
    assert offered(floor).recording_path
    with floor.inside():
        measure_room(at=floor.now)
        assert not Difference.objects.filter(healed_at=None).exists()
        assert VaultState.objects.get().stopped == ""
    with other_floor.inside():
        assert not Difference.objects.exists()


def test_a_quota_warns_at_80_and_95_per_cent_and_stops_at_100(
    inside, acme, globex, disk, django_capture_on_commit_callbacks
):
    told = []
    for size, level, stopped in (
        (700_000, 0, ""),
        (100_001, 80, ""),
        (150_000, 95, ""),
        (60_000, 100, "quota"),
    ):
        inside.recording(content=b"x" * size)
        inside.keep()
        give_quota(acme, "0.001")
        measure_room(at=inside.now)
        state = VaultState.objects.get()
        told.append((state.quota_level, state.stopped, recording_room.recording_stopped_by()))
        assert told[-1] == (level, stopped, stopped)
    reached = AuditEntry.objects.filter(verb="recording quota reached").order_by("id")
    assert [entry.after["percent"] for entry in reached] == [80, 95, 100]
    with enter("globex"):
        measure_room(at=inside.now)
        assert recording_room.recording_stopped_by() == ""
    # One that only warns; and more room.
    for gigabytes, stops in (("0.001", False), ("1", True)):
        give_quota(acme, gigabytes, stops_recording=stops)
        measure_room(at=inside.now)
        assert recording_room.recording_stopped_by() == ""
