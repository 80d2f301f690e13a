"""The sockets of one web process, and the one connection to Redis that hears their news."""

import asyncio
import itertools
from collections import defaultdict
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
import structlog
from django.conf import settings

from tenants.mailbox import Mailbox
from tenants.realtime import channel_of
from tenants.socket_count import keep_telling

log = structlog.get_logger()

_CHECK_EVERY = 5.0


class Hub:
    """All sockets of one web process behind one Redis connection: a message is read once and fanned out here."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._members: dict[str, set[Mailbox]] = defaultdict(set)
        self._confirmed: dict[str, asyncio.Event] = {}
        self._connected = asyncio.Event()
        self._was_lost = False
        self._pubsub: Any = None
        self._task: asyncio.Task[None] | None = None
        self._counting: asyncio.Task[None] | None = None

    @property
    def open_sockets(self) -> int:
        return len(set().union(*self._members.values()))

    async def join(self, schema: str, audience: str, mailbox: Mailbox, timeout: float = 2.0) -> bool:
        """Begin to fill `mailbox`; returns when Redis has confirmed, so that a snapshot taken next misses nothing.

        False when Redis is away: the mailbox hears FOUND once it is back.
        """
        channel = channel_of(schema, audience)
        self._members[channel].add(mailbox)
        self._start()
        try:
            async with asyncio.timeout(timeout):
                await self._subscribed(channel)
        except TimeoutError:
            return False
        return True

    async def leave(self, schema: str, audience: str, mailbox: Mailbox) -> None:
        channel = channel_of(schema, audience)
        self._members[channel].discard(mailbox)
        if self._members[channel]:
            return
        del self._members[channel]
        self._confirmed.pop(channel, None)
        if self._connected.is_set():
            await self._quietly(self._pubsub.unsubscribe(channel))

    async def close(self) -> None:
        running = [task for task in (self._task, self._counting) if task]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="realtime hub")
        if self._counting is None or self._counting.done():
            telling = keep_telling(self._url, lambda: self.open_sockets)
            self._counting = asyncio.create_task(telling, name="socket count")

    async def _subscribed(self, channel: str) -> None:
        await self._connected.wait()
        if channel not in self._confirmed:
            self._confirmed[channel] = asyncio.Event()
            await self._quietly(self._pubsub.subscribe(channel))
        await self._confirmed[channel].wait()

    async def _quietly(self, request: Any) -> None:
        """A send that fails is the listening loop's business: it sees the same dead connection."""
        try:
            await request
        except (redis.RedisError, OSError, RuntimeError) as error:
            log.warning("the news connection refused a request", error=str(error))

    async def _run(self) -> None:
        for delay in itertools.chain((0.05, 0.1, 0.2, 0.5), itertools.repeat(1.0)):
            try:
                await self._listen()
            except (redis.RedisError, OSError, TimeoutError) as error:
                log.warning("news connection lost, connecting again", error=str(error))
            self._lose()
            await asyncio.sleep(delay)

    async def _listen(self) -> None:
        client = redis.asyncio.Redis.from_url(self._url, socket_connect_timeout=1, health_check_interval=0)
        try:
            async with client.pubsub() as pubsub:
                await self._open(pubsub)
                while True:
                    await self._read(pubsub)
        finally:
            await client.aclose()

    async def _open(self, pubsub: Any) -> None:
        channels = ["rt", *self._members]
        self._confirmed = {channel: asyncio.Event() for channel in channels}
        await pubsub.subscribe(*channels)
        self._pubsub = pubsub
        self._connected.set()

    async def _read(self, pubsub: Any) -> None:
        """One message, or, after five silent seconds, a ping whose answer must come within the next five."""
        message = await pubsub.get_message(timeout=_CHECK_EVERY)
        if message is None:
            await pubsub.ping()
            async with asyncio.timeout(_CHECK_EVERY):
                while message is None:
                    message = await pubsub.get_message(timeout=_CHECK_EVERY)
        self._hand_out(message)

    def _hand_out(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode() if message["channel"] else ""
        if message["type"] == "subscribe" and channel in self._confirmed:
            self._confirmed[channel].set()
            self._find()
        elif message["type"] == "message":
            for mailbox in self._members.get(channel, ()):
                mailbox.put(message["data"])

    def _lose(self) -> None:
        if self._connected.is_set() or not self._was_lost:
            self._tell_all(Mailbox.LOST)
        self._connected.clear()
        self._was_lost = True

    def _find(self) -> None:
        """Every channel is confirmed again after a loss: what was missed meanwhile is in the snapshots."""
        if self._was_lost and all(event.is_set() for event in self._confirmed.values()):
            self._was_lost = False
            self._tell_all(Mailbox.FOUND)

    def _tell_all(self, body: bytes) -> None:
        for mailbox in set().union(*self._members.values()):
            mailbox.put(body)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of this process (of this event loop, to be exact: tests have several)."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub(settings.REDIS_URL)
    return _hubs[loop]
