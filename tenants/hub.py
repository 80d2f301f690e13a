"""The sockets of one web process, and the one connection to Redis that hears their news."""

import asyncio
import contextlib
import itertools
from collections import defaultdict
from typing import Any
from weakref import WeakKeyDictionary

import redis
import structlog
from django.conf import settings

from tenants.mailbox import Mailbox
from tenants.news_line import NewsLine
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
        self._line: NewsLine
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
            await self._quietly(self._line.say("UNSUBSCRIBE", channel))

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
            await self._quietly(self._line.say("SUBSCRIBE", channel))
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
        line = NewsLine(self._url)
        try:
            await line.open()
            await self._open(line)
            while True:
                for said in await self._read(line):
                    self._hand_out(said)
                # Who was told reads before there is more: a burst must not fill mailboxes nobody had time to empty.
                await asyncio.sleep(0)
        finally:
            await line.close()

    async def _open(self, line: NewsLine) -> None:
        channels = ["rt", *self._members]
        self._confirmed = {channel: asyncio.Event() for channel in channels}
        await line.say("SUBSCRIBE", *channels)
        self._line = line
        self._connected.set()

    async def _read(self, line: NewsLine) -> list[Any]:
        """What came together; after five silent seconds a ping, to which something must come within the next five."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CHECK_EVERY):
                return await line.read()
        await line.say("PING")
        async with asyncio.timeout(_CHECK_EVERY):
            return await line.read()

    def _hand_out(self, said: Any) -> None:
        """A message, that a channel is subscribed, or the answer to a ping."""
        if not isinstance(said, list) or said[0] not in (b"message", b"subscribe"):
            return
        kind, name, body = said
        channel = name.decode()
        if kind == b"message":
            for mailbox in self._members.get(channel, ()):
                mailbox.put(body)
        elif channel in self._confirmed:
            self._confirmed[channel].set()
            self._find()

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
