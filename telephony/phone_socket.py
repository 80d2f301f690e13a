"""`/ws/phone/`: carries the phone in an agent's page to the switch's own socket, frame by frame.

So TLS ends where the site's does, and no browser reaches the switch. Behind `SocketDoor` as every socket; only an agent
with a phone of this sign-in comes through, only as that phone, and for as long as the sign-in lasts.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeVar

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from telephony import policies
from telephony.models import Device
from telephony.queries.page_phones import page_phone_of
from telephony.sip_frames import LARGEST, is_allowed, is_echo_call
from tenants.allowance import Allowance
from tenants.context import current_tenant, enter
from tenants.sessions import member_of_session
from tenants.sockets import (
    BAD_MESSAGE,
    NOT_ALLOWED,
    SIGNED_OUT,
    TOO_MANY,
    TROUBLE,
)

log = structlog.get_logger()
T = TypeVar("T")

SIP = Subprotocol("sip")
LARGEST_OF_SWITCH = 64 * 1024
BURST, PER_SECOND = 60, 10.0
"""Frames of a page: a call that begins has a dozen, then there is one a minute."""
ALIVE = "\r\n"
REPLACED = 4409
"""Close code: the same phone has come by another line."""
CHECK_SECONDS = 15.0
PATIENCE_SECONDS = 5.0


class PhoneConsumer(AsyncWebsocketConsumer):
    here: ClassVar[dict[tuple[str, str], "PhoneConsumer"]] = {}
    """By schema and user name, of this process: a phone has one line."""
    _may_say = staticmethod(is_allowed)

    async def connect(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._line: ClientConnection | None = None
        self._allowance = Allowance(BURST, PER_SECOND)
        self._username = self._domain = ""
        if SIP not in self.scope.get("subprotocols", ()):
            await self.close()
            return
        await self.accept(SIP)
        phone = await self._in_tenant(self._phone)
        if phone is None:
            await self._shut(NOT_ALLOWED)
            return
        self._username, self._domain = phone
        await self._take_the_place()
        try:
            self._line = await connect(
                switch_socket(),
                subprotocols=[SIP],
                open_timeout=PATIENCE_SECONDS,
                close_timeout=1,
                max_size=LARGEST_OF_SWITCH,
                compression=None,
                ping_interval=None,
                proxy=None,
            )
        except (OSError, TimeoutError, WebSocketException) as problem:
            log.warning("No phone of a page reaches the switch.", problem=type(problem).__name__)
            await self._shut(TROUBLE)
            return
        self._run_beside(self._bring)
        self._run_beside(self._watch)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._line is None:
            return
        if not self._allowance.take():
            await self._shut(TOO_MANY)
            return
        frame = text_data if text_data is not None else (bytes_data or b"").decode("utf-8", "replace")
        if not frame.strip("\r\n"):
            # "Are you there?" (RFC 5626): the page notices by it when its network is gone.
            await self.send(text_data=ALIVE)
            return
        is_small = len(frame.encode()) <= LARGEST
        if not is_small or not self._may_say(frame, username=self._username, domain=self._domain):
            log.info("A phone in a page said what it may not.", bytes=len(frame))
            await self._shut(BAD_MESSAGE)
            return
        with contextlib.suppress(WebSocketException):  # `_bring` notices and closes
            await self._line.send(frame)

    async def disconnect(self, code: int) -> None:
        if self._is_here:
            del self.here[self._key]
        await self._leave()

    @property
    def _key(self) -> tuple[str, str]:
        return self.scope["schema_name"], self._username

    @property
    def _is_here(self) -> bool:
        return bool(self._username) and self.here.get(self._key) is self

    async def _take_the_place(self) -> None:
        """Of the line this phone had before, which may be dead unnoticed. It is closed first: were its end told after
        the new beginning, the phone would seem to be gone.
        """
        before = self.here.get(self._key)
        self.here[self._key] = self
        if before is not None:
            await before._leave()
            await before._shut(REPLACED)

    async def _leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._line is not None:
            await self._line.close()

    async def _bring(self) -> None:
        """What the switch says; when it is gone, so are we, and the page comes back."""
        assert self._line is not None
        with contextlib.suppress(WebSocketException):
            async for frame in self._line:
                await self.send(
                    text_data=frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
                )
        await self._shut(TROUBLE)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                phone = await self._in_tenant(self._phone)
            except DatabaseError as error:
                # Away for a moment: talks go on.
                log.warning("A page's phone could not be checked.", error=str(error))
                continue
            if phone != (self._username, self._domain):
                await self._shut(SIGNED_OUT)
                return

    def _phone(self) -> tuple[str, str] | None:
        """(user name, domain) of the phone that may speak here."""
        session_key = self.scope["session_key"]
        member = member_of_session(session_key)
        if member is None or not policies.can_work(member):
            return None
        device: Device | None = page_phone_of(session_key, member, timezone.now())
        return None if device is None else (device.sip_username, current_tenant().host)

    def _run_beside(self, part: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._tasks.append(asyncio.create_task(self._closing_on_failure(part)))

    async def _closing_on_failure(self, part: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await part()
        except Exception:
            # Whatever it was: the page comes back by itself.
            log.exception("A page's phone lost its line.")
            await self._shut(TROUBLE)

    async def _shut(self, code: int) -> None:
        with contextlib.suppress(RuntimeError):
            await self.close(code)

    async def _in_tenant(self, function: Callable[[], T]) -> T:
        schema = self.scope["schema_name"]

        def entered() -> T:
            with enter(schema):
                return function()

        return await database_sync_to_async(entered, thread_sensitive=False)()


class EchoConsumer(PhoneConsumer):
    """`/ws/phone-echo/`: a page that tries its way for sound calls the echo, and can do nothing else.

    It takes no place: the phone of the same sign-in stays at its own line, in whatever tab it is.
    """

    _may_say = staticmethod(is_echo_call)

    async def _take_the_place(self) -> None:
        return


def switch_socket() -> str:
    """Where the switch takes phones of pages, as our web reaches it."""
    return f"ws://{settings.SWITCH['host']}:{settings.SWITCH['ws_port']}"
