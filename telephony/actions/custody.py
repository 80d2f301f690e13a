"""Writes the ledger of who did what with a sound. Only added to; each entry holds the hash of the one before.

Entries of a tenant are written one after the other, under a lock that lasts until the transaction ends: note last.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from telephony.models import CustodyEntry, KeptSound, Recording, SurveyAnswer, Voicemail
from telephony.models.custody import FIRST, SoundKind
from tenants.context import current_schema
from tenants.people.acting import acting_now
from tenants.people.actions import record_audit

Kept = Recording | Voicemail | SurveyAnswer
KINDS: dict[type, SoundKind] = {
    Recording: SoundKind.RECORDING,
    Voicemail: SoundKind.VOICEMAIL,
    SurveyAnswer: SoundKind.COMMENT,
}


@dataclass(frozen=True, kw_only=True)
class Note:
    """What is to be written; `details` of texts, whole numbers and yes/no alone, so that it reads back as written."""

    verb: str
    kind: str = ""
    subject_id: str = ""
    call_id: UUID | None = None
    sha256: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def note_custody(
    sound: Kept | KeptSound,
    verb: str,
    *,
    at: datetime,
    details: dict[str, Any] | None = None,
    reason: str = "",
) -> CustodyEntry:
    """One entry, and the audit log's when a person did it. `verb` is one of CustodyEntry.Verb."""
    note = _note_of(sound, verb, details or {})
    if acting_now().member is not None:
        record_audit(verb=verb.replace("_", " "), subject=sound, reason=reason)
    return note_many([note], at=at)[0]


def note_of_kept(sound: KeptSound, verb: str, **details: str | int | bool) -> Note:
    return Note(
        verb=verb,
        kind=sound.kind,
        subject_id=sound.subject_id,
        call_id=sound.call_id,
        sha256=sound.sha256,
        details=details,
    )


@transaction.atomic
def note_many(notes: Iterable[Note], *, at: datetime) -> list[CustodyEntry]:
    """In the order given."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"custody {current_schema()}"])
    last = CustodyEntry.objects.order_by("-position").values_list("position", "hash").first()
    position, before = last or (0, FIRST)
    who = acting_now()
    is_ours = who.member is not None and who.member.home_schema == current_schema()
    entries = []
    for note in notes:
        position += 1
        entry = CustodyEntry(
            position=position,
            at=at,
            actor_id=who.member.pk if is_ours else None,
            actor_name=str(who.member)[:120] if who.member is not None else "",
            address=who.address,
            before_hash=before,
            **vars(note),
        )
        entry.hash = before = entry.true_hash()
        entries.append(entry)
    return CustodyEntry.objects.bulk_create(entries)


def _note_of(sound: Kept | KeptSound, verb: str, details: dict[str, Any]) -> Note:
    if isinstance(sound, KeptSound):
        return note_of_kept(sound, verb, **details)
    kind = KINDS[type(sound)]
    kept = KeptSound.objects.filter(kind=kind, subject_id=str(sound.pk)).values_list("sha256", flat=True)
    known = sound.sha256 if isinstance(sound, Recording) else kept.first() or ""
    return Note(
        verb=verb,
        kind=kind,
        subject_id=str(sound.pk),
        call_id=sound.call_id,
        sha256=known,
        details=details,
    )
