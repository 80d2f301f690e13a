"""One direction of encrypted speech, AES_CM_128_HMAC_SHA1_80 as in RFC 3711: the switch's own is not asked."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SUITE = "AES_CM_128_HMAC_SHA1_80"
HEAD, TAG = 12, 10


@dataclass
class Srtp:
    """`inline` is the master key and salt of `a=crypto`, in base64."""

    inline: str

    def __post_init__(self) -> None:
        told = b64decode(self.inline)
        self._master, self._salt = told[:16], told[16:30]
        self._key, self._seal = self._derived(0, 16), self._derived(1, 20)
        self._session_salt = int.from_bytes(self._derived(2, 14), "big")
        self._last, self._rounds = -1, 0

    @staticmethod
    def line_of(secret: bytes) -> str:
        """30 bytes → what follows `inline:`."""
        return b64encode(secret).decode()

    def protect(self, packet: bytes) -> bytes:
        sealed = packet[:HEAD] + self._crypted(packet)
        return sealed + self._tag(sealed)

    def opened(self, packet: bytes) -> bytes | None:
        """The payload; None for what was not sealed with this key."""
        sealed, tag = packet[:-TAG], packet[-TAG:]
        self._count(packet)
        if len(packet) <= HEAD + TAG or not hmac.compare_digest(self._tag(sealed), tag):
            return None
        return self._crypted(sealed)

    def _count(self, packet: bytes) -> None:
        sequence = int.from_bytes(packet[2:4], "big")
        self._rounds += self._last > 60_000 and sequence < 5_000
        self._last = sequence

    def _tag(self, sealed: bytes) -> bytes:
        return hmac.digest(self._seal, sealed + self._rounds.to_bytes(4, "big"), "sha1")[:TAG]

    def _crypted(self, packet: bytes) -> bytes:
        index = self._rounds << 16 | int.from_bytes(packet[2:4], "big")
        source = int.from_bytes(packet[8:12], "big")
        begin = (self._session_salt << 16) ^ (source << 64) ^ (index << 16)
        return _stream(self._key, begin, packet[HEAD:])

    def _derived(self, label: int, length: int) -> bytes:
        begin = (int.from_bytes(self._salt, "big") ^ (label << 48)) << 16
        return _stream(self._master, begin, bytes(length))


def _stream(key: bytes, begin: int, text: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.CTR(begin.to_bytes(16, "big"))).encryptor().update(text)
