"""As much of a WebSocket client as one question and its answers need (RFC 6455), over a checked connection."""

import base64
import hashlib
import os
import time
from http.client import HTTPException, HTTPResponse
from types import TracebackType
from typing import Self

from tenants.outward import MOST_BYTES, SECONDS, Unreachable, connected, parts_of

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA


class NotSwitched(Exception):
    """The server answered the handshake with `status`."""

    def __init__(self, status: int):
        super().__init__(status)
        self.status = status


class Line:
    """`with Line(url) as line: line.send(text); line.receive()`. Raises Unreachable and NotSwitched."""

    def __init__(self, url: str, *, seconds: float = SECONDS):
        self._until = time.monotonic() + seconds
        self._parts = parts_of(url)
        self._socket = connected(self._parts, seconds=seconds)
        try:
            self._shake_hands()
        except BaseException:
            self._socket.close()
            raise
        self._stream = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._socket.close()

    def send(self, text: str) -> None:
        self._send(_TEXT, text.encode())

    def receive(self) -> str:
        """The next message of text; pings are answered meanwhile."""
        message = bytearray()
        while True:
            is_last, kind, content = self._frame()
            if kind == _CLOSE:
                raise Unreachable("bad_answer")
            if kind == _PING:
                self._send(_PONG, content)
            elif kind != _PONG:
                message += content
                if len(message) > MOST_BYTES:
                    raise Unreachable("bad_answer")
                if is_last:
                    return message.decode(errors="replace")

    def _shake_hands(self) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        parts = self._parts
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = [
            f"GET {target} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        try:
            self._socket.sendall("\r\n".join([*head, "", ""]).encode())
            answer = HTTPResponse(_Unbuffered(self._socket))  # type: ignore[arg-type]
            answer.begin()
        except (OSError, HTTPException):
            raise Unreachable("unreachable") from None
        wanted = base64.b64encode(
            hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()
        ).decode()
        if answer.status != 101 or answer.getheader("Sec-WebSocket-Accept") != wanted:
            raise NotSwitched(answer.status)

    def _send(self, kind: int, content: bytes) -> None:
        """A client's frames are masked."""
        length, mask = len(content), os.urandom(4)
        head = bytes([0x80 | kind])
        if length < 126:
            head += bytes([0x80 | length])
        elif length < 1 << 16:
            head += bytes([0x80 | 126]) + length.to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + length.to_bytes(8, "big")
        masked = bytes(value ^ mask[place % 4] for place, value in enumerate(content))
        try:
            self._socket.sendall(head + mask + masked)
        except OSError:
            raise Unreachable("unreachable") from None

    def _frame(self) -> tuple[bool, int, bytes]:
        first, second = self._read(2)
        length = second & 0x7F
        if length >= 126:
            length = int.from_bytes(self._read(2 if length == 126 else 8), "big")
        if length > MOST_BYTES or second & 0x80:
            raise Unreachable("bad_answer")
        return bool(first & 0x80), first & 0x0F, self._read(length)

    def _read(self, length: int) -> bytes:
        left = self._until - time.monotonic()
        if left <= 0:
            raise Unreachable("timeout")
        self._socket.settimeout(left)
        try:
            found = self._stream.read(length)
        except TimeoutError:
            raise Unreachable("timeout") from None
        except OSError:
            raise Unreachable("unreachable") from None
        if len(found) < length:
            raise Unreachable("bad_answer")
        return found


class _Unbuffered:
    """For HTTPResponse: reads the answer's head and not one byte of what follows it."""

    def __init__(self, line: object):
        self._line = line

    def makefile(self, _mode: str) -> object:
        return self._line.makefile("rb", buffering=0)  # type: ignore[attr-defined]
