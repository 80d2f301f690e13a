"""Where a tenant has its sounds kept: the disk of this installation, or an object storage of its own."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from telephony.actions.storing import new_name
from telephony.models import KeptSound, StoragePlace, VaultLeftover
from telephony.queries.vault import opened_place
from telephony.vault.places import ObjectMissing, PlaceAway
from tenants import outward
from tenants.errors import BadInput, DomainError, NotFound
from tenants.people.actions import record_audit
from tenants.secrets import seal

PROBLEMS = {
    "unreachable": _("The storage cannot be reached."),
    "timeout": _("The storage did not answer in time."),
    "refused": _("The storage refused the keys, or they may not write there."),
    "no_bucket": _("There is no such bucket."),
    "bad_answer": _("The storage answered with something else than S3."),
    "private_address": _("The address lies in a private network, which the operator has not allowed."),
    "not_encrypted": _("The address must begin with https://."),
    "bad_address": _("This is no address of a storage. It looks like https://s3.example.com."),
    "lies": _("The storage said that it kept a file, and gave back another."),
    "full": _("There is no room left."),
    "still_open": _("The telephone system is still writing the file."),
    "file_missing": _("The file is not where the telephone system said it would be."),
    "plain_left": _("The file of the telephone system could not be removed."),
    "not_the_same": _("The file is not the one that was recorded."),
    "missing": _("The storage has no such file."),
    "key_unreadable": _(
        "The key of the recordings cannot be opened: the master key it was wrapped with is missing."
    ),
}


class StorageRefused(BadInput):
    "The storage cannot be used."


class StorageInUse(DomainError):
    "Sounds lie in this storage, so its address and bucket stay. Add another one instead."


@dataclass(frozen=True, kw_only=True)
class StorageTerms:
    """As a person typed them; empty keys keep those that are known."""

    name: str
    endpoint: str
    bucket: str
    region: str = ""
    prefix: str = ""
    access_key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


@transaction.atomic
def save_storage(*, terms: StorageTerms, at: datetime, storage_id: int | None = None) -> StoragePlace:
    """Raises StorageRefused for an address that may not be asked, StorageInUse."""
    _judge(terms.endpoint)
    place = StoragePlace.objects.select_for_update().filter(pk=storage_id).first() or StoragePlace(
        created_at=at
    )
    moved = (place.endpoint, place.bucket, place.prefix) != (terms.endpoint, terms.bucket, terms.prefix)
    if place.pk and moved and KeptSound.objects.filter(place=place).exists():
        raise StorageInUse
    place.name, place.endpoint, place.region = terms.name, terms.endpoint, terms.region
    place.bucket, place.prefix = terms.bucket, terms.prefix
    if terms.access_key:
        place.access_key = seal(terms.access_key)
    if terms.secret:
        place.secret = seal(terms.secret)
    place.problem, place.problem_since = "", None
    place.save()
    # Its keys are never written down, only that there were new ones.
    record_audit(
        verb="changed storage of recordings",
        subject=place,
        after={
            "address": terms.endpoint,
            "bucket": terms.bucket,
            "folder": terms.prefix,
            "new keys": bool(terms.secret),
        },
    )
    return place


def try_storage(*, storage_id: int) -> None:
    """Write, read back and delete a small file there. Raises StorageRefused with the reason in words."""
    place = StoragePlace.objects.filter(pk=storage_id).first()
    if place is None:
        raise NotFound
    content, name = b"A storage of recordings is tried. This may be deleted.", new_name()
    try:
        there = opened_place(place, seconds=10.0)
        with NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            there.put(name, Path(file.name))
        if there.size(name) != len(content) or there.read(name, 2, 7) != content[2:9]:
            raise PlaceAway("lies")
        there.delete(name)
    except ObjectMissing:
        raise StorageRefused(PROBLEMS["lies"]) from None
    except PlaceAway as problem:
        raise StorageRefused(PROBLEMS.get(problem.code, PROBLEMS["unreachable"])) from None


def choose_storage(*, storage_id: int | None, at: datetime) -> None:
    """New sounds go there from now on (None: our own disk); tried first. What is kept stays, and can be heard."""
    if storage_id is not None:
        try_storage(storage_id=storage_id)
    with transaction.atomic():
        before = StoragePlace.objects.select_for_update().filter(is_current=True).first()
        StoragePlace.objects.filter(is_current=True).update(is_current=False)
        StoragePlace.objects.filter(pk=storage_id).update(is_current=True, problem="", problem_since=None)
        after = StoragePlace.objects.filter(pk=storage_id).first()
        record_audit(
            verb="chose storage of recordings",
            subject=after or before or "recordings",
            before={"storage": str(before or "")},
            after={"storage": str(after or "")},
        )


@transaction.atomic
def drop_storage(*, storage_id: int) -> None:
    """Raises StorageInUse while sounds lie there or new ones go there."""
    place = StoragePlace.objects.select_for_update().filter(pk=storage_id).first()
    if place is None:
        return
    is_needed = (
        KeptSound.objects.filter(place=place).exists() or VaultLeftover.objects.filter(place=place).exists()
    )
    if place.is_current or is_needed:
        raise StorageInUse
    record_audit(verb="removed storage of recordings", subject=place)
    place.delete()


def _judge(endpoint: str) -> None:
    """Refused before anything is asked; the address itself is judged again at each question."""
    try:
        parts = outward.parts_of(endpoint)
    except outward.Unreachable as problem:
        raise StorageRefused(PROBLEMS[str(problem.args[0])], field="endpoint") from None
    if parts.scheme not in ("http", "https") or parts.query or parts.fragment or parts.path.strip("/"):
        raise StorageRefused(PROBLEMS["bad_address"], field="endpoint")
    is_named = f"{parts.hostname}:{outward.port_of(parts)}" in settings.PRIVATE_SERVICES
    if parts.scheme == "http" and not is_named:
        raise StorageRefused(PROBLEMS["not_encrypted"], field="endpoint")
