"""Secrets inside an archive: sealed with a key made of the owner's passphrase, alike for alike, so that hashes compare.

AES-SIV needs no nonce: the same text of the same row gives the same bytes, on both sides. Who has no passphrase gets an
archive without the secrets.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tenants.leaving.errors import PassphraseTooShort, PassphraseWrong

LEAST = 12
SIGN = b"callcentre archive"


def new_salt() -> str:
    return base64.b64encode(os.urandom(16)).decode()


def key_of(passphrase: str, salt: str) -> bytes:
    """64 bytes; a tenth of a second of work for each guess."""
    if len(passphrase) < LEAST:
        raise PassphraseTooShort(field="passphrase")
    return Scrypt(salt=base64.b64decode(salt), length=64, n=2**15, r=8, p=1).derive(passphrase.encode())


def sealed(clear: str, key: bytes | None, *, where: str) -> str:
    """Empty stays empty; without a key everything is. `where` (table, column, row) is bound to it."""
    if not clear or key is None:
        return ""
    return base64.b64encode(AESSIV(key).encrypt(clear.encode(), [SIGN, where.encode()])).decode()


def opened(text: str, key: bytes | None, *, where: str) -> str:
    """Raises PassphraseWrong."""
    if not text or key is None:
        return ""
    try:
        return AESSIV(key).decrypt(base64.b64decode(text), [SIGN, where.encode()]).decode()
    except (InvalidTag, ValueError):
        raise PassphraseWrong(field="passphrase") from None
