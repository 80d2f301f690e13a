"""One connection to the event socket: greenswitch's client, with its framing replaced.

Stock greenswitch decodes a block before it splits it into lines, so a caller's name could forge headers; it waits for
ever in send() and loses events when the socket closes. Here events are JSON, lengths are bytes, every send has a time
limit, and whatever arrived before the end is handed over before the end is told.

Lives in a gevent thread. Handlers run in the reader: they must be quick and must not wait.
"""

from __future__ import annotations

import contextlib
import json
import socket as plain_socket
from collections.abc import Callable
from typing import Any

import gevent
import orjson
import structlog
from gevent import socket
from gevent.event import AsyncResult, Event
from gevent.lock import RLock
from greenswitch.esl import InboundESL, NotConnectedError

log = structlog.get_logger()

READ_BYTES = 256 * 1024
LONGEST_HEADER = 64 * 1024
LONGEST_BODY = 32 * 1024 * 1024
_DISCONNECT = "text/disconnect-notice"


class BadFrame(Exception):
    """What came is not the event socket's protocol; nothing after it can be trusted."""


class ReplyTimedOut(Exception):
    """The switch took the command, or not, but did not answer in time."""


class Frame:
    """One message of the switch: its own few headers and a body, or an event's headers."""

    __slots__ = ("body", "event", "headers")

    def __init__(self, headers: dict[str, str], body: bytes) -> None:
        self.headers = headers
        self.body = body
        self.event: dict[str, Any] = {}

    @property
    def kind(self) -> str:
        return self.headers.get("Content-Type", "")

    @property
    def text(self) -> str:
        """A reply's words: the body of an api's answer, else the Reply-Text."""
        if self.kind == "api/response":
            return self.body.decode("utf-8", "replace").rstrip("\n")
        return self.headers.get("Reply-Text", "")


class Framer:
    """Bytes in, frames out, wherever the stream was cut. Pure."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._headers: dict[str, str] | None = None
        self._length = 0

    def feed(self, data: bytes) -> list[Frame]:
        self._buffer += data
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self) -> Frame | None:
        if self._headers is None and not self._read_headers():
            return None
        if len(self._buffer) < self._length:
            return None
        frame = Frame(self._headers or {}, bytes(self._buffer[: self._length]))
        del self._buffer[: self._length]
        self._headers = None
        return frame

    def _read_headers(self) -> bool:
        end = self._buffer.find(b"\n\n")
        if end < 0:
            if len(self._buffer) > LONGEST_HEADER:
                raise BadFrame("a header without an end")
            return False
        block = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        self._headers = _headers_of(block)
        self._length = _length_of(self._headers)
        return True


def _headers_of(block: bytes) -> dict[str, str]:
    """Lines first, text second: an undecodable or odd value stays inside its own header."""
    headers: dict[str, str] = {}
    for line in block.split(b"\n"):
        name, colon, value = line.partition(b": ")
        if colon:
            headers.setdefault(
                name.decode("utf-8", "replace").strip(), value.decode("utf-8", "replace").strip()
            )
    return headers


def _length_of(headers: dict[str, str]) -> int:
    text = headers.get("Content-Length", "0")
    if not (text.isascii() and text.isdigit()) or int(text) > LONGEST_BODY:
        raise BadFrame("a body of an impossible length")
    return int(text)


def parse_event(body: bytes) -> dict[str, Any]:
    """An event's headers; its own body is under `_body`. Bytes that are not UTF-8 are replaced."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        event = json.loads(body.decode("utf-8", "replace"), strict=False)
    if not isinstance(event, dict):
        raise ValueError("an event that is no object")
    return event


class EventSocket(InboundESL):
    """`register_handle(event name, handler)` as in greenswitch, "*" for the rest; handlers get a dict of headers."""

    def __init__(self, host: str, port: int, password: str, timeout: float = 5) -> None:
        super().__init__(host, port, password, timeout)
        self.sock: Any = None
        self._commands_sent: list[AsyncResult] = []
        self.on_frame: Callable[[], None] = lambda: None
        self.lost = Event()
        self.lost_because = ""
        self.was_closed_by_switch = False
        """By the system it runs on: so far it lived, whatever became of it then."""
        self._sending = RLock()
        self._framer = Framer()

    def connect(self) -> None:
        try:
            self.sock = socket.create_connection((self.host, self.port), self.timeout)
        except OSError as error:
            raise NotConnectedError(str(error)) from error
        self.sock.settimeout(None)
        _notice_a_dead_peer(self.sock)
        self.connected = True
        self._receive_events_greenlet = gevent.spawn(self.receive_events)
        if not self._auth_request_event.wait(self.timeout) or not self.connected:
            self._lose("no greeting from the switch")
            raise NotConnectedError(self.lost_because)
        self.authenticate()

    def authenticate(self) -> None:
        reply = self.send(f"auth {self.password}")
        if reply.text != "+OK accepted":
            self._lose("the switch refused our password")
            raise NotConnectedError(self.lost_because)

    def receive_events(self) -> None:
        reason, is_closed = "closed by the switch", True
        try:
            while data := self.sock.recv(READ_BYTES):
                for frame in self._framer.feed(data):
                    self.handle_event(frame)
                self.on_frame()
        except (OSError, BadFrame) as error:
            reason = str(error) or type(error).__name__
            is_closed = _is_closed(error)
        self.was_closed_by_switch |= is_closed and not self.lost.is_set()
        self._lose(reason)

    def handle_event(self, frame: Frame) -> None:
        if frame.kind == "text/event-json":
            self._dispatch(frame.body)
        elif frame.kind in ("command/reply", "api/response"):
            if not self._commands_sent:
                # From here on every command would get another one's answer.
                raise BadFrame("an answer nobody asked for")
            self._commands_sent.pop(0).set(frame)
        elif frame.kind == "auth/request":
            self._auth_request_event.set()
        elif not frame.kind:
            # Where frames begin is no longer known, and with it whose answer is whose.
            raise BadFrame("a frame that does not say what it is")
        elif frame.kind == "text/rude-rejection":
            raise BadFrame("the switch lets no one in from here")
        elif frame.kind == _DISCONNECT and frame.headers.get("Content-Disposition") != "linger":
            raise BadFrame("the switch said goodbye")

    def _dispatch(self, body: bytes) -> None:
        if not body:
            # What is taken for a frame's head is the end of another's body, and so it goes on.
            raise BadFrame("an event without a body")
        try:
            event = parse_event(body)
        except ValueError:
            log.warning("An event that cannot be read was passed over.", bytes=len(body))
            return
        name = event.get("Event-Name")
        if name == "CUSTOM":
            name = event.get("Event-Subclass")
        name = str(name)
        for handler in self.event_handlers.get(name) or self.event_handlers.get("*", ()):
            try:
                handler(event)
            except Exception:
                # One bad event must not make us deaf to all calls.
                log.exception("An event could not be handled.", event_name=name)

    def send(self, data: str, *, timeout: float | None = None, job_id: str = "") -> Frame:
        """The switch's answer. `job_id` names a bgapi's job. Raises NotConnectedError or ReplyTimedOut."""
        if "\n" in data or "\r" in data or "\n" in job_id:
            raise ValueError("a command is one line")
        message = f"{data}\nJob-UUID: {job_id}\n\n" if job_id else f"{data}\n\n"
        answer: AsyncResult = AsyncResult()
        limit = self.timeout if timeout is None else timeout
        self._write(message.encode(), answer, limit)
        try:
            return answer.get(timeout=limit)
        except gevent.Timeout:
            # Its place in the line stays: a late answer must not be taken for the next command's.
            raise ReplyTimedOut(data.split(" ", 1)[0]) from None

    def _write(self, message: bytes, answer: AsyncResult, limit: float) -> None:
        try:
            with gevent.Timeout(limit), self._sending:
                if not self.connected:
                    raise NotConnectedError(self.lost_because)
                self._commands_sent.append(answer)
                self.sock.sendall(message)
        except gevent.Timeout:
            # Half a command may be out: nothing after it would be understood.
            self._lose("the switch does not read")
            raise NotConnectedError(self.lost_because) from None
        except OSError as error:
            # Whoever writes may notice before the reader does.
            self.was_closed_by_switch |= not self.lost.is_set() and _is_closed(error)
            self._lose(str(error))
            raise NotConnectedError(self.lost_because) from error

    def _lose(self, reason: str) -> None:
        """Tell everyone who waits. Safe to repeat; the first reason stands."""
        self._run = False
        self.connected = False
        if self.lost.is_set():
            return
        self.lost_because = reason
        waiting, self._commands_sent = self._commands_sent, []
        for answer in waiting:
            answer.set_exception(NotConnectedError(reason))
        self._auth_request_event.set()
        self._shut()
        self.lost.set()

    def _shut(self) -> None:
        if self.sock is None:
            return
        with contextlib.suppress(OSError):
            self.sock.shutdown(plain_socket.SHUT_RDWR)
        self.sock.close()

    def drop(self, reason: str) -> None:
        """Give the connection up at once."""
        self._lose(reason)

    def stop(self) -> None:
        """Say goodbye, hear what is already on its way, then close."""
        if self.connected:
            with contextlib.suppress(NotConnectedError, ReplyTimedOut):
                self.send("exit", timeout=2)
        if self._receive_events_greenlet:
            self._receive_events_greenlet.join(timeout=2)
        self._lose("closed by us")


def _is_closed(error: Exception) -> bool:
    """The other system says so itself."""
    return isinstance(error, ConnectionResetError | BrokenPipeError)


def _notice_a_dead_peer(sock: Any) -> None:
    """A vanished switch is noticed within about ten seconds, silent or with our data unacknowledged."""
    sock.setsockopt(plain_socket.IPPROTO_TCP, plain_socket.TCP_NODELAY, 1)
    sock.setsockopt(plain_socket.SOL_SOCKET, plain_socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", 5),
        ("TCP_KEEPINTVL", 2),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", 10_000),
    ):
        if hasattr(plain_socket, name):
            sock.setsockopt(plain_socket.IPPROTO_TCP, getattr(plain_socket, name), value)
