"""A bare event socket that says what a test wants it to say, byte for byte."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable

import orjson

PASSWORD = "event-secret"
GREETING = b"Content-Type: auth/request\n\n"


def reply(text: str) -> bytes:
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()


def answer(text: str) -> bytes:
    body = text.encode()
    return b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(body), body)


def event(headers: dict[str, object]) -> bytes:
    return raw_event(orjson.dumps(headers))


def raw_event(body: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n%s" % (len(body), body)


class EventServer:
    """Answers the opening of a session; then `commands` holds what came, and `say` sends anything."""

    def __init__(self, *, on_command: Callable[[str], bytes | None] | None = None) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.commands: queue.Queue[str] = queue.Queue()
        self.connections: list[socket.socket] = []
        self.on_command = on_command or (lambda command: None)
        self.is_mute = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        if self.is_mute:
            return
        connection.sendall(GREETING)
        pending = b""
        while data := self._receive(connection):
            pending += data
            while b"\n\n" in pending:
                command, _, pending = pending.partition(b"\n\n")
                self._react(connection, command.decode())

    @staticmethod
    def _receive(connection: socket.socket) -> bytes:
        try:
            return connection.recv(65536)
        except OSError:
            return b""

    def _react(self, connection: socket.socket, command: str) -> None:
        self.commands.put(command)
        said = self.on_command(command)
        if said is None:
            said = self._usual(command)
        if said:
            with contextlib.suppress(OSError):
                connection.sendall(said)
        if command == "exit":
            self._drop(connection)

    @staticmethod
    def _usual(command: str) -> bytes:
        if command.startswith("auth "):
            return reply("+OK accepted" if command == f"auth {PASSWORD}" else "-ERR invalid")
        if command == "api global_getvar core_uuid":
            return answer("core-1")
        if command.startswith("api "):
            return answer("+OK\n")
        return reply("+OK")

    def say(self, *messages: bytes) -> None:
        self.connections[-1].sendall(b"".join(messages))

    def refuse(self) -> None:
        """Nobody listens here any more."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def hang_up(self) -> None:
        self._drop(self.connections[-1])

    @staticmethod
    def _drop(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def close(self) -> None:
        self.refuse()
        for connection in self.connections:
            self._drop(connection)
