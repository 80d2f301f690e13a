"""No request is larger than what we take anywhere: refused by its length, or while it comes, before it is on disk.

Django reads a body whole, into a file, before any view sees it; so this stands before Django. nginx says the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.utils import translation

from contactcenter.errors import plain_page
from tenants.typed import MOST_DIGITS

LARGEST_BYTES = 21 * 1024 * 1024
"""An upload of 20 MB and what a form adds to it."""
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


class TooLarge(Exception):
    """More came than was allowed."""


class BodyLimit:
    def __init__(self, app: Callable[..., Awaitable[None]], most: int = LARGEST_BYTES) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        if _told_length(scope) > self._most:
            return await _refuse(scope, send)
        taken, has_begun = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except TooLarge:
            if not has_begun:
                await _refuse(scope, send)


def _told_length(scope: Message) -> int:
    """What tells none, or none that can be read, is counted as it comes."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    return int(told[:MOST_DIGITS]) if told.isdigit() else 0


async def _refuse(scope: Message, send: Send) -> None:
    status, kind, content = await sync_to_async(_page)(scope)
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(content)).encode()),
        # What still comes is read by nobody.
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _page(scope: Message) -> tuple[int, str, bytes]:
    """In the language the browser asks for: nobody has been looked up yet."""
    request = ASGIRequest(scope, BytesIO())
    with translation.override(translation.get_language_from_request(request)):
        answer = plain_page(request, "too_large", status=413)
    return answer.status_code, answer.headers["Content-Type"], bytes(answer.content)
