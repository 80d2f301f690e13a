"""Many WebSockets in one process at little cost: frames are cut by hand, and only the stamp of each is read."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field

STAMP = re.compile(rb'"number": ?(\d+), ?"sent": ?(\d+)')
PLACE = re.compile(rb'"place": ?(\d+)')

# A masked text frame; the mask is zero.
BEAT = b'\x81\x8f\0\0\0\0{"type":"beat"}'


@dataclass
class Heard:
    """By one socket: the numbers of its messages, and their milliseconds on the way."""

    numbers: list[int] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)


class Listener(asyncio.Protocol):
    """A browser that reads at once, or, once `stall` was called, not at all."""

    def __init__(self, path: str, port: int, host: str = "", cookie: str = "") -> None:
        self.path, self.port = path, port
        self.host, self.cookie = host or f"127.0.0.1:{port}", cookie
        self.ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.heard = Heard()
        self.is_lost = False
        self._buffer = b""
        self._is_open = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        head = {
            "Host": self.host,
            "Origin": f"http://{self.host}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
        } | ({"Cookie": self.cookie} if self.cookie else {})
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        transport.write(f"GET {self.path} HTTP/1.1\r\n{lines}\r\n".encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.splitlines()[0]:
                self.ready.set_exception(ConnectionError(head.splitlines()[0].decode()))
                return
            self._is_open, self._buffer = True, rest
        self._cut()

    def _cut(self) -> None:
        """Frames of a server are whole and unmasked."""
        buffer, place = self._buffer, 0
        while len(buffer) - place >= 2:
            length, begin = buffer[place + 1] & 127, place + 2
            if length >= 126:
                begin += 2 if length == 126 else 8
                if len(buffer) < begin:
                    break
                length = int.from_bytes(buffer[place + 2 : begin])
            if len(buffer) - begin < length:
                break
            self._take(buffer[begin : begin + length])
            place = begin + length
        self._buffer = buffer[place:]

    def _take(self, body: bytes) -> None:
        stamp = STAMP.search(body)
        if stamp is not None:
            self.heard.numbers.append(int(stamp[1]))
            self.heard.delays.append((time.time_ns() - int(stamp[2])) / 1e6)
        elif body.startswith(b'{"type":"beat"'):
            self._transport.write(BEAT)
        elif not self.ready.done():
            self._begin(body)

    def _begin(self, body: bytes) -> None:
        """The benchmark's own sockets say their place; the product's begin with a snapshot."""
        place = PLACE.search(body)
        if place or body.startswith(b'{"type":"snapshot"'):
            self.ready.set_result(int(place[1]) if place else 0)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        if not self.ready.done():
            self.ready.set_exception(error or ConnectionError("closed before it was ready"))

    def stall(self) -> None:
        self._transport.pause_reading()

    def close(self) -> None:
        transport = getattr(self, "_transport", None)
        if transport is not None:
            transport.abort()


async def crowd(path: str, port: int, count: int, at_once: int = 25) -> list[Listener]:
    """`count` open sockets, in the order of their places."""
    loop, found = asyncio.get_running_loop(), []
    for begin in range(0, count, at_once):
        made = [Listener(path, port) for _ in range(begin, min(begin + at_once, count))]
        for listener in made:
            await loop.create_connection(lambda listener=listener: listener, "127.0.0.1", port)
        async with asyncio.timeout(120):
            await asyncio.gather(*(listener.ready for listener in made))
        found += made
    return sorted(found, key=lambda listener: listener.ready.result())
