"""The tenants' keys, wrapped by the master keys of the installation (settings.RECORDING_KEYS: the first wraps, any
unwraps). A wrapped key is bound to its tenant and number: nobody else's row opens with it.
"""

import base64
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from telephony.vault.sealing import KEY_BYTES


class KeyUnreadable(Exception):
    """No master key of ours opens it: the one it was wrapped with is gone, or the row was changed."""


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def current_master() -> str:
    """The mark of the master key that wraps now; a mark tells keys apart and nothing about them."""
    return _mark(settings.RECORDING_KEYS[0])


def known_masters() -> list[str]:
    return [_mark(text) for text in settings.RECORDING_KEYS]


def wrap(key: bytes, *, belongs_to: str) -> tuple[str, str]:
    """(wrapped, mark of the master)."""
    master = settings.RECORDING_KEYS[0]
    nonce = os.urandom(12)
    wrapped = nonce + AESGCM(_wrapping_key(master)).encrypt(nonce, key, belongs_to.encode())
    return base64.b64encode(wrapped).decode(), _mark(master)


def unwrap(wrapped: str, mark: str, *, belongs_to: str) -> bytes:
    """Raises KeyUnreadable."""
    master = next((text for text in settings.RECORDING_KEYS if _mark(text) == mark), None)
    if master is None:
        raise KeyUnreadable
    try:
        raw = base64.b64decode(wrapped, validate=True)
        return AESGCM(_wrapping_key(master)).decrypt(raw[:12], raw[12:], belongs_to.encode())
    except (InvalidTag, ValueError):
        raise KeyUnreadable from None


def _wrapping_key(master: str) -> bytes:
    """Any text may be a master key."""
    return HKDF(SHA256(), KEY_BYTES, None, b"callcentre vault master 1").derive(master.encode())


def _mark(master: str) -> str:
    return hashlib.sha256(b"mark" + _wrapping_key(master)).hexdigest()[:16]
