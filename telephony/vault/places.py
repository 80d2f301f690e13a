"""Where sealed files lie. Every place does the same four things; this one is the disk of the installation."""

import contextlib
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}/[0-9a-f]{2}/[0-9a-f-]{36}")
"""<schema>/<two digits>/<random>: nothing a person typed is in a name."""
SECONDS = 30.0


class PlaceAway(Exception):
    """The storage did not do it. `code`: unreachable, timeout, refused, bad_answer, no_bucket, full, …"""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class ObjectMissing(Exception):
    """The storage answers, and has no such object."""


class Place(Protocol):
    """Raises PlaceAway from every method."""

    def put(self, name: str, file: Path) -> None:
        """Store a copy of the file under this name; it is safe when this returns."""

    def size(self, name: str) -> int:
        """Raises ObjectMissing."""

    def read(self, name: str, first: int, length: int) -> bytes:
        """Raises ObjectMissing."""

    def delete(self, name: str) -> None:
        """An object that is not there is deleted already."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """What a tenant says of an object storage, keys in clear."""

    endpoint: str
    region: str
    bucket: str
    prefix: str
    access_key: str = field(repr=False)
    secret: str = field(repr=False)
    seconds: float = SECONDS


@dataclass(frozen=True)
class ObjectSource:
    """One object of a place, as the reader of sealed files wants it."""

    place: Place
    name: str
    size: int

    def read(self, first: int, length: int) -> bytes:
        return self.place.read(self.name, first, length)


class DiskPlace:
    """A folder. Files are written beside their name, flushed to the disk, then given it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, file: Path) -> None:
        path = self._path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_name(path.name + ".part")
            shutil.copyfile(file, part)
            settle(part, path)
        except OSError as error:
            raise PlaceAway("full" if error.errno == 28 else "unreachable") from None

    def size(self, name: str) -> int:
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError:
            raise ObjectMissing from None
        except OSError:
            raise PlaceAway("unreachable") from None

    def read(self, name: str, first: int, length: int) -> bytes:
        try:
            with self._path(name).open("rb") as file:
                file.seek(first)
                return file.read(length)
        except FileNotFoundError:
            raise ObjectMissing from None
        except OSError:
            raise PlaceAway("unreachable") from None

    def delete(self, name: str) -> None:
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError:
            raise PlaceAway("unreachable") from None

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ObjectMissing
        return self.folder / name


def settle(part: Path, path: Path) -> None:
    """Flush a written file to the disk and give it its name. Raises OSError."""
    descriptor = os.open(part, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        # What is read back next comes from the disk, not from memory.
        with contextlib.suppress(AttributeError, OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
    part.chmod(0o600)
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
