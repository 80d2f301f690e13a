"""Finished sounds on the disk every switch reads: `<prompts directory>/<schema>/<sha256>.wav`, never changed.

What a queue's callers hear while they wait is `<schema>/music/<queue id>.wav`, or `default.wav` beside it: links to
such files. The switch looks for them itself, so no route has to name them.
"""

import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

from telephony.sounds.processing import MadeSound

_SCHEMA = re.compile(r"[a-z0-9_]{1,63}")
_HASH = re.compile(r"[0-9a-f]{64}")
_STREAM = re.compile(r"default|[0-9]{1,18}")


def folder_of(schema: str) -> Path:
    if not _SCHEMA.fullmatch(schema):
        raise ValueError("A schema's name is small letters, digits and underscores.")
    return Path(settings.SWITCH["prompts_dir"]) / schema


def path_of(schema: str, sha256: str) -> Path:
    if not _HASH.fullmatch(sha256):
        raise ValueError("A sound is named by its SHA-256.")
    return folder_of(schema) / f"{sha256}.wav"


def keep(schema: str, made: MadeSound) -> Path:
    """Safe to repeat; a reader finds the whole file or none."""
    path = path_of(schema, made.sha256)
    if not path.is_file() or path.stat().st_size != len(made.content):
        write_whole(path, made.content)
    return path


def is_there(schema: str, sha256: str) -> bool:
    return path_of(schema, sha256).is_file()


def write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    # The switch may run as somebody else.
    os.chmod(name, 0o644)
    os.replace(name, path)


def lay_streams(schema: str, wanted: dict[str, str]) -> None:
    """{"default" or a queue's id: sha256}: these streams and no others. A switch that plays one goes on with it."""
    folder = folder_of(schema) / "music"
    folder.mkdir(parents=True, exist_ok=True)
    for name, sha256 in wanted.items():
        if not _STREAM.fullmatch(name):
            raise ValueError("A stream is named by its queue's id.")
        _link(folder / f"{name}.wav", f"../{path_of(schema, sha256).name}")
    for old in folder.glob("*.wav"):
        if old.stem not in wanted:
            old.unlink(missing_ok=True)


def _link(path: Path, target: str) -> None:
    if path.is_symlink() and os.readlink(path) == target:
        return
    part = path.with_name(f".{path.name}.new")
    part.unlink(missing_ok=True)
    part.symlink_to(target)
    part.replace(path)
