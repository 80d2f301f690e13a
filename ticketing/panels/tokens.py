"""What a panel is told, as a compact JWT signed with HS256 by the panel's own secret (RFC 7515, 7519). Pure."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

PREFIX = "panel_"
LIVES_SECONDS = 60
HEADER = {"alg": "HS256", "typ": "JWT"}


def new_secret() -> str:
    """256 random bits, shown once. Its letters themselves are the key."""
    return PREFIX + secrets.token_urlsafe(32)


def sign(claims: dict[str, Any], secret: str, *, now: int) -> str:
    told = claims | {"iat": now, "exp": now + LIVES_SECONDS, "jti": secrets.token_urlsafe(16)}
    signed = f"{_packed(HEADER)}.{_packed(told)}"
    made = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_letters(made)}"


def _packed(said: dict[str, Any]) -> str:
    return _letters(json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode())


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
