"""A recording that is masked for a while: the row first, then the switch, then what came of it, both edges audited.

Who is on the line may change in between, so that all files of a call are masked alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from telephony import events
from telephony.models import Call, Offer, Recording, RecordingMask
from telephony.recording.errors import NotRecordedNow
from telephony.recording_orders import LONGEST_MASK
from tenants.events import emit
from tenants.people.actions import record_audit

Why = RecordingMask.Why
LONGEST = timedelta(seconds=LONGEST_MASK)


@dataclass(frozen=True)
class MaskedFile:
    """One file the switch is to mask, or to unmask."""

    mask_id: UUID
    leg_id: UUID
    path: str


@transaction.atomic
def begin_masks(*, call_id: UUID, seconds: int, by: Any, at: datetime) -> list[MaskedFile]:
    """Written down for each file of the call that runs; those that are masked already keep their end.

    Raises NotRecordedNow when none runs.
    """
    _lock(call_id)
    running = _running(call_id)
    if not running:
        raise NotRecordedNow
    due_at = at + timedelta(seconds=seconds)
    return _masked(running, due_at=due_at, by=_name(by), at=at)


@transaction.atomic
def spread_masks(*, call_id: UUID, at: datetime) -> list[MaskedFile]:
    """Files that began while others of their call are masked, which are to be masked too."""
    _lock(call_id)
    until = RecordingMask.objects.filter(offer__call_id=call_id, ended_at=None).order_by("due_at").last()
    if until is None:
        return []
    masked = RecordingMask.objects.filter(offer__call_id=call_id, ended_at=None).values_list(
        "offer_id", flat=True
    )
    unmasked = [one for one in _running(call_id) if one.leg not in set(masked)]
    return _masked(unmasked, due_at=until.due_at, by=until.asked_by_name, at=at)


def is_masked(call_id: UUID) -> bool:
    return RecordingMask.objects.filter(offer__call_id=call_id, ended_at=None).exists()


def masked_files(call_id: UUID) -> list[MaskedFile]:
    """Those of the call that are masked, or were to be."""
    found = RecordingMask.objects.filter(offer__call_id=call_id, ended_at=None).select_related("offer")
    running = {recording.leg: recording.path for recording in _running(call_id)}
    return [
        MaskedFile(mask.pk, mask.offer_id, running.get(mask.offer_id, mask.offer.recording_path))
        for mask in found
    ]


def _masked(running: Iterable[Recording], *, due_at: datetime, by: str, at: datetime) -> list[MaskedFile]:
    files = []
    for recording in running:
        mask, _new = RecordingMask.objects.get_or_create(
            offer_id=recording.leg,
            ended_at=None,
            defaults={"asked_at": at, "asked_by_name": by, "due_at": due_at},
        )
        files.append(MaskedFile(mask.pk, recording.leg, recording.path))
    return files


@transaction.atomic
def note_masked(*, mask_id: UUID, at: datetime, by: Any = None) -> None:
    """The switch has done it. The moment is after its word, so that what is marked is surely silent."""
    mask = _mask(mask_id)
    if mask.began_at or mask.ended_at:
        return
    mask.began_at = at
    mask.save()
    _tell(mask, "masked the recording of", by, at)
    emit(events.RecordingMasked(occurred_at=at, call_id=mask.offer.call_id, mask_id=mask.pk))


@transaction.atomic
def note_unmasked(*, mask_id: UUID, why: str, at: datetime, by: Any = None) -> None:
    mask = _mask(mask_id)
    if mask.ended_at:
        return
    mask.ended_at, mask.why_ended = at, why if mask.began_at else Why.FAILED
    mask.save()
    if mask.began_at:
        _tell(mask, "unmasked the recording of", by, at)


def note_step(*, talk: Offer, step: str, began_at: datetime, ended_at: datetime | None) -> None:
    """The switch has masked the talk's recording by itself while its caller was in this step of a flow. Told again it
    is the same; a file that somebody had masked before stays theirs to unmask.
    """
    _lock(talk.call_id)
    mask = RecordingMask.objects.filter(offer=talk, asked_at=began_at).exclude(step="").first()
    if mask is None:
        if RecordingMask.objects.filter(offer=talk, ended_at=None).exists():
            return
        mask = RecordingMask.objects.create(
            offer=talk,
            asked_at=began_at,
            asked_by_name=str(talk.agent)[:120],
            step=step[:200],
            due_at=began_at + LONGEST,
        )
        note_masked(mask_id=mask.pk, at=began_at)
    if ended_at is not None:
        note_unmasked(mask_id=mask.pk, why=Why.STEP, at=ended_at)


def end_masks_of(leg_id: UUID, at: datetime) -> None:
    """The file is closed, and every mask of it with it."""
    for mask_id in RecordingMask.objects.filter(offer_id=leg_id, ended_at=None).values_list("pk", flat=True):
        note_unmasked(mask_id=mask_id, why=Why.TALK_ENDED, at=at)


def _tell(mask: RecordingMask, verb: str, by: Any, at: datetime) -> None:
    call = mask.offer.call
    why = [word for word in (str(mask.get_why_ended_display()), mask.step) if word]
    record_audit(verb=verb, subject=call, actor=by, reason=": ".join(why))
    emit(events.RecordingChanged(occurred_at=at, call_id=call.pk, agent_id=mask.offer.agent_id))


def _lock(call_id: UUID) -> None:
    Call.objects.select_for_update(no_key=True).filter(pk=call_id).first()


def _mask(mask_id: UUID) -> RecordingMask:
    """Locked by its call, as everything about the recordings of a call."""
    mask = RecordingMask.objects.select_related("offer", "offer__call").get(pk=mask_id)
    _lock(mask.offer.call_id)
    mask.refresh_from_db(fields=["began_at", "ended_at", "why_ended"])
    return mask


def _running(call_id: UUID) -> list[Recording]:
    legs = Offer.objects.filter(call_id=call_id).values("pk")
    return list(Recording.objects.filter(call_id=call_id, leg__in=legs, ended_at=None))


def _name(by: Any) -> str:
    return "" if by is None else (by.name or by.username)[:120]
