"""A tenant's own system on this machine, which answers as a test wants it to."""

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


@dataclass(frozen=True)
class Heard:
    headers: dict[str, str]
    body: str

    @property
    def said(self) -> dict[str, Any]:
        return orjson.loads(self.body)


class Receiver(ThreadingHTTPServer):
    """`behaviour` is a status, or one of: slow, drip, endless, silent, redirect. `script` goes before it, one each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[Heard] = []
        self.behaviour: int | str = 200
        self.script: list[int | str] = []
        self.text = '{"ok": true}'
        self.bytes_sent = 0
        self.is_over = threading.Event()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/events?token=t"

    def handle_error(self, *_told: object) -> None:
        """Whoever hangs up on us is no fault."""


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, *_told: object) -> None: ...

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.heard.append(Heard({name: str(value) for name, value in self.headers.items()}, body))
        how = self.server.script.pop(0) if self.server.script else self.server.behaviour
        if isinstance(how, int):
            self._say(how, self.server.text.encode())
        else:
            with contextlib.suppress(OSError):
                getattr(self, f"_{how}")()

    def _say(self, status: int, body: bytes, **more: str) -> None:
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self) -> None:
        self._say(302, b"", Location=f"http://{self.server.place}/elsewhere")

    def _silent(self) -> None:
        self.server.is_over.wait(30)

    def _slow(self) -> None:
        time.sleep(0.6)
        self._say(200, b"late")

    def _drip(self) -> None:
        """A head that never ends, a letter at a time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while not self.server.is_over.wait(0.05):
            self.wfile.write(b"x")
            self.wfile.flush()

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(2 * 2**30))
        self.end_headers()
        while not self.server.is_over.is_set():
            self.server.bytes_sent += self.wfile.write(b"x" * 65_536)


@contextmanager
def listening() -> Iterator[Receiver]:
    receiver = Receiver()
    threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.is_over.set()
        receiver.shutdown()
        receiver.server_close()
