"""Asks a web as mod_xml_curl does, on connections that stay open, and costs little processor time itself."""

from __future__ import annotations

import base64
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.harness import check, percentile

Form = dict[str, str]


@dataclass(frozen=True)
class Question:
    """`needle`: what every answer to it must contain."""

    request: bytes
    needle: bytes

    @classmethod
    def of(cls, section: str, form: Form, needle: str, secret: str) -> Question:
        body = urlencode(form).encode()
        credentials = base64.b64encode(f"switch:{secret}".encode()).decode()
        head = (
            f"POST /switch/{section} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {credentials}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return cls(head.encode() + body, needle.encode())


@dataclass
class Line:
    """One open connection with one question under way."""

    socket: socket.socket
    question: Question
    asked_at: float = 0.0
    heard: bytes = b""

    def ask(self, question: Question) -> None:
        self.question, self.heard, self.asked_at = question, b"", time.perf_counter()
        self.socket.sendall(question.request)

    def is_answered(self) -> bool:
        """Takes in what came; True once the answer is whole."""
        piece = self.socket.recv(65_536)
        check(bool(piece), f"the web hung up after {self.heard[:200]!r}")
        self.heard += piece
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found:
            return False
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        return len(body) >= length


def measure(
    port: int, next_question: Callable[[], Question], connections: int, seconds: float
) -> dict[str, float]:
    """Everybody asks again as soon as there is an answer."""
    took: list[float] = []
    with selectors.DefaultSelector() as ears:
        for _ in range(connections):
            line = Line(socket.create_connection(("127.0.0.1", port), timeout=30), next_question())
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ears.register(line.socket, selectors.EVENT_READ, line)
            line.ask(line.question)
        began = time.perf_counter()
        until = began + seconds
        while (now := time.perf_counter()) < until:
            for key, _events in ears.select(until - now):
                line = key.data
                if not line.is_answered():
                    continue
                took.append((time.perf_counter() - line.asked_at) * 1000)
                is_right = line.heard.startswith(b"HTTP/1.1 200") and line.question.needle in line.heard
                check(is_right, f"a wrong answer: {line.heard[:300]!r}")
                line.ask(next_question())
        for key in list(ears.get_map().values()):
            key.data.socket.close()
    return {"rate": len(took) / seconds, "p50": percentile(took, 50), "p99": percentile(took, 99)}
