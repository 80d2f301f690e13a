"""A connection to Redis that only listens: what has come is cut from its bytes in one go.

The client's own reading waits for each line of each message by itself and costs ten times as much; of one busy tenant
some five hundred messages come a second. Connecting, signing in and TLS are the client's.
"""

import asyncio
from contextlib import suppress
from typing import Any

import redis
import redis.asyncio

CHUNK = 64 * 1024
"""Bytes taken at once: fewer messages than a mailbox holds."""


class Incomplete(Exception):
    """The rest has not come yet."""


def cut(buffer: bytes, at: int = 0) -> tuple[Any, int]:
    """What is said from `at` on, in RESP 2 or 3, and where the next begins. Raises Incomplete."""
    end = buffer.find(b"\r\n", at)
    if end < 0:
        raise Incomplete
    kind, head, begin = buffer[at : at + 1], buffer[at + 1 : end], end + 2
    if kind == b"$":
        return _text(buffer, begin, int(head))
    if kind in (b"*", b">"):
        found = []
        for _ in range(int(head)):
            one, begin = cut(buffer, begin)
            found.append(one)
        return found, begin
    if kind == b":":
        return int(head), begin
    if kind == b"-":
        raise redis.ResponseError(head.decode("utf-8", "replace"))
    return head, begin


def _text(buffer: bytes, begin: int, length: int) -> tuple[bytes | None, int]:
    if length < 0:
        return None, begin
    if len(buffer) < begin + length + 2:
        raise Incomplete
    return buffer[begin : begin + length], begin + length + 2


class NewsLine:
    def __init__(self, url: str) -> None:
        self._pool: redis.asyncio.ConnectionPool = redis.asyncio.ConnectionPool.from_url(
            url, socket_connect_timeout=1, health_check_interval=0
        )
        self._connection: Any = None
        self._buffer = b""

    async def open(self) -> None:
        self._connection = await self._pool.get_connection()
        self._reader: asyncio.StreamReader = self._connection._reader

    async def say(self, *words: str) -> None:
        """Never by a connection made anew: nobody would listen to it."""
        if self._connection is None or not self._connection.is_connected:
            raise redis.ConnectionError("The connection is gone.")
        await self._connection.send_command(*words, check_health=False)

    async def read(self) -> list[Any]:
        """Waits until something comes: all of it that is whole, which may be nothing yet."""
        chunk = await self._reader.read(CHUNK)
        if not chunk:
            raise redis.ConnectionError("Redis closed the connection.")
        buffer, at = self._buffer + chunk, 0
        found = []
        with suppress(Incomplete):
            while at < len(buffer):
                said, at = cut(buffer, at)
                found.append(said)
        self._buffer = buffer[at:]
        return found

    async def close(self) -> None:
        await self._pool.disconnect()
