"""The code at the end of the link in a message: which text it was, until when it may be answered, and our signature.

`<number>-<hours>-<signature>`: it says nothing of anybody, is judged without asking the database, and opens nothing at
another tenant.
"""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.crypto import constant_time_compare, salted_hmac

CODE = re.compile(r"([0-9a-z]{1,13})-([0-9a-z]{1,8})-([A-Za-z0-9_-]{16})")
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MOST = 2**62


@dataclass(frozen=True)
class Opened:
    text_id: int
    ends_at: datetime


def code_of(schema: str, text_id: int, ends_at: datetime) -> str:
    """`ends_at` counts in whole hours, rounded up."""
    hours = -int(-ends_at.timestamp() // 3600)
    said = f"{_short(text_id)}-{_short(hours)}"
    return f"{said}-{_signature(schema, said)}"


def opened(schema: str, code: str) -> Opened | None:
    """None for whatever we did not sign for this tenant."""
    found = CODE.fullmatch(code)
    if found is None:
        return None
    said, signature = f"{found[1]}-{found[2]}", found[3]
    if not constant_time_compare(signature, _signature(schema, said)):
        return None
    text_id, hours = int(found[1], 36), int(found[2], 36)
    if text_id > _MOST or hours > 10**7:
        return None
    return Opened(text_id, datetime.fromtimestamp(hours * 3600, UTC))


def _signature(schema: str, said: str) -> str:
    """96 bits."""
    made = salted_hmac("telephony.texts.links", f"{schema}:{said}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(made[:12]).decode()


def _short(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _LETTERS[rest] + digits
    return digits or "0"
