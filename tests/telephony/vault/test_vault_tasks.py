"""What runs each minute and each night, and what /healthz and /metrics say of it."""

import os
import shutil
from collections import namedtuple
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from contactcenter.health import _recording
from telephony.models import KeptSound, Tombstone, VaultWork
from telephony.queries import recording_room
from telephony.queries.vault_signs import figures_by_tenant
from telephony.vault_tasks import delete_old_sounds, keep_vault, prove_vault
from tenants.context import enter
from tenants.people.models import AuditEntry
from tests.telephony.vault.test_retention import keep_for

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def at_work(shelf, redis_server):
    """These tasks look at the real clock."""
    shelf.now = timezone.now()
    return shelf


def test_the_task_of_the_minute_seals_measures_and_takes_up_works(at_work, monkeypatch):
    sent = []
    monkeypatch.setattr("telephony.vault_tasks.work_on_vault.delay", sent.append)
    with enter("acme"):
        recording = at_work.recording()
        work = VaultWork.objects.create(kind="rekey", asked_at=at_work.now, key=None)
        keep_vault()
        assert at_work.kept(recording).state == "sealed"
        assert not at_work.plain_of(recording).exists()
    assert sent == [work.pk]
    with enter("globex"):
        keep_vault()
    figures = figures_by_tenant()
    assert figures["acme"].used_bytes > 150_000
    assert (figures["acme"].alarms, figures["globex"].used_bytes) == (0, 0)
    said = Client().get("/metrics", headers={"host": "localhost"}).content.decode()
    assert f'contactcenter_vault_used_bytes{{tenant="acme"}} {float(figures["acme"].used_bytes)}' in said
    assert 'contactcenter_recording_stopped{tenant="acme",why=""} 0.0' in said


def test_the_nights_prove_the_ledger_and_delete_what_is_old(at_work):
    with enter("acme"):
        old = at_work.recording(ended_at=at_work.now - timedelta(days=31))
        new = at_work.recording()
        keep_for(at_work, 30)
        keep_vault()
        assert prove_vault() == 0
        # Of a call of last month: found by the night that looks at all.
        assert KeptSound.objects.count() == 2
        assert AuditEntry.objects.get(verb="proved custody ledger").after["entries"] == 1
        keep_vault()
        sealed = at_work.sealed_of(new)
        os.truncate(sealed, 1000)
        KeptSound.objects.update(proved_at=None)
        assert prove_vault() == 1
        assert delete_old_sounds() == 1
        assert Tombstone.objects.get().subject_id == str(old.pk)


def test_healthz_says_that_recording_has_stopped_and_is_not_down_for_it(monkeypatch, settings, db):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 0, 10**6))
    monkeypatch.setattr(recording_room, "_asked", {})
    assert _recording() == {"state": "stopped", "age_seconds": 0.0, "free_megabytes": 1}
    monkeypatch.setattr(recording_room, "_asked", {})
