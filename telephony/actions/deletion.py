"""A sound deleted for good: a tombstone, an entry in the ledger, and no file anywhere."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from telephony.actions.custody import note_custody
from telephony.actions.sealing import plain_file_of
from telephony.models import KeptSound, PurgeRequest, RecordingPeaks, RetentionRun, Tombstone, VaultLeftover
from telephony.queries.retention import holds_over
from telephony.queries.vault import opened_place
from telephony.vault.places import ObjectMissing, PlaceAway
from tenants.context import current_schema
from tenants.errors import DomainError


class OnHold(DomainError):
    "This call is on legal hold. Nothing was deleted."


def lock_out_holds() -> None:
    """Until the transaction ends nobody places a hold; deletions do not wait for each other."""
    _lock("pg_advisory_xact_lock_shared")


def lock_out_deletions() -> None:
    _lock("pg_advisory_xact_lock")


def delete_sound(
    *,
    sound_id: UUID,
    why: str,
    at: datetime,
    policy_version: int = 0,
    days: int | None = None,
    run: RetentionRun | None = None,
    purge: PurgeRequest | None = None,
) -> bool:
    """True when no file of it is left; False while its storage is away: then it is deleted as soon as that is back.

    Raises OnHold.
    """
    sound, leftover = _bury(sound_id, why, at, policy_version, days, run, purge)
    if sound is None:
        return True
    is_gone = _remove_plain(sound)
    return _remove_sealed(leftover) and is_gone


@transaction.atomic
def _bury(
    sound_id: UUID,
    why: str,
    at: datetime,
    policy_version: int,
    days: int | None,
    run: RetentionRun | None,
    purge: PurgeRequest | None,
) -> tuple[KeptSound | None, VaultLeftover | None]:
    lock_out_holds()
    sound = KeptSound.objects.select_for_update().filter(pk=sound_id).first()
    if sound is None or sound.state == KeptSound.State.DELETED:
        return None, None
    if holds_over(sound.call_id).exists():
        raise OnHold
    leftover = None
    if sound.state == KeptSound.State.SEALED:
        leftover = VaultLeftover.objects.create(place=sound.place, name=sound.name, due_at=at)
    Tombstone.objects.create(
        kind=sound.kind,
        subject_id=sound.subject_id,
        call_id=sound.call_id,
        why=why,
        policy_version=policy_version,
        days=days,
        run=run,
        purge=purge,
        recorded_at=sound.recorded_at,
        size=sound.size,
        sha256=sound.sha256,
        deleted_at=at,
    )
    if sound.kind == "recording":
        RecordingPeaks.objects.filter(recording_id=sound.subject_id).delete()
    sound.state, sound.due_at, sound.alarm, sound.alarm_at = KeptSound.State.DELETED, None, "", None
    sound.save(update_fields=["state", "due_at", "alarm", "alarm_at"])
    note_custody(sound, "deleted", at=at, details={"why": why, "policy": policy_version})
    return sound, leftover


def _remove_plain(sound: KeptSound) -> bool:
    if not sound.is_plain_left:
        return True
    path = plain_file_of(sound)
    try:
        if path is not None:
            path.unlink(missing_ok=True)
    except OSError:
        return False
    KeptSound.objects.filter(pk=sound.pk).update(is_plain_left=False)
    return True


def _remove_sealed(leftover: VaultLeftover | None) -> bool:
    """Deleted, and looked for: the storage must say itself that it is gone."""
    if leftover is None:
        return True
    try:
        place = opened_place(leftover.place)
        place.delete(leftover.name)
        place.size(leftover.name)
    except ObjectMissing:
        leftover.delete()
        return True
    except PlaceAway:
        pass
    return False


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + function + "(hashtext(%s))", [f"holds {current_schema()}"])
