"""How a sound is sealed: AES-256-GCM in chunks, so that a part is read without the rest and nothing can be changed.

A sealed file is a head and chunks. The head says magic, chunk size, plain size and a salt; from the salt and the
tenant's key each file gets a key of its own, so that the chunk's number may be its nonce. The head and what the file
belongs to (tenant and sound) are bound into every chunk: cut, longer, reordered, swapped or foreign files do not open.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"CCVAULT1"
HEAD = struct.Struct(">8sIQ16s")
CHUNK = 64 * 1024
TAG = 16
WINDOW = 16
"""Chunks fetched at once: an object storage charges for each request, in money and in time."""
KEY_BYTES = 32


class Tampered(Exception):
    """The bytes are not those that were sealed, or not for this sound, or not with this key."""


class ChangedMeanwhile(Exception):
    """The plain file grew or shrank while it was read: the switch has not closed it yet."""


class Readable(Protocol):
    def read(self, length: int, /) -> bytes: ...


class Source(Protocol):
    """Sealed bytes, wherever they lie."""

    @property
    def size(self) -> int: ...

    def read(self, first: int, length: int) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class Seal:
    """`belongs_to` names the tenant and the sound; it is not in the file, whoever opens it must know it."""

    key: bytes
    belongs_to: bytes


@dataclass(frozen=True, kw_only=True)
class Sealed:
    size: int
    sha256: str
    sealed_size: int


def sealed_size_of(size: int) -> int:
    return HEAD.size + size + TAG * _chunks_of(size)


def seal(plain: Readable, target: BinaryIO, *, size: int, with_: Seal) -> Sealed:
    """Write the sealed form of `size` plain bytes. Raises ChangedMeanwhile when there are more or fewer."""
    salt = os.urandom(16)
    head = HEAD.pack(MAGIC, CHUNK, size, salt)
    cipher, bound = _cipher(with_, salt), head + with_.belongs_to
    digest, left = hashlib.sha256(), size
    target.write(head)
    for number in range(_chunks_of(size)):
        chunk = plain.read(min(CHUNK, left))
        if len(chunk) != min(CHUNK, left):
            raise ChangedMeanwhile
        left -= len(chunk)
        digest.update(chunk)
        target.write(cipher.encrypt(_nonce(number), chunk, bound))
    if plain.read(1):
        raise ChangedMeanwhile
    return Sealed(size=size, sha256=digest.hexdigest(), sealed_size=sealed_size_of(size))


class SealedReader:
    """Opens a sealed sound of `size` plain bytes. Every method raises Tampered and what the source raises."""

    def __init__(self, source: Source, *, size: int, with_: Seal) -> None:
        self.size = size
        self._source = source
        if source.size != sealed_size_of(size):
            raise Tampered
        head = source.read(0, HEAD.size)
        if len(head) != HEAD.size:
            raise Tampered
        magic, chunk, said, salt = HEAD.unpack(head)
        if (magic, chunk, said) != (MAGIC, CHUNK, size):
            raise Tampered
        self._cipher, self._bound = _cipher(with_, salt), head + with_.belongs_to

    def read(self, first: int, length: int) -> Iterator[bytes]:
        """The plain bytes from `first` on. The first chunks are opened before this returns."""
        last = min(self.size, first + max(0, length))
        if first >= last:
            return iter(())
        windows = self._windows(first, last)
        opened = next(windows)
        return _chained(opened, windows)

    def whole_hash(self) -> str:
        """SHA-256 of the plain sound, every chunk opened."""
        digest = hashlib.sha256()
        for number in range(0, _chunks_of(self.size), WINDOW):
            digest.update(self._opened(number, min(number + WINDOW, _chunks_of(self.size))))
        return digest.hexdigest()

    def _windows(self, first: int, last: int) -> Iterator[bytes]:
        number, end = first // CHUNK, _chunks_of(last)
        while number < end:
            upto = min(number + WINDOW, end)
            plain = self._opened(number, upto)
            start = number * CHUNK
            yield plain[max(0, first - start) : last - start]
            number = upto

    def _opened(self, number: int, upto: int) -> bytes:
        """Chunks `number` to `upto` (exclusive), plain."""
        whole = CHUNK + TAG
        wanted = min(upto * whole, self._source.size - HEAD.size) - number * whole
        sealed = memoryview(self._source.read(HEAD.size + number * whole, wanted))
        if len(sealed) != wanted:
            raise Tampered
        try:
            return b"".join(
                self._cipher.decrypt(
                    _nonce(number + place), sealed[place * whole : (place + 1) * whole], self._bound
                )
                for place in range(upto - number)
            )
        except InvalidTag:
            raise Tampered from None


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _chunks_of(size: int) -> int:
    """At least one: a sound without bytes is sealed as well."""
    return max(1, -(-size // CHUNK))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _cipher(seal_: Seal, salt: bytes) -> AESGCM:
    derived = HKDF(SHA256(), KEY_BYTES, salt, b"callcentre vault sound 1").derive(seal_.key)
    return AESGCM(derived)
