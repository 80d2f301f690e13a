"""A member's WebSocket: join the news first, send a snapshot, then forward; watched, bounded, never trusted.

Behind `SocketDoor` (tenant by host, Origin is Host, signed in). An app's consumer says who may listen, to which
audiences, what the snapshot holds and what a message asks for; everything that guards the road is here.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Self, TypeVar
from weakref import WeakKeyDictionary

import structlog
from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from django.utils import translation

from tenants import context, realtime
from tenants.allowance import Allowance
from tenants.errors import DomainError
from tenants.gathering import Gathering
from tenants.hub import hub
from tenants.mailbox import Mailbox
from tenants.plans.doors import refuse_order
from tenants.sessions import members_of_sessions
from tenants.socket_messages import BadMessage, language_of, parsed, refusal

log = structlog.get_logger()
T = TypeVar("T")

BAD_MESSAGE, SIGNED_OUT, NOT_ALLOWED, TOO_SLOW, CLOSED_TENANT, TOO_MANY = 4400, 4401, 4403, 4408, 4410, 4429
TROUBLE = 4500
"""Close codes; the page knows them. After the first three and CLOSED_TENANT it does not come back by itself."""

BEAT_SECONDS = 5.0
SLOW_AFTER = 15.0
"""Seconds a beat may stay unanswered; a browser that reads answers at once."""

CHECK_SECONDS = 30.0
"""How long a member whose role or session is gone may go on hearing news."""

NEED_NOT_BE_AT_ONCE = 1.0
"""Seconds for which what comes again and again from each socket is gathered, to be asked for many in one go."""

THREADS_OF_A_TENANT = min(32, (os.cpu_count() or 1) + 4) // 2
"""Half of those a loop has (asyncio's own figure)."""

BURST, PER_SECOND = 30, 5.0
"""Inbound messages: a burst, then a steady rate. Nobody clicks faster."""


Group = tuple[type["MemberSocket"], str, str]
"""Sockets of one kind, one schema and one language."""


def gathered(step: str, *, wait: float = 0.0) -> "Gathering[Group, MemberSocket, Any]":
    """The class method `step(sockets)` of a kind of socket, run once for all who ask together; it answers for each."""

    async def read(group: Group, sockets: "list[MemberSocket]") -> list[Any]:
        kind, schema, language = group
        return await in_tenant(schema, language, getattr(kind, step), sockets)

    return Gathering(read, wait=wait)


async def in_tenant(schema: str, language: str, function: Callable[..., T], *arguments: Any) -> T:
    """Run sync code in a thread of its own, inside the tenant, whatever that thread did before. A tenant whose sockets
    ask for what is slow has half of the threads at most.
    """

    def entered() -> T:
        with context.enter(schema), translation.override(language):
            return function(*arguments)

    shares = _shares.setdefault(asyncio.get_running_loop(), {})
    share = shares.setdefault(schema, asyncio.Semaphore(THREADS_OF_A_TENANT))
    async with share:
        return await database_sync_to_async(entered, thread_sensitive=False)()


_shares: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = WeakKeyDictionary()


class MemberSocket(AsyncWebsocketConsumer):
    # --- what an app's consumer says; all sync, called inside the tenant with a fresh member -----------------
    # Class methods are asked for all sockets of the kind that come, or are looked at, in the same moment.

    @classmethod
    def prepare(cls, sockets: Sequence[Self]) -> None:
        """Read for all of them what `admit` and `audiences` of each would ask for."""

    def admit(self, member: Any) -> bool:
        """May this member listen here? Asked on connect and again every 30 s."""
        raise NotImplementedError

    def audiences(self) -> list[str]:
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def snapshots(cls, sockets: Sequence[Self]) -> list[dict[str, Any]]:
        """Of each; a kind that thousands have open reads for all of them in one go."""
        return [socket.snapshot() for socket in sockets]

    def obey(self, member: Any, message: dict[str, Any]) -> None:
        """Carry out what the page asks; raises DomainError to refuse, BadMessage for nonsense."""
        raise BadMessage

    def told(self, body: bytes) -> bytes | None:
        """News of its audiences as this member may hear it; None: not at all. Called for each, so it asks nothing."""
        return body

    def watchable(self) -> dict[str, tuple[str, Callable[[], dict[str, Any]]]]:
        """What a page may ask to hear for a while, by name: the audience, and the message that says how it stands.

        For what many news are told about and few pages show at a time: `{"type": "watch", "what": name}`, "unwatch".
        """
        return {}

    @classmethod
    def arrived(cls, sockets: Sequence[Self]) -> None:
        """These sockets are open and hear news."""

    @classmethod
    def left(cls, sockets: Sequence[Self]) -> None:
        """These sockets are closed."""

    # --- the road --------------------------------------------------------------------------------------------

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """As every consumer's, less what costs more than most messages and is of no use here: a task for each message,
        and a look at the database connection of a thread we ask nothing in (`in_tenant` looks after its own).
        """
        self.scope, self.base_send, self.channel_layer = scope, send, None
        with contextlib.suppress(StopConsumer):
            while True:
                message = await receive()
                await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        self._mailbox = Mailbox()
        self._joined: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._allowance = Allowance(BURST, PER_SECOND)
        self._heard_at = time.monotonic()
        self._is_open = False
        self._language = language_of(self.scope)
        await self.accept()
        found = await self._ask(_ENTERING)
        if found is None:
            await self.close(NOT_ALLOWED)
            return
        is_flowing = await self._join(found)
        self._is_open = True
        await self._say_snapshot(await self._ask(_BEGINNING))
        if not is_flowing:
            self._mailbox.put(Mailbox.LOST)
        for part in (self._forward, self._beat, self._watch):
            self.run_beside(part)

    def run_beside(self, part: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """A task as long-lived as the socket; when it fails the socket closes, or the page would wait for ever."""
        self._tasks.append(asyncio.create_task(self._closing_on_failure(part)))

    async def _closing_on_failure(self, part: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await part()
        except Exception:
            # Whatever it was: the page comes back by itself and takes a new snapshot.
            log.exception("a socket's task failed", path=self.scope["path"])
            await self._shut(TROUBLE)

    async def disconnect(self, code: int) -> None:
        for task in self._tasks:
            task.cancel()
        schema = self.scope["schema_name"]
        for audience in self._joined:
            await hub().leave(schema, audience, self._mailbox)
        if self._is_open:
            await self._ask(_LEAVING)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self._is_open:
            return
        if not self._allowance.take():
            await self._shut(TOO_MANY)
            return
        message = parsed(text_data)
        if message is None:
            await self._shut(BAD_MESSAGE)
        elif message["type"] == "beat":
            self._heard_at = time.monotonic()
        elif message["type"] in ("watch", "unwatch"):
            await self._watch_more(message["type"] == "watch", message.get("what"))
        else:
            await self._carry_out(message)

    async def _carry_out(self, message: dict[str, Any]) -> None:
        try:
            await self._in_tenant(self._obey_as_member, message)
        except BadMessage:
            await self._shut(BAD_MESSAGE)
        except DomainError as error:
            await self._send(refusal(message, error))

    def _obey_as_member(self, message: dict[str, Any]) -> None:
        refuse_order(self.scope["tenant"], message["type"])
        self.obey(self.scope["member"], message)

    async def _watch_more(self, is_wanted: bool, what: Any) -> None:
        found = self.watchable().get(what) if isinstance(what, str) else None
        if found is None:
            await self._shut(BAD_MESSAGE)
            return
        audience, standing = found
        schema = self.scope["schema_name"]
        if is_wanted:
            if audience not in self._joined:
                self._joined.append(audience)
                await hub().join(schema, audience, self._mailbox)
            await self._send(await self._in_tenant(standing))
        elif audience in self._joined:
            self._joined.remove(audience)
            await hub().leave(schema, audience, self._mailbox)

    @classmethod
    def enter_all(cls, sockets: Sequence[Self]) -> list[list[str] | None]:
        """The audiences, or None for who may not listen. The door has read the members this very moment."""
        cls.prepare(sockets)
        return [one.audiences() if one.admit(one.scope["member"]) else None for one in sockets]

    @classmethod
    def begin_all(cls, sockets: Sequence[Self]) -> list[dict[str, Any]]:
        cls.arrived(sockets)
        return cls.snapshots(sockets)

    @classmethod
    def leave_all(cls, sockets: Sequence[Self]) -> list[None]:
        cls.left(sockets)
        return [None] * len(sockets)

    async def _join(self, audiences: list[str]) -> bool:
        schema, member = self.scope["schema_name"], self.scope["member"]
        self._joined = ["everyone", f"member.{member.pk}", *audiences]
        joins = [hub().join(schema, audience, self._mailbox) for audience in self._joined]
        return all(await asyncio.gather(*joins))

    async def _send_snapshot(self) -> None:
        await self._say_snapshot(await self._ask(_LOOKING))

    async def _say_snapshot(self, snapshot: dict[str, Any]) -> None:
        await self._send({"type": "snapshot", "at": time.time_ns() // 1_000_000, **snapshot})

    async def _send(self, message: dict[str, Any]) -> None:
        await self.send(text_data=realtime.encode(message).decode())

    async def _forward(self) -> None:
        while not self._mailbox.is_overflowing:
            body = await self._mailbox.get()
            if body == Mailbox.FOUND:
                await self._send_snapshot()
            elif body.startswith(b'{"type":"signed_out"'):
                await self.send(text_data=body.decode())
                await self._shut(
                    CLOSED_TENANT if b'"suspended"' in body or b'"closed"' in body else SIGNED_OUT
                )
                return
            elif (heard := self.told(body)) is not None:
                await self.send(text_data=heard.decode())
        await self._shut(TOO_SLOW)

    async def _beat(self) -> None:
        """Lets the page see that the road is alive, and us that the page still reads."""
        while (left := SLOW_AFTER - (time.monotonic() - self._heard_at)) > 0:
            await self._send({"type": "beat", "at": time.time_ns() // 1_000_000})
            await asyncio.sleep(min(BEAT_SECONDS, left))
        await self._shut(TOO_SLOW)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                is_member = await self._ask(_CHECKING)
            except DatabaseError as error:
                # A database that is away for a moment must not throw everyone out.
                log.warning("membership could not be checked", error=str(error))
                continue
            if not is_member:
                await self._shut(SIGNED_OUT)
                return

    async def _shut(self, code: int) -> None:
        log.info("socket closed by us", code=code, path=self.scope["path"])
        with contextlib.suppress(RuntimeError):
            await self.close(code)

    @classmethod
    def check_all(cls, sockets: Sequence[Self]) -> list[bool]:
        """Still signed in, still active, still in the role; the fresh member replaces the old one."""
        members = members_of_sessions([socket.scope["session_key"] for socket in sockets])
        return [socket._is_still(members.get(socket.scope["session_key"])) for socket in sockets]

    def _is_still(self, member: Any) -> bool:
        if member is None:
            return False
        self.scope["member"] = self.scope["user"] = member
        return self.admit(member)

    async def _ask(self, gathering: "Gathering[Group, MemberSocket, Any]") -> Any:
        return await gathering.ask((type(self), self.scope["schema_name"], self._language), self)

    async def _in_tenant(self, function: Callable[..., T], *arguments: Any) -> T:
        return await in_tenant(self.scope["schema_name"], self._language, function, *arguments)


_ENTERING, _BEGINNING, _LOOKING = gathered("enter_all"), gathered("begin_all"), gathered("snapshots")
_LEAVING = gathered("leave_all")
_CHECKING = gathered("check_all", wait=NEED_NOT_BE_AT_ONCE)
