"""From the switch's folder into the vault, and from one storage or key to another: what is due, one step at a time.

The plain file goes last, once the sealed sound has been read back and is safe.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F

from telephony.actions.sound_alarms import MISSING, TAMPERED, raise_alarm
from telephony.actions.storing import (
    CLAIM,
    LONGEST_WAIT,
    new_name,
    sealed_again,
    sealed_file,
    stored,
    taken_over,
)
from telephony.actions.vault_keys import sealing_key
from telephony.models import KeptSound, StoragePlace, VaultKey, VaultLeftover
from telephony.queries.nodes import recording_folder
from telephony.queries.vault import current_place, sealed_reader
from telephony.vault.errors import SoundMissing
from telephony.vault.keys import KeyUnreadable
from telephony.vault.places import ObjectMissing, PlaceAway
from telephony.vault.plain import plain_sound
from telephony.vault.sealing import Tampered
from tenants.context import current_schema

STILL = 3.0
"""Seconds a file must have lain unchanged before it is taken for closed."""
TRIES_FOR_A_FILE = 12


def keep_due_sounds(*, at: Callable[[], datetime], until: Callable[[], bool]) -> int:
    """Do what is due, one sound after the other. How many got further. A storage that is away is asked once."""
    done = 0
    while not until() and (sound := _claimed(at())) is not None:
        try:
            done += _next_step(sound, at())
        except PlaceAway as problem:
            _later(sound, problem.code, at())
            if problem.code != "still_open":
                _leave_for_later(sound, at())
    return done


@transaction.atomic
def _claimed(at: datetime) -> KeptSound | None:
    due = KeptSound.objects.filter(due_at__lte=at).order_by("due_at").select_related("key", "place")
    sound = due.select_for_update(of=("self",), skip_locked=True).first()
    if sound is not None:
        KeptSound.objects.filter(pk=sound.pk).update(due_at=at + CLAIM)
    return sound


def _next_step(sound: KeptSound, at: datetime) -> bool:
    if sound.state == KeptSound.State.WAITING:
        return seal_sound(sound, at=at)
    if sound.state == KeptSound.State.SEALED:
        if sound.is_plain_left:
            return remove_plain(sound, at=at)
        place = current_place()
        if place is not None and sound.place_id != place.pk:
            return store_again(sound, place=place, key=sound.key, verb="moved", at=at)
    KeptSound.objects.filter(pk=sound.pk).update(due_at=None, problem="", tries=0)
    return False


def seal_sound(sound: KeptSound, *, at: datetime) -> bool:
    """Seal what the switch wrote, onto our own disk. Raises PlaceAway."""
    path = plain_file_of(sound)
    size = path.stat().st_size if path is not None else 0
    if path is None or size == 0:
        return _missing(sound, at)
    if at.timestamp() - path.stat().st_mtime < STILL:
        raise PlaceAway("still_open")
    key, name = sealing_key(at=at), new_name()
    leftover = VaultLeftover.objects.create(place=None, name=name, due_at=at + CLAIM)
    sealed = stored(sound, None, key, name, lambda part: sealed_file(sound, key, path, size, part))
    if sound.sha256 and sealed.sha256 != sound.sha256:
        raise_alarm(sound_id=sound.pk, code=TAMPERED, at=at)
        raise PlaceAway("not_the_same")
    if not taken_over(
        sound, place=None, key=key, name=name, sealed=sealed, leftover=leftover, verb="sealed", at=at
    ):
        return False
    return remove_plain(KeptSound.objects.get(pk=sound.pk), at=at)


def store_again(
    sound: KeptSound, *, place: StoragePlace | None, key: VaultKey | None, verb: str, at: datetime
) -> bool:
    """Seal it anew, there and with this key. Raises PlaceAway; a sound that is not whole stays, with an alarm."""
    key = key or sealing_key(at=at)
    try:
        reader = sealed_reader(sound)
        name = new_name()
        leftover = VaultLeftover.objects.create(place=place, name=name, due_at=at + CLAIM)
        sealed = stored(sound, place, key, name, lambda part: sealed_again(sound, key, reader, part))
    except ObjectMissing:
        raise_alarm(sound_id=sound.pk, code=MISSING, at=at)
        raise PlaceAway("missing") from None
    except (Tampered, KeyUnreadable):
        raise_alarm(sound_id=sound.pk, code=TAMPERED, at=at)
        raise PlaceAway("not_the_same") from None
    return taken_over(
        sound, place=place, key=key, name=name, sealed=sealed, leftover=leftover, verb=verb, at=at
    )


def remove_plain(sound: KeptSound, *, at: datetime) -> bool:
    """What the switch wrote, once the sealed sound is safe."""
    if sound.state != KeptSound.State.SEALED:
        return False
    path = plain_file_of(sound)
    if path is not None:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            raise PlaceAway("plain_left") from None
    has_more = current_place() is not None and sound.place_id is None
    KeptSound.objects.filter(pk=sound.pk).update(
        is_plain_left=False, due_at=at if has_more else None, problem="", tries=0
    )
    return True


def _missing(sound: KeptSound, at: datetime) -> bool:
    """No file where the switch said it would be: looked for again, and in the end given up, loudly."""
    if sound.tries < TRIES_FOR_A_FILE:
        raise PlaceAway("file_missing")
    KeptSound.objects.filter(pk=sound.pk).update(state=KeptSound.State.LOST, due_at=None)
    raise_alarm(sound_id=sound.pk, code=MISSING, at=at)
    return False


def _later(sound: KeptSound, code: str, at: datetime) -> None:
    wait = min(timedelta(seconds=5 * 2 ** min(sound.tries, 12)), LONGEST_WAIT)
    KeptSound.objects.filter(pk=sound.pk).update(due_at=at + wait, tries=F("tries") + 1, problem=code)


def _leave_for_later(sound: KeptSound, at: datetime) -> None:
    """The storage is away: the others that wait for it are not tried one after the other."""
    place = current_place()
    is_moving = sound.state == KeptSound.State.SEALED and not sound.is_plain_left
    if place is None or not is_moving:
        return
    StoragePlace.objects.filter(pk=place.pk, problem="").update(problem_since=at)
    problem = KeptSound.objects.filter(pk=sound.pk).values_list("problem", flat=True).first() or ""
    StoragePlace.objects.filter(pk=place.pk).update(problem=problem)
    waiting = KeptSound.objects.filter(state="sealed", is_plain_left=False, due_at__lte=at)
    waiting.update(due_at=at + timedelta(seconds=20))


def plain_file_of(sound: KeptSound) -> Path | None:
    with suppress(SoundMissing):
        return plain_sound(recording_folder(sound.path), current_schema(), sound.path).path
    return None
