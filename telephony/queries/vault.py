"""Keys and storages of this tenant's sounds, opened; and which of them something is to be done with."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from telephony.models import KeptSound, StoragePlace, VaultKey, VaultState, VaultWork
from telephony.vault.keys import unwrap
from telephony.vault.places import Address, DiskPlace, ObjectSource, Place, PlaceAway
from telephony.vault.sealing import Seal, SealedReader
from tenants.context import current_schema
from tenants.secrets import SecretUnreadable, unseal

QUICK = 10.0
"""Seconds a listener waits for a storage; our own work waits longer."""


def vault_folder() -> Path:
    return Path(settings.RECORDING_VAULT)


def key_owner(number: int) -> str:
    """What a wrapped key is bound to."""
    return f"{current_schema()}:{number}"


def clear_key(key: VaultKey) -> bytes:
    """Raises KeyUnreadable."""
    return unwrap(key.wrapped, key.wrapped_by, belongs_to=key_owner(key.number))


def newest_key() -> VaultKey | None:
    return VaultKey.objects.filter(destroyed_at=None).order_by("-number").first()


def seal_of(sound: KeptSound, key: VaultKey) -> Seal:
    """Raises KeyUnreadable."""
    return Seal(key=clear_key(key), belongs_to=f"{current_schema()}/{sound.pk}".encode())


def current_place() -> StoragePlace | None:
    """Where new files go; None: the disk of this installation."""
    return StoragePlace.objects.filter(is_current=True).first()


def opened_place(place: StoragePlace | None, *, seconds: float = 30.0) -> Place:
    """Raises PlaceAway when its keys cannot be read."""
    if place is None:
        return DiskPlace(vault_folder())
    try:
        access_key, secret = unseal(place.access_key), unseal(place.secret)
    except SecretUnreadable:
        raise PlaceAway("refused") from None
    # What speaks S3 takes as long to import as half the product; most processes never need it.
    from telephony.vault.objects import object_place

    return object_place(
        Address(
            endpoint=place.endpoint,
            region=place.region,
            bucket=place.bucket,
            prefix=place.prefix,
            access_key=access_key,
            secret=secret,
            seconds=seconds,
        )
    )


def sealed_reader(sound: KeptSound, *, seconds: float = 30.0) -> SealedReader:
    """Raises ObjectMissing, PlaceAway, KeyUnreadable, Tampered."""
    place = opened_place(sound.place, seconds=seconds)
    source = ObjectSource(place, sound.name, place.size(sound.name))
    return SealedReader(source, size=sound.size, with_=seal_of(sound, sound.key))


def sounds_in_alarm() -> QuerySet[KeptSound]:
    return KeptSound.objects.exclude(alarm="").select_related("call").order_by("alarm_at")


def sounds_not_of_key(key_id: int) -> QuerySet[KeptSound]:
    return KeptSound.objects.filter(state="sealed").exclude(key_id=key_id)


def sounds_elsewhere(place: StoragePlace | None) -> QuerySet[KeptSound]:
    """Sealed, and not where new files go."""
    sealed = KeptSound.objects.filter(state="sealed")
    return (
        sealed.filter(place__isnull=False)
        if place is None
        else sealed.filter(~Q(place=place) | Q(place=None))
    )


def bytes_kept() -> tuple[int, int]:
    """(bytes, sounds) that count for the quota: sealed ones as they lie, others as the switch wrote them."""
    kept = KeptSound.objects.exclude(state__in=("deleted", "lost"))
    sums = kept.aggregate(
        sealed=Coalesce(Sum("sealed_size"), 0), plain=Coalesce(Sum("size", filter=Q(sealed_size=0)), 0)
    )
    return sums["sealed"] + sums["plain"], kept.count()


def vault_state() -> VaultState:
    return VaultState.objects.first() or VaultState()


def vault_works() -> QuerySet[VaultWork]:
    return VaultWork.objects.order_by("-id")


def stalled_work(at: datetime, *, seconds: float) -> VaultWork | None:
    """An open work nobody has been at for this long."""
    waiting = VaultWork.objects.filter(state="running").order_by("id")
    return next((w for w in waiting if w.beat_at is None or (at - w.beat_at).total_seconds() > seconds), None)
