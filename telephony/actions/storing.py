"""Puts a sound into a storage, and takes back what no sound needs.

A new object is written down as a leftover before it is made. Only when it has been read back and is the same sound the
row takes it over, in one transaction; what lay there before is then a leftover, and deleted. Whoever dies in between
leaves a leftover, and a sound that still lies where its row says.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.db import transaction

from telephony.actions.custody import note_custody
from telephony.models import KeptSound, StoragePlace, VaultKey, VaultLeftover
from telephony.queries.vault import opened_place, seal_of, vault_folder
from telephony.vault.keys import KeyUnreadable
from telephony.vault.places import ObjectMissing, ObjectSource, PlaceAway
from telephony.vault.sealing import ChangedMeanwhile, Sealed, SealedReader, Tampered, seal
from tenants.context import current_schema

CLAIM = timedelta(minutes=10)
"""A worker that died with a sound in its hands has it taken over after this."""
LONGEST_WAIT = timedelta(minutes=30)
PLAYERS_MAY_STILL_READ = timedelta(hours=1)


def forget_leftovers(*, at: datetime) -> int:
    """Delete objects no sound needs; those whose storage is away wait."""
    done = 0
    for left in VaultLeftover.objects.filter(due_at__lte=at).select_related("place")[:1000]:
        # A work that is not finished may have taken longer than its claim: the row knows best.
        if not KeptSound.objects.filter(name=left.name, place=left.place, state="sealed").exists():
            try:
                opened_place(left.place).delete(left.name)
            except (PlaceAway, ObjectMissing):
                VaultLeftover.objects.filter(pk=left.pk).update(due_at=at + LONGEST_WAIT)
                continue
        left.delete()
        done += 1
    return done


def stored(
    sound: KeptSound,
    place: StoragePlace | None,
    key: VaultKey,
    name: str,
    write: Callable[[Path], Sealed],
) -> Sealed:
    """Written, put there, read back and proved. Raises PlaceAway."""
    part = vault_folder() / "work" / name.rsplit("/", 1)[1]
    try:
        part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sealed = write(part)
        there = opened_place(place)
        there.put(name, part)
        source = ObjectSource(there, name, there.size(name))
        if SealedReader(source, size=sealed.size, with_=seal_of(sound, key)).whole_hash() != sealed.sha256:
            raise PlaceAway("lies")
    except (Tampered, ObjectMissing):
        # It said that it was stored.
        raise PlaceAway("lies") from None
    except KeyUnreadable:
        raise PlaceAway("key_unreadable") from None
    except OSError as error:
        raise PlaceAway("full" if error.errno == 28 else "unreachable") from None
    finally:
        part.unlink(missing_ok=True)
    if place is not None and place.problem:
        StoragePlace.objects.filter(pk=place.pk).update(problem="", problem_since=None)
    return sealed


def sealed_file(sound: KeptSound, key: VaultKey, path: Path, size: int, part: Path) -> Sealed:
    try:
        with path.open("rb") as plain, _private(part) as target:
            return seal(plain, target, size=size, with_=seal_of(sound, key))
    except ChangedMeanwhile:
        raise PlaceAway("still_open") from None


def sealed_again(sound: KeptSound, key: VaultKey, reader: SealedReader, part: Path) -> Sealed:
    with _private(part) as target:
        sealed = seal(_Pieces(reader), target, size=sound.size, with_=seal_of(sound, key))
    if sealed.sha256 != sound.sha256:
        raise Tampered
    return sealed


class _Pieces:
    """A sealed sound as a file to read from the beginning."""

    def __init__(self, reader: SealedReader) -> None:
        self._pieces = reader.read(0, reader.size)
        self._left = b""

    def read(self, length: int) -> bytes:
        while len(self._left) < length and (piece := next(self._pieces, None)) is not None:
            self._left += piece
        given, self._left = self._left[:length], self._left[length:]
        return given


@transaction.atomic
def taken_over(
    sound: KeptSound,
    *,
    place: StoragePlace | None,
    key: VaultKey,
    name: str,
    sealed: Sealed,
    leftover: VaultLeftover,
    verb: str,
    at: datetime,
) -> bool:
    """The row says from now on that the sound lies there; False when the sound was changed or deleted meanwhile."""
    row = KeptSound.objects.select_for_update().get(pk=sound.pk)
    if (row.state, row.name) != (sound.state, sound.name):
        VaultLeftover.objects.filter(pk=leftover.pk).update(due_at=at)
        return False
    if row.name:
        VaultLeftover.objects.create(place_id=row.place_id, name=row.name, due_at=at + PLAYERS_MAY_STILL_READ)
    VaultLeftover.objects.filter(pk=leftover.pk).delete()
    row.state, row.place, row.key, row.name = KeptSound.State.SEALED, place, key, name
    row.size, row.sha256, row.sealed_size = sealed.size, sealed.sha256, sealed.sealed_size
    row.sealed_at = row.sealed_at or at
    row.proved_at, row.problem, row.tries = at, "", 0
    row.due_at = at if row.is_plain_left else None
    row.save()
    note_custody(row, verb, at=at, details={"key": key.number, "storage": str(place or "")})
    return True


def new_name() -> str:
    made = uuid4()
    return f"{current_schema()}/{made.hex[:2]}/{made}"


def _private(part: Path) -> BinaryIO:
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
