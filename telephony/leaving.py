"""What calls have to take along when a tenant leaves: sounds and prompts as files, keys of services, paths.

A kept sound goes along as it was recorded, whatever key it lies under here; elsewhere it is sealed anew.
"""

import base64
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from telephony import leaving_papers, leaving_switch
from telephony.actions.music import lay_music
from telephony.actions.storing import new_name, stored
from telephony.models import KeptSound, LegalHold, VaultKey
from telephony.queries.nodes import recording_folder, recordings_folders
from telephony.queries.retention import limits_of_law
from telephony.queries.vault import opened_place, seal_of, sealed_reader, vault_folder
from telephony.sounds import store
from telephony.vault import keys
from telephony.vault.errors import SoundMissing
from telephony.vault.keys import KeyUnreadable
from telephony.vault.places import ObjectMissing, PlaceAway
from telephony.vault.plain import plain_sound
from telephony.vault.sealing import ChangedMeanwhile, Tampered, seal
from tenants.context import current_schema
from tenants.leaving import registry
from tenants.leaving.declared import path_column, sealed_column
from tenants.leaving.registry import Codec, FileKind, FileMissing, Place
from tenants.leaving.sealed_words import words_column

PIECE = 2**20
SERVICES = (
    ("telephony_voice", "secret"),
    ("telephony_textservice", "secret"),
    ("telephony_storageplace", "access_key"),
    ("telephony_storageplace", "secret"),
)
PATHS = (
    ("telephony_keptsound", "path"),
    ("telephony_recording", "path"),
    ("telephony_voicemail", "path"),
    ("telephony_surveyanswer", "comment_path"),
    ("telephony_offer", "recording_path"),
)


def connect() -> None:
    registry.add_codec(*(sealed_column(*one) for one in SERVICES), *(path_column(*one) for one in PATHS))
    registry.add_codec(words_column("telephony_surveyanswer", "comment"))
    registry.add_codec(Codec("telephony_vaultkey", ("wrapped", "wrapped_by"), _key_opened, _key_closed))
    registry.add_local(
        "telephony_keptsound", "place_id", "name", "is_plain_left", "due_at", "tries", "problem"
    )
    for kind in (SOUNDS, PROMPTS):
        registry.add_files(kind)
    registry.add_arrival(lay_music)
    registry.add_guard(kept_for_good_reason)
    registry.add_place(Place("storages elsewhere", empty_storages, lambda schema: [], is_inside=True))
    registry.add_place(Place("sounds", remove_folders, folders_left, is_disk=True))
    leaving_papers.connect()
    registry.add_place(leaving_switch.PLACE)


# --- keys ---


def _key_opened(schema: str, row: dict[str, Any]) -> dict[str, Any]:
    owner = f"{schema}:{row['number']}"
    try:
        clear = keys.unwrap(row["wrapped"], row["wrapped_by"], belongs_to=owner) if row["wrapped"] else b""
    except KeyUnreadable:
        clear = b""
    return {"wrapped": base64.b64encode(clear).decode(), "wrapped_by": ""}


def _key_closed(schema: str, row: dict[str, Any]) -> dict[str, Any]:
    """Without the passphrase the tenant gets a new key under the same number: its sounds are sealed anew anyhow."""
    if row["destroyed_at"]:
        return {"wrapped": "", "wrapped_by": row["wrapped_by"]}
    clear = base64.b64decode(row["wrapped"]) or keys.new_key()
    wrapped, mark = keys.wrap(clear, belongs_to=f"{schema}:{row['number']}")
    return {"wrapped": wrapped, "wrapped_by": mark}


# --- sounds ---


def _sound_ids(schema: str, tenant_id: int) -> str:
    return (
        f"SELECT id::text || ':' || id FROM \"{schema}\".telephony_keptsound"  # noqa: S608  (a schema's name)
        " WHERE state IN ('sealed', 'waiting') ORDER BY id"
    )


def _sound_opened(pk: str) -> tuple[int, str, Iterator[bytes]]:
    sound = KeptSound.objects.select_related("key", "place").filter(pk=pk).first()
    if sound is None or sound.state not in (KeptSound.State.SEALED, KeptSound.State.WAITING):
        raise FileMissing("deleted")
    try:
        if sound.state == KeptSound.State.SEALED:
            return sound.size, sound.sha256, _watched(sealed_reader(sound).read(0, sound.size))
        plain = plain_sound(recording_folder(sound.path), current_schema(), sound.path)
    except (SoundMissing, ObjectMissing):
        raise FileMissing("missing") from None
    except PlaceAway:
        raise FileMissing("out_of_reach") from None
    except (KeyUnreadable, Tampered):
        raise FileMissing("changed") from None
    return plain.size, "", plain.read(0, plain.size)


def _watched(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What goes wrong while it is read is a missing file as well."""
    try:
        yield from pieces
    except Tampered:
        raise FileMissing("changed") from None
    except (PlaceAway, ObjectMissing):
        raise FileMissing("out_of_reach") from None


def _put_sound(pk: str, file: Any) -> None:
    sound = KeptSound.objects.select_related("key").filter(pk=pk).first()
    if sound is None:
        raise FileMissing("no_row")
    if sound.state == KeptSound.State.WAITING:
        _put_plain(sound, file)
        return
    key = sound.key or VaultKey.objects.filter(destroyed_at=None).order_by("-number").first()
    if key is None:
        raise FileMissing("no_key")
    name = new_name()

    def write(part: Path) -> Any:
        with part.open("wb") as target:
            return seal(file, target, size=file.size, with_=seal_of(sound, key))

    try:
        sealed = stored(sound, None, key, name, write)
    except ChangedMeanwhile:
        raise FileMissing("changed") from None
    if sealed.sha256 != sound.sha256:
        raise FileMissing("changed")
    KeptSound.objects.filter(pk=sound.pk).update(name=name, is_plain_left=False)


def _put_plain(sound: KeptSound, file: Any) -> None:
    """The switch's own file: sealed by the next round, as here."""
    home = (recordings_folders()[0] / current_schema()).resolve()
    path = (recordings_folders()[0] / sound.path).resolve()
    if not path.is_relative_to(home):
        raise FileMissing("path")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as target:
        while piece := file.read(PIECE):
            target.write(piece)
    KeptSound.objects.filter(pk=sound.pk).update(is_plain_left=True, due_at=sound.recorded_at)


def _sound_bytes(tenant_id: int) -> int:
    kept = KeptSound.objects.filter(Q(state="sealed") | Q(state="waiting"))
    return int(kept.aggregate(whole=Sum("size"))["whole"] or 0)


# --- prompts ---


def _prompt_ids(schema: str, tenant_id: int) -> str:
    return f"SELECT sha256 || ':' || sha256 FROM \"{schema}\".telephony_sound ORDER BY 1"  # noqa: S608


def _prompt_opened(sha256: str) -> tuple[int, str, Iterator[bytes]]:
    try:
        path = store.path_of(current_schema(), sha256)
        content = path.read_bytes()
    except (ValueError, OSError):
        raise FileMissing("missing") from None
    return len(content), sha256, iter((content,))


def _put_prompt(sha256: str, file: Any) -> None:
    try:
        path = store.path_of(current_schema(), sha256)
    except ValueError:
        raise FileMissing("path") from None
    store.write_whole(path, file.read())


# --- what lies on our disks ---


def remove_folders(schema: str) -> dict[str, int]:
    """Everything on our disks that is named after the schema. {"files": n}"""
    counted = 0
    for folder in _folders(schema):
        if folder.is_dir():
            counted += sum(1 for one in folder.rglob("*") if one.is_file() and not one.is_symlink())
            shutil.rmtree(folder, ignore_errors=True)
    return {"files": counted}


def folders_left(schema: str) -> list[str]:
    return [str(folder) for folder in _folders(schema) if folder.exists()]


def _folders(schema: str) -> list[Path]:
    prompts = Path(settings.SWITCH["prompts_dir"])
    return [root / schema for root in (*recordings_folders(), prompts, vault_folder())]


SOUNDS = FileKind("sounds", "wav", _sound_ids, _sound_opened, _put_sound, _sound_bytes)
PROMPTS = FileKind("prompts", "wav", _prompt_ids, _prompt_opened, _put_prompt)


# --- before a tenant is deleted ---


def kept_for_good_reason(schema: str) -> list[str]:
    """Sentences that say why nothing may be deleted yet."""
    said = []
    if held := LegalHold.objects.filter(lifted_at=None).count():
        said.append(_("%(count)s legal holds stand") % {"count": held})
    now = timezone.now()
    for kind, limit in limits_of_law().items():
        young = KeptSound.objects.filter(kind=kind, recorded_at__gt=now - timedelta(days=limit.floor))
        if limit.floor and (last := young.exclude(state="deleted").order_by("-recorded_at").first()):
            until = last.recorded_at + timedelta(days=limit.floor)
            said.append(
                _("sounds have to be kept until %(day)s (%(law)s)")
                % {"day": f"{until:%Y-%m-%d}", "law": limit.law or "–"}
            )
    return said


def empty_storages(schema: str) -> dict[str, int]:
    """What lies in storages of the tenant's own choice. One that does not answer keeps what nobody can open: with the
    schema goes the only key.
    """
    counts = {"objects": 0, "out of reach": 0}
    for sound in KeptSound.objects.exclude(place=None).exclude(name="").select_related("place").iterator(500):
        try:
            opened_place(sound.place).delete(sound.name)
            counts["objects"] += 1
        except (PlaceAway, ObjectMissing):
            counts["out of reach"] += 1
    return counts
