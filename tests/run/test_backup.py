"""Copies of files, and of a sound that opens from them; the database comes back in tests/faults (F16)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from contactcenter.backup.books import Books, differences, unsound
from contactcenter.backup.files import copy_files
from contactcenter.backup.place import BackupPlace, stamp_of, taken_at
from telephony.queries.kept_sounds import proved_newest
from tenants.context import enter
from tests.faults import f16_lost_database
from tests.telephony.vault.conftest import Shelf

TODAY = date(2026, 11, 22)


@pytest.fixture
def place(tmp_path):
    made = BackupPlace(tmp_path / "backup")
    made.make()
    return made


@pytest.mark.timeout(600)
def test_a_lost_database_comes_back_to_a_moment_and_to_the_last_commit(django_db_setup):
    result = f16_lost_database.run("rehearsal", **f16_lost_database.SHORT)
    assert result.passed, result.seen


def test_sealed_sounds_open_from_their_copies_and_a_flipped_byte_is_seen(
    acme, now, settings, tmp_path, place
):
    settings.SWITCH = settings.SWITCH | {"recordings_dir": str(tmp_path / "recordings")}
    settings.RECORDING_VAULT = str(tmp_path / "vault")
    with enter("acme"):
        shelf = Shelf(now, tmp_path)
        made = [shelf.recording() for _each in range(2)]
        shelf.keep()
        done = copy_files("vault", tmp_path / "vault", place, today=TODAY)
        assert (done.new, len(made)) == (2, 2)
        settings.RECORDING_VAULT = str(place.root / "vault")
        assert proved_newest(5) == (2, 0)
        copied = next(path for path in (place.root / "vault").rglob("*") if path.is_file())
        content = bytearray(copied.read_bytes())
        content[-1] ^= 1
        copied.write_bytes(content)
        assert proved_newest(5) == (1, 1)


def test_new_files_are_copied_once_and_deleted_ones_leave_after_thirty_days(place, tmp_path):
    live = tmp_path / "vault"
    (live / "acme" / "ab").mkdir(parents=True)
    (live / "acme" / "ab" / "one").write_bytes(b"1")
    (live / "acme" / "ab" / "two.part").write_bytes(b"half")
    first = copy_files("vault", live, place, today=TODAY)
    again = copy_files("vault", live, place, today=TODAY)
    assert ((first.new, first.bytes), (again.new, again.bytes)) == ((1, 1), (0, 0))
    (live / "acme" / "ab" / "one").unlink()
    assert copy_files("vault", live, place, today=TODAY).set_aside == 1
    kept = place.gone / "2026-11-22" / "vault" / "acme" / "ab" / "one"
    assert (kept.read_bytes(), list((place.root / "vault").rglob("one"))) == (b"1", [])
    copy_files("vault", live, place, today=TODAY + timedelta(days=30))
    assert kept.exists()
    assert copy_files("vault", live, place, today=TODAY + timedelta(days=31)).forgotten == 1
    assert not kept.exists()


def test_the_newest_copy_from_before_the_moment_is_taken(place):
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for hours in (0, 2):
        (place.bases / stamp_of(noon + timedelta(hours=hours))).mkdir()
    (place.bases / f"{stamp_of(noon + timedelta(hours=3))}.part").mkdir()
    assert taken_at(place.base_before(None)) == noon + timedelta(hours=2)
    assert taken_at(place.base_before(noon + timedelta(hours=1))) == noon
    assert place.base_before(noon - timedelta(seconds=1)) is None


def test_whatever_differs_is_named():
    def audit(head: str, problem: str = "") -> dict:
        return {"acme": {"entries": 1, "position": 1, "head": head, "problem": problem}}

    one = Books(tables={"acme.a": [1, "5"]}, audit=audit("aa"), ledger=[["CNY", 1, "2.00"]])
    other = Books(tables={"acme.a": [1, "6"]}, audit=audit("bb", "cut"), sounds=[3, 1])
    assert differences(one, one) == unsound(one) == []
    assert differences(one, other) == [
        "acme.a differs",
        "the audit log of acme differs",
        "the ledger differs",
    ]
    assert unsound(other) == ["the audit log of acme is not whole", "1 sounds do not open"]


def test_without_a_folder_nothing_is_copied(settings):
    settings.BACKUP_DIR = ""
    for command in ("take_backup", "drill_backup"):
        with pytest.raises(CommandError, match="BACKUP_DIR"):
            call_command(command)
