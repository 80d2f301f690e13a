"""What comes in by a socket, and what is said back: read with suspicion, answered in the reader's language."""

from typing import Any

import orjson
from django.conf import settings
from django.http import parse_cookie

from tenants.errors import DomainError

MAX_MESSAGE = 16_384
"""Bytes of one inbound message: a note of 4,000 Chinese characters fits."""


class BadMessage(Exception):
    """Not something our page sends: the socket is closed."""


def language_of(scope: dict[str, Any]) -> str:
    """What the reader chose, else what the tenant speaks: refusals are read by a person."""
    header = next((value for name, value in scope["headers"] if name == b"cookie"), b"").decode("latin-1")
    chosen = parse_cookie(header).get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else scope["tenant"].language


def parsed(text: str | None) -> dict[str, Any] | None:
    if text is None or len(text.encode()) > MAX_MESSAGE:
        return None
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return None
    return message


def refusal(message: dict[str, Any], error: DomainError) -> dict[str, Any]:
    return {"type": "order_refused", "order": message["type"], "code": error.code, "message": error.message}
