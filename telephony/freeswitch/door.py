"""The switch's questions before Django: what we know by heart is answered here, everything else goes on as it came.

Only questions that look exactly as the switch asks them (our host, its secret, a small form) are looked at. Fresh
knowledge answers at once. What only the rows can say is asked of Django, and when Django cannot, the answer is what the
switch's own file would say; so it is also while the database is away. Whatever is in doubt here is Django's.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from urllib.parse import unquote_plus

import structlog

from telephony.freeswitch.configuration import WEB_USER
from telephony.freeswitch.known import Known, KnownAnswers

log = structlog.get_logger()

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[..., Awaitable[None]]

DIRECTORY, DIALPLAN = "/switch/directory", "/switch/dialplan"
LARGEST_FORM, MOST_FIELDS = 64 * 1024, 500
PATIENCE_SECONDS = 1.2
"""The switch waits two seconds in all."""
FORM = b"application/x-www-form-urlencoded"
_WANTED = {
    DIRECTORY: frozenset((b"user", b"domain", b"purpose")),
    DIALPLAN: frozenset((b"Caller-Context", b"Hunt-Destination-Number", b"Caller-Destination-Number")),
}


class Knowledge(Protocol):
    @property
    def answers(self) -> KnownAnswers: ...
    @property
    def is_fresh(self) -> bool: ...
    @property
    def is_away(self) -> bool: ...
    def start(self) -> None: ...


class SwitchDoor:
    """`knowledge` is made and started by the first question: processes that are never asked keep none."""

    def __init__(
        self, app: App, make_knowledge: Callable[[], Knowledge], *, secret: str, hosts: list[str]
    ) -> None:
        self._app, self._make, self._hosts = app, make_knowledge, frozenset(hosts)
        credentials = base64.b64encode(f"{WEB_USER}:{secret}".encode())
        self._credentials = b"basic " + credentials if secret else b""
        self._knowledge: Knowledge | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        section = str(scope.get("path", "")).removesuffix("/")
        if scope["type"] != "http" or section not in _WANTED or not self._is_the_switch(scope):
            return await self._app(scope, receive, send)
        read = await _read(receive)
        again = _Again(read, receive)
        asked = _fields(b"".join(one.get("body", b"") for one in read), _WANTED[section])
        if asked is None or again.is_unfinished:
            return await self._app(scope, again, send)
        known = self._find(section, asked)
        if known is None:
            return await self._app(scope, again, send)
        if self._is_enough(known):
            return await _answer(send, known.document)
        return await self._ask_the_rows(scope, again, send, known)

    def _is_the_switch(self, scope: Message) -> bool:
        """Refusals are Django's: here it is only seen whether all is as it always is."""
        told = dict(scope["headers"])
        host = told.get(b"host", b"").decode("latin-1").rsplit(":", 1)[0].lower()
        scheme, _, encoded = told.get(b"authorization", b"").partition(b" ")
        return (
            scope["method"] == "POST"
            and host in self._hosts
            and told.get(b"content-type") == FORM
            and bool(self._credentials)
            and hmac.compare_digest(scheme.lower() + b" " + encoded, self._credentials)
        )

    def _find(self, section: str, asked: dict[bytes, str]) -> Known | None:
        if self._knowledge is None:
            self._knowledge = self._make()
            self._knowledge.start()
        if section == DIRECTORY:
            if asked.get(b"purpose"):
                return None
            document = self._knowledge.answers.phone(asked.get(b"user", ""), asked.get(b"domain", ""))
            return Known(document, is_sure=True) if document else None
        if asked.get(b"Caller-Context") != "public":
            return None
        dialled = asked.get(b"Hunt-Destination-Number") or asked.get(b"Caller-Destination-Number", "")
        return self._knowledge.answers.route(dialled, time.time())

    def _is_enough(self, known: Known) -> bool:
        knowledge = self._knowledge
        return knowledge is not None and (knowledge.is_away or (known.is_sure and knowledge.is_fresh))

    async def _ask_the_rows(self, scope: Message, receive: Receive, send: Send, known: Known) -> None:
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._app(scope, receive, keep)
        except Exception as problem:  # whatever it is, a caller waits
            log.warning("The rows could not be asked for the switch.", problem=type(problem).__name__)
        if told and told[0].get("status", 500) < 500 and not told[-1].get("more_body"):
            for message in told:
                await send(message)
            return
        await _answer(send, known.document)


class _Again:
    """What was read is told once more, then what comes after it."""

    def __init__(self, read: list[Message], receive: Receive) -> None:
        self._read, self._receive = list(read), receive
        self.is_unfinished = (
            not read or read[-1]["type"] != "http.request" or read[-1].get("more_body", False)
        )

    async def __call__(self) -> Message:
        return self._read.pop(0) if self._read else await self._receive()


async def _read(receive: Receive) -> list[Message]:
    """The body's messages, up to the first byte that is too many."""
    read: list[Message] = []
    size = 0
    while size <= LARGEST_FORM:
        message = await receive()
        read.append(message)
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return read


def _fields(body: bytes, wanted: frozenset[bytes]) -> dict[bytes, str] | None:
    """The wanted fields as Django's form reads them, the last of each name; None when it might read otherwise."""
    if not body.isascii() or len(body) > LARGEST_FORM or body.count(b"&") > MOST_FIELDS:
        return None
    found: dict[bytes, str] = {}
    for piece in body.split(b"&"):
        name, _, value = piece.partition(b"=")
        if b"%" in name or b"+" in name:
            name = unquote_plus(name.decode("ascii")).encode()
        if name in wanted:
            found[name] = unquote_plus(value.decode("ascii"))
    return found


async def _answer(send: Send, document: bytes) -> None:
    headers = [
        (b"content-type", b"text/xml; charset=utf-8"),
        (b"content-length", str(len(document)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": document})
