"""A sound that is not what was recorded, or is gone: an alarm that stays until the sound proves whole again."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from telephony import events
from telephony.actions.custody import note_many, note_of_kept
from telephony.models import KeptSound
from telephony.queries.kept_sounds import Heard, SealedSound, kept_sound, open_sealed, recording_sound
from telephony.vault.errors import SoundDeleted, SoundMissing, SoundOutOfReach, SoundTampered
from telephony.vault.plain import OpenSound
from tenants.context import current_schema, enter
from tenants.events import emit
from tenants.people.actions import record_audit

log = structlog.get_logger()

TAMPERED, MISSING = "tampered", "missing"


@transaction.atomic
def raise_alarm(*, sound_id: Any, code: str, at: datetime) -> None:
    """Written in the row, the ledger and the audit log, once for each kind of alarm; and told."""
    sound = KeptSound.objects.select_for_update().filter(pk=sound_id).first()
    if sound is None or sound.alarm in (code, TAMPERED) or sound.state == KeptSound.State.DELETED:
        return
    sound.alarm, sound.alarm_at = code, at
    sound.save(update_fields=["alarm", "alarm_at"])
    record_audit(verb="alarm of a sound", subject=sound, after={"alarm": code, "call": str(sound.call_id)})
    note_many([note_of_kept(sound, "alarm", alarm=code)], at=at)
    emit(events.SoundAlarmed(occurred_at=at, call_id=sound.call_id, sound_id=sound.pk))
    log.error("A recorded sound is not what was recorded, or is gone.", sound=str(sound.pk), alarm=code)


@transaction.atomic
def _clear_alarm(sound: KeptSound, at: datetime) -> None:
    was = sound.alarm
    KeptSound.objects.filter(pk=sound.pk).update(alarm="", alarm_at=None)
    sound.alarm, sound.alarm_at = "", None
    record_audit(verb="alarm of a sound over", subject=sound, before={"alarm": was})
    note_many([note_of_kept(sound, "proved", alarm=was)], at=at)


def open_sound(row: Heard) -> OpenSound:
    """queries.recording_sound, with an alarm when the sound is not the one that was recorded, or is gone."""
    try:
        sound = recording_sound(row)
    except (SoundDeleted, SoundOutOfReach):
        raise
    except (SoundMissing, SoundTampered) as error:
        kept = kept_sound(row)
        if kept is not None and kept.state == KeptSound.State.SEALED:
            raise_alarm(sound_id=kept.pk, code=_code_of(error), at=timezone.now())
        raise
    return _Watched(sound) if isinstance(sound, SealedSound) else sound


class _Watched:
    """Pieces of an answer are read when the request has left its tenant, so the tenant is remembered."""

    def __init__(self, opened: SealedSound) -> None:
        self.size = opened.size
        self._opened, self._schema = opened, current_schema()

    def read(self, first: int, length: int) -> Iterator[bytes]:
        pieces = self._watching(lambda: self._opened.read(first, length))
        return self._told(pieces)

    def prove(self) -> None:
        self._watching(self._opened.prove)

    def _told(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        while (piece := self._watching(lambda: next(pieces, None))) is not None:
            yield piece

    def _watching(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except SoundOutOfReach:
            raise
        except (SoundMissing, SoundTampered) as error:
            with enter(self._schema):
                raise_alarm(sound_id=self._opened.sound.pk, code=_code_of(error), at=timezone.now())
            raise


def prove_sound(sound: KeptSound, *, at: datetime) -> bool | None:
    """Read whole and compared: True; an alarm: False; None while its storage is away."""
    try:
        open_sealed(sound).prove()
    except SoundOutOfReach:
        return None
    except (SoundMissing, SoundTampered) as error:
        raise_alarm(sound_id=sound.pk, code=_code_of(error), at=at)
        return False
    KeptSound.objects.filter(pk=sound.pk).update(proved_at=at)
    if sound.alarm:
        _clear_alarm(sound, at)
    return True


def prove_sounds(*, at: datetime, older_than: timedelta, until: Callable[[], bool]) -> tuple[int, int]:
    """(proved, alarms) of those not proved for so long, the longest ago first, while `until` is not yet true."""
    sealed = KeptSound.objects.filter(state=KeptSound.State.SEALED).select_related("key", "place")
    due = sealed.filter(proved_at__lte=at - older_than) | sealed.filter(proved_at=None)
    proved = alarms = 0
    for sound in due.order_by(F("proved_at").asc(nulls_first=True)).iterator(chunk_size=200):
        if until():
            break
        outcome = prove_sound(sound, at=at)
        proved += outcome is True
        alarms += outcome is False
    return proved, alarms


def _code_of(error: Exception) -> str:
    return TAMPERED if isinstance(error, SoundTampered) else MISSING
