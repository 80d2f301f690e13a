"""What one socket has yet to hear, between the hub and the socket's own task."""

import asyncio
from collections import deque

MAILBOX_SIZE = 256
"""Messages a socket may be behind before it is closed; the browser connects again and takes a snapshot."""


class Mailbox:
    """What one socket has yet to hear: bounded; when it is full the socket is too slow and has to reconnect."""

    LOST = b'{"type":"lost"}'
    """News may be missing from here on (Redis went away)."""
    FOUND = b'{"type":"found"}'
    """News flows again: take a new snapshot."""

    def __init__(self, size: int = MAILBOX_SIZE) -> None:
        self._size = size
        self._unread: deque[bytes] = deque()
        self._news: asyncio.Future[None] | None = None
        self.is_overflowing = False

    def put(self, body: bytes) -> None:
        if len(self._unread) >= self._size:
            self.is_overflowing = True
            return
        self._unread.append(body)
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def get(self) -> bytes:
        """One task reads; a queue made for many readers costs a fifth more a message, thousands of times a second."""
        while not self._unread:
            self._news = asyncio.get_running_loop().create_future()
            try:
                await self._news
            finally:
                self._news = None
        return self._unread.popleft()
