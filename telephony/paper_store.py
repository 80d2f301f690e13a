"""Papers of numbers: looked at for what they are, sealed with a key of their own, kept where recordings are kept.

A paper's key is wrapped by the installation's master key and stands in its row: no tenant's key opens another's paper,
and papers of numbers nobody has yet need no tenant.
"""

import tempfile
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from telephony.vault import keys
from telephony.vault.places import DiskPlace, ObjectMissing, ObjectSource, PlaceAway
from telephony.vault.sealing import Seal, SealedReader, Tampered, seal
from tenants.desk.actions import Kept
from tenants.desk.errors import PaperEmpty, PaperMissing, PaperOfWrongKind, PaperTooLarge

LARGEST_BYTES = 10 * 2**20
KINDS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
FOLDER = "number_papers"
"""Beside the tenants' folders: papers are the house's."""


def keep(upload: UploadedFile | None) -> Kept:
    """Seal and store. Raises PaperEmpty, PaperTooLarge, PaperOfWrongKind; PlaceAway when the disk does not take it."""
    if upload is None or not upload.size:
        raise PaperEmpty(field="file")
    if upload.size > LARGEST_BYTES:
        raise PaperTooLarge(field="file", megabytes=LARGEST_BYTES // 2**20)
    return _kept(upload.read())


def brought(content: bytes) -> Kept:
    """A paper of a tenant that moves in. Raises what `keep` raises."""
    if len(content) > LARGEST_BYTES:
        raise PaperTooLarge(field="file", megabytes=LARGEST_BYTES // 2**20)
    return _kept(content)


def remove(stored_as: str) -> None:
    _place().delete(stored_as)


def _kept(content: bytes) -> Kept:
    media_type = next((kind for magic, kind in KINDS.items() if content.startswith(magic)), "")
    if not media_type:
        raise PaperOfWrongKind(field="file")
    name, key = uuid.uuid4(), keys.new_key()
    stored_as = f"{FOLDER}/{name.hex[:2]}/{name}"
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder, name.hex)
        with part.open("wb") as file:
            sealing = Seal(key=key, belongs_to=stored_as.encode())
            done = seal(BytesIO(content), file, size=len(content), with_=sealing)
        _place().put(stored_as, part)
    wrapped, wrapped_by = keys.wrap(key, belongs_to=stored_as)
    return Kept(
        media_type=media_type,
        size=done.size,
        sha256=done.sha256,
        stored_as=stored_as,
        wrapped=wrapped,
        wrapped_by=wrapped_by,
    )


def read(paper: Any) -> bytes:
    """The whole paper, proved to be what was handed in. Raises PaperMissing when it is not, or is gone."""
    try:
        key = keys.unwrap(paper.wrapped, paper.wrapped_by, belongs_to=paper.stored_as)
        source = ObjectSource(_place(), paper.stored_as, _place().size(paper.stored_as))
        sealed = SealedReader(
            source, size=paper.size, with_=Seal(key=key, belongs_to=paper.stored_as.encode())
        )
        return b"".join(sealed.read(0, paper.size))
    except (keys.KeyUnreadable, ObjectMissing, PlaceAway, Tampered) as problem:
        raise PaperMissing from problem


def _place() -> DiskPlace:
    return DiskPlace(Path(settings.RECORDING_VAULT))
