"""One subject of the event benchmark in a process of its own; prints what it heard and the time it took."""

import json
import socket
import sys
import time
from collections.abc import Callable

from benchmarks.esl_switch import BATCHES, EVENTS, NAME, batch

FIELD = "Caller-Caller-ID-Name"


class Count:
    """Events heard, and how many carried the caller's name whole."""

    def __init__(self) -> None:
        self.events = self.named = 0
        self.cpu = self.wall = 0.0
        self._began = (0.0, 0.0)

    def begin(self) -> None:
        self._began = time.process_time(), time.perf_counter()

    def hear(self, name: str | None, done: Callable[[], None]) -> None:
        self.events += 1
        self.named += name == NAME
        if self.events == EVENTS:
            self.end()
            done()

    def end(self) -> None:
        self.cpu, self.wall = time.process_time() - self._began[0], time.perf_counter() - self._began[1]


def ours(port: int, count: Count) -> None:
    from gevent.event import Event

    from telephony.freeswitch.connection import EventSocket

    done = Event()
    client = EventSocket("127.0.0.1", port, "benchmark")
    client.register_handle("*", lambda event: count.hear(event.get(FIELD), done.set))
    client.connect()
    count.begin()
    client.send("event json ALL", timeout=60)
    done.wait(60)


def stock(port: int, count: Count) -> None:
    from gevent.event import Event
    from greenswitch import InboundESL

    done = Event()
    client = InboundESL("127.0.0.1", port, "benchmark")
    client.register_handle("*", lambda event: count.hear(event.headers.get(FIELD), done.set))
    client.connect()
    count.begin()
    client.send("event plain ALL")
    done.wait(60)


def _raw(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.recv(1024)
    connection.sendall(b"auth benchmark\n\n")
    connection.recv(1024)
    return connection


def framing(port: int, count: Count) -> None:
    connection, buffer = _raw(port), bytearray()
    count.begin()
    connection.sendall(b"event json ALL\n\n")
    while count.events < EVENTS and (data := connection.recv(262_144)):
        buffer += data
        position = 0
        while (end := buffer.find(b"\n\n", position)) >= 0:
            head = bytes(buffer[position:end])
            length = int(head[16 : head.index(b"\n")]) if head.startswith(b"Content-Length: ") else 0
            if len(buffer) < end + 2 + length:
                break
            position = end + 2 + length
            if length:
                count.events += 1
        del buffer[:position]
    count.end()


def bare(port: int, count: Count) -> None:
    expected, buffer = len(batch(is_json=True)) * BATCHES, memoryview(bytearray(262_144))
    connection = _raw(port)
    count.begin()
    connection.sendall(b"event json ALL\n\n")
    while expected > 0 and (read := connection.recv_into(buffer)):
        expected -= read
    count.end()
    count.events = EVENTS if expected <= 0 else 0


def main() -> None:
    subject, port = (
        {"ours": ours, "stock": stock, "framing": framing, "bare": bare}[sys.argv[1]],
        int(sys.argv[2]),
    )
    count = Count()
    subject(port, count)
    print(
        json.dumps({"events": count.events, "named": count.named, "cpu": count.cpu, "wall": count.wall}),
        flush=True,
    )
    # Greenlets of the peers may wait for ever; the figures are out.
    sys.stdout.flush()
    import os

    os._exit(0)


if __name__ == "__main__":
    main()
