"""Masks of one tenant's recordings that are to end by themselves, and to spread to files that begin meanwhile.

Nothing is remembered that the rows do not say: a worker that takes over ends what another one began.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from telephony import events
from telephony.actions import recording_masks as masks
from telephony.actions.recording_masks import MaskedFile
from telephony.models import Recording, RecordingMask
from telephony.switch import CommandTimedOut, Switch, SwitchError, SwitchUnreachable

log = structlog.get_logger()
ASK_AGAIN_AFTER = 1.0
WakeAt = Callable[[float, str, Any], None]


class Masks:
    """`inside` enters the tenant; the switch is never asked within."""

    def __init__(
        self,
        switch: Switch,
        *,
        wake_at: WakeAt,
        now: Callable[[], datetime],
        inside: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._switch, self._wake_at, self._now, self._inside = switch, wake_at, now, inside

    def read(self) -> None:
        """Within the tenant: timers for all that are open, whoever began them."""
        for mask_id, due_at in RecordingMask.objects.filter(ended_at=None).values_list("pk", "due_at"):
            self._wake_at(due_at.timestamp(), "mask", mask_id)

    def hear(self, event: events.RecordingMasked) -> None:
        with self._inside():
            open_ones = RecordingMask.objects.filter(offer__call_id=event.call_id, ended_at=None)
            due = dict(open_ones.values_list("pk", "due_at"))
            files = [] if event.mask_id else masks.spread_masks(call_id=event.call_id, at=self._now())
        for mask_id, due_at in due.items():
            self._wake_at(due_at.timestamp(), "mask", mask_id)
        for file in files:
            self._spread(file)

    def _spread(self, file: MaskedFile) -> None:
        try:
            mask(self._switch, file, self._inside, self._now)
        except SwitchError as error:
            log.warning("A file that began during a mask was not masked.", problem=str(error))

    def woke(self, mask_id: UUID) -> None:
        """Its time is over: the switch goes on recording what is said, if it still records at all."""
        with self._inside():
            file = _file_of(mask_id)
        if file is None:
            return
        try:
            self._switch.mask_recording(file.leg_id, file.path, is_masked=False)
        except (SwitchUnreachable, CommandTimedOut):
            self._wake_at(self._now().timestamp() + ASK_AGAIN_AFTER, "mask", mask_id)
            return
        except SwitchError:
            log.info("A mask ended with the recording it was on.")
        with self._inside():
            masks.note_unmasked(mask_id=mask_id, why=RecordingMask.Why.TIME, at=self._now())


def mask(
    switch: Switch,
    file: MaskedFile,
    inside: Callable[[], AbstractContextManager[None]],
    now: Callable[[], datetime],
    by: Any = None,
) -> None:
    """Ask the switch, then write down that it has done so. Raises SwitchError."""
    switch.mask_recording(file.leg_id, file.path, is_masked=True)
    with inside():
        masks.note_masked(mask_id=file.mask_id, at=now(), by=by)


def _file_of(mask_id: UUID) -> MaskedFile | None:
    """None when it has ended already."""
    found = RecordingMask.objects.filter(pk=mask_id, ended_at=None).select_related("offer").first()
    if found is None:
        return None
    path = Recording.objects.filter(leg=found.offer_id, ended_at=None).values_list("path", flat=True).first()
    return MaskedFile(found.pk, found.offer_id, path or found.offer.recording_path)
