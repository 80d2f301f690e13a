"""Recordings: announced while the call goes on, proved by hash and length once the file lies still."""

import hashlib
import wave
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction

from telephony import events
from telephony.actions.recording_masks import end_masks_of, is_masked
from telephony.models import Call, Leg, Offer, Recording
from telephony.queries.nodes import recording_folder, recordings_folders
from tenants.events import emit

CHUNK = 1 << 20


@transaction.atomic
def start_recording(*, leg_id: UUID, path: str, at: datetime) -> Recording | None:
    recording = _recording_of(leg_id, path)
    if recording and (recording.started_at is None or at < recording.started_at):
        recording.started_at = at
        recording.save()
        _tell(recording, at)
    return recording


@transaction.atomic
def stop_recording(*, leg_id: UUID, path: str, seconds: float, at: datetime) -> Recording | None:
    """The switch has closed the file.

    Hash and size follow from `prove_recording`, outside the road of news.
    """
    recording = _recording_of(leg_id, path)
    if recording and recording.ended_at is None:
        recording.ended_at, recording.seconds = at, seconds
        recording.started_at = recording.started_at or at - timedelta(seconds=seconds)
        recording.save()
        end_masks_of(leg_id, at)
        _tell(recording, at)
    return recording


def prove_recording(*, recording_id: UUID, at: datetime) -> bool:
    """Read the file once and keep its hash, size and true length.

    False while there is no whole file to read.
    """
    recording = Recording.objects.filter(pk=recording_id).first()
    if recording is None or recording.sha256:
        return True
    file = recording_folder(recording.path) / recording.path
    if not _is_inside(file) or not file.is_file():
        return False
    digest, size = _digest(file)
    seconds = wave_seconds(file)
    with transaction.atomic():
        recording = Recording.objects.select_for_update(no_key=True).get(pk=recording_id)
        recording.sha256, recording.bytes = digest, size
        recording.seconds = seconds if seconds is not None else recording.seconds
        recording.save()
        emit(events.RecordingReady(occurred_at=at, call_id=recording.call_id, recording_id=recording.pk))
    return True


def find_recording(offer: Offer, *, at: datetime) -> Recording | None:
    """The file of a conversation whose end was never told to us, found where the offer said it would lie."""
    if not offer.recording_path or not offer.answered_at:
        return None
    known = Recording.objects.filter(leg=offer.pk, path=offer.recording_path).first()
    file = recording_folder(offer.recording_path) / offer.recording_path
    if (known and known.ended_at) or not file.is_file():
        return known
    return stop_recording(
        leg_id=offer.pk, path=offer.recording_path, seconds=wave_seconds(file) or 0.0, at=at
    )


def wave_seconds(file: Path) -> float | None:
    """Length by the header; None when it is no wave file."""
    try:
        with wave.open(str(file)) as sound:
            return sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError, OSError, ZeroDivisionError):
        return None


def _recording_of(leg_id: UUID, path: str) -> Recording | None:
    offer = Offer.objects.select_related("stay").filter(pk=leg_id).first()
    call_id = (
        offer.call_id if offer else Leg.objects.filter(pk=leg_id).values_list("call_id", flat=True).first()
    )
    if call_id is None:
        return None
    # Always the call before its recording: settling a record goes the same way.
    call = Call.objects.select_for_update(no_key=True).get(pk=call_id)
    found_by = {
        "call_id": call_id,
        "agent_id": offer.agent_id if offer else call.agent_id,
        "queue_id": offer.stay.queue_id if offer and offer.stay else call.queue_id,
        "number": call.caller_number,
        "disposition_id": call.disposition_id,
    }
    recording, _new = Recording.objects.select_for_update(no_key=True).get_or_create(
        leg=leg_id, path=path[:400], defaults=found_by
    )
    return recording


def _tell(recording: Recording, at: datetime) -> None:
    emit(events.RecordingChanged(occurred_at=at, call_id=recording.call_id, agent_id=recording.agent_id))
    if recording.ended_at is None and is_masked(recording.call_id):
        emit(events.RecordingMasked(occurred_at=at, call_id=recording.call_id))


def _is_inside(file: Path) -> bool:
    return any(file.resolve().is_relative_to(folder.resolve()) for folder in recordings_folders())


def _digest(file: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size
