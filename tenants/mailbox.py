"""What one socket has yet to hear, between the hub and the socket's own task."""

import asyncio

MAILBOX_SIZE = 256
"""Messages a socket may be behind before it is closed; the browser connects again and takes a snapshot."""


class Mailbox:
    """What one socket has yet to hear: bounded; when it is full the socket is too slow and has to reconnect."""

    LOST = b'{"type":"lost"}'
    """News may be missing from here on (Redis went away)."""
    FOUND = b'{"type":"found"}'
    """News flows again: take a new snapshot."""

    def __init__(self, size: int = MAILBOX_SIZE) -> None:
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(size)
        self.is_overflowing = False

    def put(self, body: bytes) -> None:
        try:
            self._queue.put_nowait(body)
        except asyncio.QueueFull:
            self.is_overflowing = True

    async def get(self) -> bytes:
        return await self._queue.get()
