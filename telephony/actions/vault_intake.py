"""Every sound the switch has written gets a row of what becomes of it: recordings once proved, messages, comments."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from telephony.models import KeptSound, Recording, SoundKind, SurveyAnswer, Voicemail

LOOK_BACK = timedelta(hours=6)
MOST = 2000


def take_in_sounds(*, at: datetime, is_thorough: bool = False) -> int:
    """How many were new. Each minute those of calls that came lately; thorough, once a day, all there are."""
    since = None if is_thorough else at - LOOK_BACK
    found = [*_recordings(since, at), *_voicemails(since, at), *_comments(since, at)]
    KeptSound.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def _recordings(since: datetime | None, at: datetime) -> list[KeptSound]:
    rows = _new(Recording.objects.exclude(sha256="").exclude(path=""), SoundKind.RECORDING, since)
    return [
        _kept(SoundKind.RECORDING, row, row.path, row.call.queue_id, row.ended_at or row.call.arrived_at, at,
              size=row.bytes or 0, sha256=row.sha256)
        for row in rows
    ]  # fmt: skip


def _voicemails(since: datetime | None, at: datetime) -> list[KeptSound]:
    rows = _new(Voicemail.objects.exclude(path=""), SoundKind.VOICEMAIL, since)
    return [_kept(SoundKind.VOICEMAIL, row, row.path, row.queue_id, row.created_at, at) for row in rows]


def _comments(since: datetime | None, at: datetime) -> list[KeptSound]:
    rows = _new(SurveyAnswer.objects.exclude(comment_path=""), SoundKind.COMMENT, since)
    return [_kept(SoundKind.COMMENT, row, row.comment_path, row.queue_id, row.asked_at, at) for row in rows]


def _new(rows: QuerySet[Any], kind: SoundKind, since: datetime | None) -> QuerySet[Any]:
    known = KeptSound.objects.filter(kind=kind, subject_id=OuterRef("text_id"))
    if since is not None:
        rows = rows.filter(call__arrived_at__gte=since)
    rows = rows.annotate(text_id=Cast("pk", CharField())).filter(~Exists(known))
    return rows.select_related("call")[:MOST]


def _kept(
    kind: SoundKind,
    row: Any,
    path: str,
    queue_id: int | None,
    recorded_at: datetime,
    at: datetime,
    **proved: Any,
) -> KeptSound:
    return KeptSound(
        kind=kind,
        subject_id=str(row.pk),
        call_id=row.call_id,
        queue_id=queue_id,
        path=path,
        recorded_at=recorded_at,
        due_at=at,
        **proved,
    )
