"""The one way to the bytes of a recording, a message or a spoken comment, wherever and however they are kept."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from telephony.models import KeptSound, Recording, SurveyAnswer, Tombstone, Voicemail
from telephony.models.custody import SoundKind
from telephony.queries.nodes import recording_folder
from telephony.queries.vault import QUICK, sealed_reader
from telephony.vault.errors import SoundDeleted, SoundMissing, SoundOutOfReach, SoundTampered
from telephony.vault.keys import KeyUnreadable
from telephony.vault.places import ObjectMissing, PlaceAway
from telephony.vault.plain import OpenSound, plain_sound
from telephony.vault.sealing import SealedReader, Tampered
from tenants.context import current_schema

Heard = Recording | Voicemail | SurveyAnswer
KIND_OF: dict[type, SoundKind] = {
    Recording: SoundKind.RECORDING,
    Voicemail: SoundKind.VOICEMAIL,
    SurveyAnswer: SoundKind.COMMENT,
}


def path_of_sound(row: Heard) -> str:
    return row.comment_path if isinstance(row, SurveyAnswer) else row.path


def kept_sound(row: Heard) -> KeptSound | None:
    kept = KeptSound.objects.select_related("key", "place")
    return kept.filter(kind=KIND_OF[type(row)], subject_id=str(row.pk)).first()


def recording_sound(row: Heard) -> OpenSound:
    """Open for reading: `.size`, `.read(first, length)` in pieces, `.prove()` before a whole play.

    Raises SoundMissing (SoundDeleted), SoundTampered or SoundOutOfReach, here or while pieces are read. Edges open
    by `actions.open_sound`, which raises the alarm as well.
    """
    sound = kept_sound(row)
    if sound is None or sound.state == KeptSound.State.WAITING:
        return _as_the_switch_left_it(row)
    if sound.state == KeptSound.State.DELETED:
        raise SoundDeleted(day=_day_of_deletion(sound))
    if sound.state == KeptSound.State.LOST:
        raise SoundMissing
    if sound.alarm == "tampered":
        raise SoundTampered
    return open_sealed(sound)


def open_sealed(sound: KeptSound) -> "SealedSound":
    try:
        return SealedSound(sound, in_words(lambda: sealed_reader(sound, seconds=QUICK)))
    except SoundMissing:
        # Sealed anew while we looked: the row knows the new name.
        again = KeptSound.objects.select_related("key", "place").get(pk=sound.pk)
        if again.name == sound.name:
            raise
        return SealedSound(again, in_words(lambda: sealed_reader(again, seconds=QUICK)))


def proved_newest(limit: int) -> tuple[int, int]:
    """(whole, not) of the newest so many sealed sounds, each read to its end and against its hash. Writes nothing."""
    sealed = KeptSound.objects.filter(state=KeptSound.State.SEALED).select_related("key", "place")
    whole = broken = 0
    for sound in sealed.order_by("-sealed_at")[:limit]:
        try:
            open_sealed(sound).prove()
            whole += 1
        except (SoundMissing, SoundTampered, SoundOutOfReach):
            broken += 1
    return whole, broken


class SealedSound:
    """A sealed sound, opened; reads and proves with the words of a refusal."""

    def __init__(self, sound: KeptSound, reader: SealedReader) -> None:
        self.sound, self.size = sound, reader.size
        self._reader = reader

    def read(self, first: int, length: int) -> Iterator[bytes]:
        pieces = in_words(lambda: self._reader.read(first, length))
        return _told(pieces)

    def prove(self) -> None:
        """Every byte, against the hash taken when the switch had closed the file."""
        if in_words(self._reader.whole_hash) != self.sound.sha256:
            raise SoundTampered


def in_words(ask: Callable[[], Any]) -> Any:
    """What the vault says, as a refusal a person can read."""
    try:
        return ask()
    except ObjectMissing:
        raise SoundMissing from None
    except PlaceAway:
        raise SoundOutOfReach from None
    except (Tampered, KeyUnreadable):
        raise SoundTampered from None


def _told(pieces: Iterator[bytes]) -> Iterator[bytes]:
    while (piece := in_words(lambda: next(pieces, None))) is not None:
        yield piece


def _as_the_switch_left_it(row: Heard) -> OpenSound:
    path = path_of_sound(row)
    return plain_sound(recording_folder(path), current_schema(), path)


def _day_of_deletion(sound: KeptSound) -> str:
    stone = Tombstone.objects.filter(kind=sound.kind, subject_id=sound.subject_id).first()
    return date_format(timezone.localtime(stone.deleted_at)) if stone else "?"
