"""A line to the rehearsal switch: one command, one answer. It reconnects by itself with the next command."""

from __future__ import annotations

import socket
from typing import IO

_TIMEOUT = 5.0


class LineDown(Exception):
    """The rehearsal switch cannot be reached at the moment."""


class Line:
    def __init__(self, host: str, port: int, password: str) -> None:
        self._address = (host, port)
        self._password = password
        self._stream: IO[bytes] | None = None

    def ask(self, command: str) -> str:
        """The switch's words. Raises LineDown."""
        try:
            if self._stream is None:
                self._connect()
            return self._say(f"api {command}")
        except (OSError, ValueError) as error:
            self.close()
            raise LineDown(str(error)) from error

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream = None

    def _connect(self) -> None:
        with socket.create_connection(self._address, _TIMEOUT) as connection:
            self._stream = connection.makefile("rwb")
        self._read()
        if self._say(f"auth {self._password}") != "+OK accepted":
            raise ValueError("the switch does not accept our password")

    def _say(self, line: str) -> str:
        assert self._stream is not None
        self._stream.write(f"{line}\n\n".encode())
        self._stream.flush()
        return self._read()

    def _read(self) -> str:
        assert self._stream is not None
        headers: dict[str, str] = {}
        while line := self._stream.readline().decode("utf-8", "replace"):
            if not line.strip():
                break
            name, _, value = line.partition(":")
            headers[name] = value.strip()
        if not headers:
            raise ValueError("the switch has gone")
        body = self._stream.read(int(headers.get("Content-Length", "0")))
        return body.decode("utf-8", "replace") or headers.get("Reply-Text", "")
