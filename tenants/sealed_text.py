"""Words that stand in the database sealed, with a key of the tenant's own: whoever has only its disk, or a copy of it,
reads nothing (decision 0062).

For words nobody looks for: such a column is found by being empty or not, and by nothing else. AES-256-GCM; the key
comes from `DATA_KEY` and the schema by HKDF-SHA256 (RFC 5869), so that no tenant's key opens another's words, and what
is sealed is bound to its column. Words of two rows of one column can be exchanged by whoever writes to the database.
"""

import base64
import hashlib
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact

from tenants.context import current_schema
from tenants.secrets import SecretUnreadable

MARK = "sealed:"
NONCE = 12


def seal_text(clear: str, *, schema: str, column: str) -> str:
    """`column` is "<table>.<column>". Empty stays empty."""
    if not clear:
        return ""
    nonce = os.urandom(NONCE)
    locked = nonce + _lock(settings.DATA_KEYS[0], schema).encrypt(nonce, clear.encode(), column.encode())
    return marks()[0] + base64.b64encode(locked).decode()


def open_text(kept: str, *, schema: str, column: str) -> str:
    """What stands there unsealed is from before the column was. Raises SecretUnreadable."""
    if not kept.startswith(MARK):
        return kept
    mark, _, locked = kept.removeprefix(MARK).partition(":")
    key = next((one for one in settings.DATA_KEYS if _name(one) == mark), None)
    if key is None:
        raise SecretUnreadable
    try:
        raw = base64.b64decode(locked, validate=True)
        return _lock(key, schema).decrypt(raw[:NONCE], raw[NONCE:], column.encode()).decode()
    except (InvalidTag, ValueError):
        raise SecretUnreadable from None


def marks() -> list[str]:
    """How words sealed with each of our keys begin, the newest first."""
    return [f"{MARK}{_name(key)}:" for key in settings.DATA_KEYS]


@lru_cache(maxsize=512)
def _lock(key: str, schema: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, b"tenants.sealed_text:" + schema.encode()).derive(key.encode()))


@lru_cache(maxsize=16)
def _name(key: str) -> str:
    """Of a key, for whoever has it: it says nothing of the key itself."""
    return hashlib.sha256(b"tenants.sealed_text name:" + key.encode()).hexdigest()[:8]


class SealedTextField(models.TextField):
    """To Python a text; in the database sealed for the tenant whose schema is entered."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            value = seal_text(value, schema=current_schema(), column=self.where)
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return value and open_text(value, schema=current_schema(), column=self.where)

    def get_lookup(self, lookup_name: str) -> Any:
        return {"exact": _OnlyEmpty, "isnull": super().get_lookup("isnull")}.get(lookup_name)

    def deconstruct(self) -> Any:
        """To migrations a plain text: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    @property
    def where(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"


class _OnlyEmpty(Exact):
    """Equal words are sealed to different texts each time: asking for them would silently find nothing."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError("A sealed column is found by being empty, not by what it says.")
        return self.rhs
