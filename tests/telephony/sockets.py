"""A browser's end of a WebSocket, through the whole stack from the door on, inside the test's own transaction."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from telephony.serializers.workspaces import workspaces
from tenants.realtime import encode


class Browser(WebsocketCommunicator):
    async def hear(self, kind: str, timeout: float = 15) -> dict[str, Any]:
        """The next message of a kind; beats and others are passed over."""
        while True:
            message = orjson.loads(await self.receive_from(timeout))
            if message["type"] == kind:
                return message

    async def closed_with(self, timeout: float = 15) -> int:
        while True:
            output = await self.receive_output(timeout)
            if output["type"] == "websocket.close":
                return output["code"]

    async def say(self, message: Any) -> None:
        await self.send_to(text_data=orjson.dumps(message).decode())


SPEAK_SIP = ("/ws/phone/", "/ws/phone-echo/")


def browser(client: Client, path: str, *, origin: str | None = "", host: str = "") -> Browser:
    """`origin=None` sends none; '' sends the right one."""
    from contactcenter.asgi import application

    host = host or f"{client.defaults['SERVER_NAME']}:8000"
    morsel = client.cookies.get(settings.SESSION_COOKIE_NAME)
    headers = [(b"host", host.encode())]
    if morsel:
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={morsel.value}".encode()))
    if origin is not None:
        headers.append((b"origin", (origin or f"http://{host}").encode()))
    # A page's phone asks for its own; without it the door says no word.
    return Browser(application, path, headers=headers, subprotocols=["sip"] if path in SPEAK_SIP else None)


def shown(*members: Any) -> list[dict[str, Any]]:
    """What the page of each shows when all of them open, as a browser reads it. Inside the tenant."""
    return [orjson.loads(encode(page)) for page in workspaces(members)]


@asynccontextmanager
async def opened(client: Client, path: str, **options: Any) -> AsyncIterator[Browser]:
    one = browser(client, path, **options)
    connected, _ = await one.connect(15)
    assert connected
    try:
        yield one
    finally:
        await one.disconnect(15)


@pytest.fixture
def sockets(redis_server: str, at_once: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable]:
    """`opened(client, path)`: database work of the sockets runs in the test's thread, so it sees the test's rows.

    Channels would close the connection whose transaction the test is, before and after each message.
    """
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)

    def in_this_thread(function: Callable, thread_sensitive: bool = True) -> Callable:
        return sync_to_async(function, thread_sensitive=True)

    monkeypatch.setattr("tenants.sockets.database_sync_to_async", in_this_thread)
    monkeypatch.setattr("contactcenter.middleware.socket_door.database_sync_to_async", in_this_thread)
    return opened
