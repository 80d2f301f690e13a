"""Measures what a tenant's sounds take and says loudly when recording stops for want of room, and when it goes on."""

from datetime import datetime

import structlog
from django.db import transaction

from telephony import events
from telephony.models import Difference, VaultState
from telephony.queries.recording_room import DISK, QUOTA, level_of, quota_of_tenant, recording_disks
from telephony.queries.vault import bytes_kept
from tenants.events import emit
from tenants.people.actions import record_audit

log = structlog.get_logger()

KIND = Difference.Kind.RECORDING_STOPPED
SUBJECT = "recordings"


def measure_room(*, at: datetime) -> VaultState:
    """What is used, which level of the quota that is, and whether recording is stopped; each change is told."""
    quota = quota_of_tenant()
    used, sounds = bytes_kept()
    level = level_of(used, quota)
    is_full = any(disk.is_full for disk in recording_disks())
    is_used_up = level >= 100 and quota is not None and quota.stops_recording
    stopped = DISK if is_full else QUOTA if is_used_up else ""
    with transaction.atomic():
        VaultState.objects.get_or_create(pk=1)
        state = VaultState.objects.select_for_update().get(pk=1)
        before = (state.quota_level, state.stopped)
        state.used_bytes, state.sounds, state.counted_at = used, sounds, at
        state.quota_level = level
        if state.stopped != stopped:
            state.stopped, state.stopped_at = stopped, at if stopped else None
        state.save()
        if before != (level, stopped):
            _tell(state, before, at)
    return state


def _tell(state: VaultState, before: tuple[int, str], at: datetime) -> None:
    if before[1] != state.stopped:
        _note_difference(state, at)
        verb = "recording stopped" if state.stopped else "recording goes on"
        record_audit(verb=verb, subject="recordings", after={"why": state.stopped or before[1]})
        tell = log.error if state.stopped else log.info
        tell(
            "Recording was stopped or goes on.",
            why=state.stopped or before[1],
            is_stopped=bool(state.stopped),
        )
    if state.quota_level > before[0]:
        record_audit(
            verb="recording quota reached", subject="recordings", after={"percent": state.quota_level}
        )
        log.warning("The quota of recordings is nearly used up.", percent=state.quota_level)
    emit(events.RecordingRoomChanged(occurred_at=at))


def _note_difference(state: VaultState, at: datetime) -> None:
    """Listed with the other things that are not as they should be, until there is room again."""
    open_ones = Difference.objects.filter(kind=KIND, subject=SUBJECT, healed_at=None)
    if not state.stopped:
        open_ones.update(healed_at=at, remedy=Difference.Remedy.BY_ITSELF)
    elif not open_ones.exists():
        Difference.objects.create(
            kind=KIND, subject=SUBJECT, ours={"recording": True}, theirs={"room": state.stopped}, found_at=at
        )
