"""A road between worker and switch that a test can block, one way or both, or make slow."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

Spoiler = Callable[[bytes], bytes]


class Road:
    """Listens on `port`; carries bytes to `target` and back. Blocked directions keep what comes until they open.

    `cut()` closes what is open and refuses what is new; `open()` undoes everything.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._there, self._back = threading.Event(), threading.Event()
        self._is_cut = self._is_closed = False
        self.delay_seconds = 0.0
        self._spoiler: Spoiler | None = None
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.open()
        threading.Thread(target=self._accept, daemon=True).start()

    def open(self) -> None:
        self._is_cut = False
        self.delay_seconds = 0.0
        self._there.set()
        self._back.set()

    def block(self, *, there: bool = True, back: bool = True) -> None:
        """Silence without a goodbye: `there` is towards the switch, `back` towards the worker."""
        if there:
            self._there.clear()
        if back:
            self._back.clear()

    def spoil(self, how: Spoiler) -> None:
        """The next thing the switch says, once on each connection there is."""
        self._spoiler = how

    def cut(self) -> None:
        self._is_cut = True
        for pair in self._pairs:
            _close(*pair)
        self._pairs.clear()

    def close(self) -> None:
        self._is_closed = True
        self.open()
        self.cut()
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._is_closed:
                near, _address = self._server.accept()
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        if self._is_cut:
            _close(near)
            return
        try:
            far = socket.create_connection(("127.0.0.1", self._target), 5)
        except OSError:
            _close(near)
            return
        self._pairs.append((near, far))
        for source, sink, gate in ((near, far, self._there), (far, near, self._back)):
            threading.Thread(target=self._carry, args=(source, sink, gate), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, gate: threading.Event) -> None:
        spoilt = self._spoiler
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                gate.wait()
                if gate is self._back and self._spoiler is not None and spoilt is not self._spoiler:
                    spoilt = self._spoiler
                    data = spoilt(data)
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                sink.sendall(data)
        _close(source, sink)


def _close(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
