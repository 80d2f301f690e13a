"""The archive: a tar written as a stream, in this order, nothing of it held in memory.

    header.json                              what this is, of whom, which version of the tables
    tables/<app.model>/000001.ndjson.gz      rows of the tenant's own schema, in parts of some megabytes
    house/<app.model>/000001.ndjson.gz       its rows in the public schema; house/_called: plans and the like they name
    files/<kind>/<name>.<ending>             recordings and other sounds, prompts, papers; plain
    files/000001.ndjson.gz                   one line a file: name, size, SHA-256, or why it is missing
    manifest.json                            counts and SHA-256 of all that, signed

A zip would keep a list of all its files in memory until its end; there may be millions of recordings.
"""

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from tenants.leaving.registry import FileMissing

FORMAT = 1
PART_BYTES = 4 * 2**20
HEADER, MANIFEST, FILES = "header.json", "manifest.json", "files"
ENDING = ".ndjson.gz"


class Target(Protocol):
    def write(self, plain: bytes, /) -> int: ...


Tell = Callable[[str, int], None]
"""What is being written, and how many plain bytes since it was last told."""


@dataclass
class Counted:
    """Of one table or list: rows, parts, and the SHA-256 of its lines, each with its line end."""

    rows: int = 0
    parts: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def said(self) -> dict[str, Any]:
        return {"rows": self.rows, "parts": self.parts, "sha256": self.digest.hexdigest()}


class _Hashed:
    """Passes on and counts what the tar writes."""

    def __init__(self, target: Target) -> None:
        self._target, self.digest, self.size = target, hashlib.sha256(), 0

    def write(self, plain: bytes) -> int:
        self.digest.update(plain)
        self.size += len(plain)
        self._target.write(plain)
        return len(plain)


class Writer:
    """`moment`: seconds since the epoch, of every file in it."""

    def __init__(self, target: Target, *, moment: int, tell: Tell) -> None:
        self._out, self._moment, self._tell = _Hashed(target), moment, tell
        self._tar = tarfile.open(  # noqa: SIM115
            fileobj=self._out, mode="w|", format=tarfile.GNU_FORMAT
        )  # type: ignore[call-overload]

    @property
    def size(self) -> int:
        return self._out.size

    @property
    def sha256(self) -> str:
        return self._out.digest.hexdigest()

    def put_json(self, name: str, said: dict[str, Any]) -> str:
        """SHA-256 of it."""
        content = json.dumps(said, ensure_ascii=False, indent=1).encode()
        self._put(name, len(content), io.BytesIO(content))
        return hashlib.sha256(content).hexdigest()

    def put_lines(self, name: str, lines: Iterable[str]) -> Counted:
        counted, part = Counted(), bytearray()
        for line in lines:
            part += line.encode() + b"\n"
            counted.rows += 1
            if len(part) >= PART_BYTES:
                self._put_part(name, part, counted)
        if part:
            self._put_part(name, part, counted)
        return counted

    def _put_part(self, name: str, part: bytearray, counted: Counted) -> None:
        counted.digest.update(part)
        counted.parts += 1
        packed = gzip.compress(bytes(part), compresslevel=5, mtime=0)
        self._put(f"{name}/{counted.parts:06}{ENDING}", len(packed), io.BytesIO(packed))
        self._tell(name, len(part))
        part.clear()

    def put_file(self, name: str, size: int, known: str, pieces: Iterator[bytes]) -> str:
        """SHA-256 of what was written. Raises FileMissing: then nothing of it is in the archive."""
        # Looked at whole before its head is written: in a stream nothing can be taken back.
        with tempfile.TemporaryFile() as spooled:
            digest, written = hashlib.sha256(), 0
            for piece in pieces:
                digest.update(piece)
                written += len(piece)
                spooled.write(piece)
            if written != size or (known and digest.hexdigest() != known):
                raise FileMissing("changed")
            spooled.seek(0)
            self._put(name, size, spooled)
        self._tell(name, size)
        return digest.hexdigest()

    def close(self) -> None:
        self._tar.close()

    def _put(self, name: str, size: int, content: Any) -> None:
        head = tarfile.TarInfo(name)
        head.size, head.mtime, head.mode = size, self._moment, 0o600
        self._tar.addfile(head, content)
        # It keeps a list of what it wrote; nobody needs it.
        self._tar.members.clear()


def as_file(pieces: Iterator[bytes]) -> BinaryIO:
    """Something to read from, for what wants a file."""
    return io.BufferedReader(_Pieces(pieces), 2**20)  # type: ignore[return-value]


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        given = min(len(buffer), len(self._left))
        buffer[:given] = self._left[:given]
        self._left = self._left[given:]
        return given
