"""A sealed file written and read as a stream: AES-256-GCM in pieces of a mebibyte, whatever its length will be.

Each piece's nonce is its number, with one bit for the last: cut, longer and reordered files do not open. The key is of
this file alone; without it (it is thrown away with the archive) the bytes are nothing.
"""

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"CCLEAVE1"
PIECE = 2**20
TAG = 16


class BoxBroken(Exception):
    """The bytes are not those that were written."""


def new_key() -> bytes:
    return os.urandom(32)


class BoxWriter:
    """A file to write plain bytes to; whole only after `close`."""

    def __init__(self, target: BinaryIO, key: bytes) -> None:
        self._target, self._cipher, self._number = target, AESGCM(key), 0
        self._waiting = bytearray()
        self.size = 0
        target.write(MAGIC)

    def write(self, plain: bytes) -> int:
        self._waiting += plain
        self.size += len(plain)
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(plain)

    def flush(self) -> None:
        """Pieces are whole: there is nothing to write earlier."""

    def close(self) -> None:
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, is_last), piece, MAGIC))
        self._number += 1


def opened(source: BinaryIO, key: bytes) -> Iterator[bytes]:
    """The plain pieces, each proved before it is given. Raises BoxBroken."""
    if source.read(len(MAGIC)) != MAGIC:
        raise BoxBroken
    cipher, number = AESGCM(key), 0
    sealed = source.read(PIECE + TAG)
    while True:
        following = source.read(PIECE + TAG)
        try:
            yield cipher.decrypt(_nonce(number, not following), sealed, MAGIC)
        except (InvalidTag, ValueError):
            raise BoxBroken from None
        if not following:
            return
        sealed, number = following, number + 1


def _nonce(number: int, is_last: bool) -> bytes:
    return struct.pack(">QI", number, int(is_last))
