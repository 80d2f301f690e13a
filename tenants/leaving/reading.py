"""An archive from a stranger, read as a stream: nothing is believed, nothing becomes a path, nothing is held whole.

`verified(file)` reads all of it once and compares every hash; only then is anything brought in.
"""

import gzip
import hashlib
import io
import json
import re
import tarfile
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from tenants.leaving.archive import FILES, FORMAT, HEADER, MANIFEST, Counted
from tenants.leaving.errors import ArchiveRefused, NotAnArchive, OtherVersion
from tenants.leaving.signing import signer_of
from tenants.leaving.writing import current_columns, current_version

BLOCK = 512
PIECE = 2**20
LONGEST_LINE = 32 * 2**20
LARGEST_PART = 48 * 2**20
LARGEST_JSON = 16 * 2**20
WIDEST = 200
"""So many times its size an archive may become: lines of JSON are packed ten- to thirtyfold."""
PART = re.compile(r"(tables|house)/([a-z][a-z0-9_]*\.[a-z0-9_]+|_called)/([0-9]{6})\.ndjson\.gz")
LIST = re.compile(rf"({FILES})()/([0-9]{{6}})\.ndjson\.gz")
FILE = re.compile(rf"{FILES}/([a-z_]{{1,40}})/([0-9A-Za-z_-]{{1,80}})\.([a-z0-9]{{1,8}})")


@dataclass
class Member:
    """One file of the archive: read `content`, once, before the next is asked for."""

    name: str
    size: int
    content: "Slice"


class Slice:
    """The next `size` bytes of a file."""

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source, self.left, self.size = source, size, size

    def read(self, length: int = -1, /) -> bytes:
        wanted = self.left if length < 0 else min(length, self.left)
        piece = self._source.read(wanted)
        if len(piece) != wanted:
            raise NotAnArchive(why=_("it ends in the middle of a file"))
        self.left -= len(piece)
        return piece

    def skip(self) -> None:
        while self.left:
            self.read(PIECE)


def members(source: BinaryIO) -> Iterator[Member]:
    """Plain files alone; links, devices, folders and long names of other tars are refused."""
    while True:
        block = source.read(BLOCK)
        if not block.strip(b"\0"):
            return
        try:
            head = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError):
            raise NotAnArchive(why=_("it is no tar file, or a broken one")) from None
        if not head.isreg() or head.size < 0:
            raise ArchiveRefused(why=_("it holds something else than plain files"))
        content = Slice(source, head.size)
        yield Member(head.name, head.size, content)
        content.skip()
        source.read(-head.size % BLOCK)


@dataclass
class Verified:
    """What an archive says of itself, once it has been found to be so."""

    manifest: dict[str, Any]
    signer: str
    sha256: str

    @property
    def salt(self) -> str:
        return str(self.manifest["secrets"].get("salt", ""))


def verified(path: Path) -> Verified:
    """Raises NotAnArchive, ArchiveRefused, OtherVersion: everything is compared before anything is brought in."""
    with path.open("rb") as file:
        looked = _Look(_Hashing(file), path.stat().st_size)
        try:
            looked.run()
        except (KeyError, TypeError, AttributeError, ValueError):
            # What a stranger wrote into header and manifest may be of any kind.
            raise NotAnArchive(why=_("its header or manifest is not what we write")) from None
        return Verified(looked.manifest, looked.signer, looked.source.whole())


class _Hashing(io.RawIOBase):
    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest = file, hashlib.sha256()

    def read(self, length: int = -1, /) -> bytes:
        piece = self._file.read(length)
        self._digest.update(piece)
        return piece

    def whole(self) -> str:
        while self.read(PIECE):
            pass
        return self._digest.hexdigest()


@dataclass
class _Look:
    """Goes through the archive once."""

    source: Any
    archive_size: int
    header: dict[str, Any] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    signer: str = ""
    counted: dict[str, Counted] = field(default_factory=dict)
    unlisted: deque[tuple[str, str, int, str]] = field(default_factory=deque)
    plain: int = 0
    there: int = 0
    missing: int = 0

    def run(self) -> None:
        for member in members(self.source):
            if self.manifest:
                raise ArchiveRefused(why=_("something comes after its manifest"))
            if not self.header:
                self._read_header(member)
            elif member.name == MANIFEST:
                self._read_manifest(member)
            elif found := PART.fullmatch(member.name) or LIST.fullmatch(member.name):
                self._read_part(member, *found.groups())
            elif found := FILE.fullmatch(member.name):
                self._read_file(member, *found.groups())
            else:
                raise ArchiveRefused(why=_("a file in it has a name that no file of ours has"))
        if not self.manifest:
            raise NotAnArchive(why=_("it has no manifest: it was not written to its end"))
        self._compare()

    def _read_header(self, member: Member) -> None:
        if member.name != HEADER:
            raise NotAnArchive(why=_("it does not begin with our header"))
        self.header = read_json(member)
        if self.header.get("format") != FORMAT:
            raise NotAnArchive(why=_("its form is not one we know"))
        if self.header.get("version") != current_version():
            raise OtherVersion(why=_difference(self.header))

    def _read_manifest(self, member: Member) -> None:
        self.manifest = read_json(member)
        self.signer = signer_of(self.manifest)
        if not self.signer:
            raise ArchiveRefused(why=_("its manifest is not signed, or was changed after it was signed"))
        if any(self.manifest.get(name) != value for name, value in self.header.items()):
            raise ArchiveRefused(why=_("its header says something else than its manifest"))

    def _read_part(self, member: Member, place: str, label: str, number: str) -> None:
        name = f"{place}/{label}" if label else place
        counted = self.counted.setdefault(name, Counted())
        counted.parts += 1
        if int(number) != counted.parts:
            raise ArchiveRefused(why=_("parts of %(table)s are missing or not in order") % {"table": name})
        content = plain_part(member)
        self.plain += len(content)
        if self.plain > WIDEST * self.archive_size + LARGEST_PART:
            raise ArchiveRefused(why=_("it becomes far larger than an archive of ours when it is unpacked"))
        counted.digest.update(content)
        for line in lines_in(content, name):
            counted.rows += 1
            if place == FILES:
                self._read_listed(line)

    def _read_file(self, member: Member, kind: str, name: str, ending: str) -> None:
        digest = hashlib.sha256()
        while piece := member.content.read(PIECE):
            digest.update(piece)
        self.unlisted.append((kind, name, member.size, digest.hexdigest()))
        if len(self.unlisted) > 10**6:
            raise ArchiveRefused(why=_("files in it are in no list"))

    def _read_listed(self, line: bytes) -> None:
        said = object_of(line, FILES)
        if said.get("missing"):
            self.missing += 1
            return
        wanted = (said.get("kind"), said.get("name"), said.get("size"), said.get("sha256"))
        if not self.unlisted or self.unlisted.popleft() != wanted:
            raise ArchiveRefused(why=_("a file in it is not the one its list speaks of"))
        self.there += 1

    def _compare(self) -> None:
        said = {f"tables/{name}": part for name, part in self.manifest["tables"].items()}
        said |= {f"house/{name}": part for name, part in self.manifest["house"].items()}
        said[FILES] = {key: self.manifest["files"][key] for key in ("rows", "parts", "sha256")}
        for name in said.keys() | self.counted.keys():
            if said.get(name) != self.counted.get(name, Counted()).said():
                raise ArchiveRefused(why=_("%(table)s is not what its manifest says") % {"table": name})
        if self.unlisted or (self.there, self.missing) != (
            self.manifest["files"]["there"],
            self.manifest["files"]["missing"],
        ):
            raise ArchiveRefused(why=_("files in it are in no list"))


def _difference(header: dict[str, Any]) -> str:
    """The first thing that is otherwise, in words."""
    theirs = {**_dict(header.get("columns")), **_dict(header.get("house_columns"))}
    ours = current_columns()
    for label in sorted(theirs.keys() ^ ours.keys()):
        return _("%(table)s is there on one side alone") % {"table": label[:80]}
    for label in sorted(ours):
        if list(theirs[label]) != ours[label]:
            odd = sorted({str(name) for name in theirs[label]} ^ set(ours[label]))
            return _("%(table)s has other columns: %(columns)s") % {
                "table": label, "columns": ", ".join(odd)[:120],
            }  # fmt: skip
    return _("columns of the same name are of another kind")


def _dict(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def read_json(member: Member) -> dict[str, Any]:
    if member.size > LARGEST_JSON:
        raise NotAnArchive(why=_("its header or manifest is far too long"))
    return object_of(member.content.read(), member.name)


def object_of(line: bytes, name: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ArchiveRefused(why=_("a line of %(table)s is not what we write") % {"table": name})
    return said


def plain_part(member: Member) -> bytes:
    """The lines of a part. What would not fit our own limits is not unpacked further."""
    if member.size > LARGEST_PART:
        raise ArchiveRefused(why=_("a part of it is far larger than ours are"))
    packed = gzip.GzipFile(fileobj=io.BytesIO(member.content.read()))
    try:
        plain = packed.read(LARGEST_PART + 1)
    except (OSError, EOFError, zlib.error):
        raise ArchiveRefused(why=_("a part of it cannot be unpacked")) from None
    if len(plain) > LARGEST_PART:
        raise ArchiveRefused(why=_("a part of it is far larger than ours are"))
    return plain


def lines_in(content: bytes, name: str) -> Iterator[bytes]:
    if not content.endswith(b"\n"):
        raise ArchiveRefused(why=_("a line of %(table)s is not what we write") % {"table": name})
    for line in content[:-1].split(b"\n"):
        if len(line) > LONGEST_LINE:
            raise ArchiveRefused(why=_("a line of %(table)s is far too long") % {"table": name})
        yield line
