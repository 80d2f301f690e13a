"""Keys of tenants, encrypted at rest: a row keeps `seal(clear)`, only the edge that needs the key opens it.

Encrypted with the first of settings.DATA_KEYS, decrypted with any: put a new one before the old, seal anew, take the
old one out. Whoever has only the database has nothing.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SecretUnreadable(Exception):
    """None of our keys opens it: the key it was sealed with is gone."""


def seal(clear: str) -> str:
    """Empty stays empty."""
    return _locks().encrypt(clear.encode()).decode() if clear else ""


def unseal(sealed: str) -> str:
    """Raises SecretUnreadable."""
    if not sealed:
        return ""
    try:
        return _locks().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def _locks() -> MultiFernet:
    """Any text may be a key: its hash is the 32 bytes Fernet wants."""
    keys = (hashlib.sha256(b"tenants.secrets:" + key.encode()).digest() for key in settings.DATA_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
