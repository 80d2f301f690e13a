"""Talks are listened to for sentences that must be said; an inspector may overrule what was heard."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from quality.models import PhraseCheck, PhraseListening, PhraseVerdict
from quality.queries.phrases import due_check, phrase_listening
from telephony.actions.said_phrases import NotListened, listen_for_phrases
from telephony.queries.said_phrases import RecordedTalk, phrases_to_say, recorded_talks
from tenants.errors import DomainError
from tenants.people.actions import record_audit

MOST_TRIES = 4
AGAIN_AFTER = timedelta(minutes=5)
"""Doubled each time. Whoever died in the middle of a talk has used up a try, so none is heard for ever."""
LATE = timedelta(minutes=15)
"""Files that ended so long ago may still become known: they are looked for again."""
TAKEN_IN = 500


class ReasonMissing(DomainError):
    """Say why: the reason stands beside what was heard."""


@transaction.atomic
def change_listening(
    *, is_on: bool, percent: int, queue_ids: Collection[int], keeps_transcript: bool, at: datetime, by
) -> PhraseListening:
    """Switched on, it begins with the talks of now. Without keeping, texts that were kept before are deleted."""
    row = PhraseListening.objects.select_for_update().first() or PhraseListening()
    before = _as_said(row)
    if is_on and not row.is_on:
        row.listened_until = at
    row.is_on, row.percent, row.keeps_transcript = is_on, percent, keeps_transcript
    row.save()
    row.queues.set(queue_ids)
    if not keeps_transcript:
        PhraseCheck.objects.exclude(transcript="").update(transcript="")
    record_audit(
        actor=by, verb="changed listening for phrases", subject=row, before=before, after=_as_said(row)
    )
    return row


def _as_said(row: PhraseListening) -> dict[str, object]:
    queues = sorted(row.queues.values_list("pk", flat=True)) if row.pk else []
    return {
        "is_on": row.is_on,
        "percent": row.percent,
        "queues": queues,
        "keeps_transcript": row.keeps_transcript,
    }


@transaction.atomic
def take_in_talks(*, at: datetime) -> int:
    """Talks whose files have ended since the last time stand in the line; safe to repeat. How many are new."""
    row = PhraseListening.objects.select_for_update().filter(is_on=True).first()
    if row is None or row.listened_until is None:
        return 0
    queues = set(row.queues.values_list("pk", flat=True))
    after, until = row.listened_until - LATE, at - timedelta(seconds=30)
    talks = recorded_talks(after=after, until=until, queue_ids=queues, limit=TAKEN_IN)
    said = {language: phrases_to_say(language) for language in {one.language for one in talks}}
    chosen = [one for one in talks if said[one.language][1] and is_drawn(one.call_id, row.percent)]
    known = set(PhraseCheck.objects.filter(recording_id__in=[one.recording_id for one in chosen])
                .values_list("recording_id", flat=True))  # fmt: skip
    new = [_waiting(one, said[one.language][0], at) for one in chosen if one.recording_id not in known]
    PhraseCheck.objects.bulk_create(new, ignore_conflicts=True)
    # A full page: the rest is taken in by the next turn, from where this one ended.
    reached = talks[-1].ended_at + LATE if len(talks) == TAKEN_IN else until
    row.listened_until = max(row.listened_until, reached)
    row.save(update_fields=["listened_until"])
    return len(new)


def is_drawn(call_id: UUID, percent: int) -> bool:
    """Always the same for one call, so that it can be worked out again."""
    return int.from_bytes(sha256(b"phrases" + call_id.bytes).digest()[:4]) % 100 < percent


def _waiting(talk: RecordedTalk, version: int, at: datetime) -> PhraseCheck:
    return PhraseCheck(
        recording_id=talk.recording_id,
        call_id=talk.call_id,
        agent_id=talk.agent_id,
        queue_id=talk.queue_id,
        talked_at=talk.started_at,
        language=talk.language,
        policy_version=version,
        due_at=at,
    )


def listen_on(*, at: Callable[[], datetime], until: Callable[[], bool]) -> int:
    """Hears what waits, one talk after the other, while `until` is not yet true. How many were heard."""
    heard = 0
    while not until() and (check := due_check(at())) is not None:
        heard += listen_to(check_id=check.pk, at=at())
    return heard


def listen_to(*, check_id: int, at: datetime) -> bool:
    """One talk. The try is counted first, in a transaction of its own; nothing is held while it is listened to."""
    check = _begun(check_id, at)
    if check is None:
        return False
    version, phrases = phrases_to_say(check.language)
    try:
        spotted = listen_for_phrases(
            recording_id=check.recording_id, phrases=phrases, language=check.language, at=at
        )
    except NotListened as failure:
        _failed(check_id, failure.code, is_over=not failure.is_for_now or check.tries >= MOST_TRIES)
        return False
    _judge(check_id, version, phrases, spotted.moments, spotted.transcript, at)
    return True


@transaction.atomic
def _begun(check_id: int, at: datetime) -> PhraseCheck | None:
    check = PhraseCheck.objects.select_for_update(skip_locked=True).filter(pk=check_id).first()
    if check is None or check.state != PhraseCheck.State.WAITING or check.due_at > at:
        return None
    if check.tries >= MOST_TRIES:
        check.state, check.why_not = PhraseCheck.State.FAILED, check.why_not or "gone"
        check.save(update_fields=["state", "why_not"])
        return None
    check.tries += 1
    check.due_at = at + AGAIN_AFTER * 2 ** (check.tries - 1)
    check.save(update_fields=["tries", "due_at"])
    return check


def _failed(check_id: int, code: str, *, is_over: bool) -> None:
    waiting = PhraseCheck.objects.filter(pk=check_id, state=PhraseCheck.State.WAITING)
    waiting.update(why_not=code, state=PhraseCheck.State.FAILED if is_over else PhraseCheck.State.WAITING)


@transaction.atomic
def _judge(
    check_id: int,
    version: int,
    phrases: tuple[str, ...],
    moments: dict[str, tuple[float, float]],
    transcript: str,
    at: datetime,
) -> None:
    check = PhraseCheck.objects.select_for_update().get(pk=check_id)
    if check.state != PhraseCheck.State.WAITING:
        return
    PhraseVerdict.objects.bulk_create(
        PhraseVerdict(
            talk=check,
            position=position,
            phrase=phrase,
            was_heard=phrase in moments,
            at_second=moments[phrase][0] if phrase in moments else None,
            confidence=moments[phrase][1] if phrase in moments else None,
        )
        for position, phrase in enumerate(phrases, start=1)
    )
    check.state, check.heard_at, check.why_not = PhraseCheck.State.HEARD, at, ""
    check.policy_version, check.missing = version, sum(phrase not in moments for phrase in phrases)
    check.transcript = transcript if phrase_listening().keeps_transcript else ""
    check.save()


@transaction.atomic
def overrule(*, verdict_id: int, reason: str, at: datetime, by) -> PhraseVerdict:
    """What was heard counts the other way round. A second time, by whomever, takes it back. Raises ReasonMissing."""
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise ReasonMissing()
    verdict = PhraseVerdict.objects.select_for_update().get(pk=verdict_id)
    check = PhraseCheck.objects.select_for_update().get(pk=verdict.talk_id)
    before = {"sentence": verdict.phrase, "was_said": verdict.was_said}
    verdict.overruled_at = None if verdict.overruled_at else at
    verdict.overruled_by, verdict.overruled_by_name = by, (by.name or by.username)[:120]
    verdict.reason = reason
    verdict.save()
    check.missing = sum(not one.was_said for one in check.verdicts.all())
    check.save(update_fields=["missing"])
    after = {"was_said": verdict.was_said, "call": str(check.call_id)}
    record_audit(
        actor=by, verb="overruled a phrase", subject=verdict, before=before, after=after, reason=reason
    )
    return verdict
