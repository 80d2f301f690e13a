"""Secrets and signatures, as Standard Webhooks has them: receivers verify with a library of their language.

Signed is `<id>.<timestamp>.<body>` with HMAC-SHA256; the header holds one signature for each secret that is valid.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
REPLAY_SECONDS = 300
"""Receivers refuse what was signed longer ago."""


def new_secret() -> str:
    """256 random bits, shown once."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, *, key: str, timestamp: int, body: str) -> str:
    """`v1,<base64>`."""
    told = f"{key}.{timestamp}.{body}".encode()
    made = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), told, hashlib.sha256)
    return "v1," + base64.b64encode(made.digest()).decode()


def headers(valid: Iterable[str], *, key: str, timestamp: int, body: str) -> dict[str, str]:
    signatures = [signature(secret, key=key, timestamp=timestamp, body=body) for secret in valid]
    return {
        "Webhook-Id": key,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": " ".join(signatures),
    }


def is_signed(secret: str, told: dict[str, str], body: str, *, now: int) -> bool:
    """What a receiver does, written down for tests and as an example."""
    if abs(now - int(told["Webhook-Timestamp"])) > REPLAY_SECONDS:
        return False
    made = signature(secret, key=told["Webhook-Id"], timestamp=int(told["Webhook-Timestamp"]), body=body)
    return any(hmac.compare_digest(made, one) for one in told["Webhook-Signature"].split(" "))
