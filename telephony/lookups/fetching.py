"""One request to a tenant's service: only to the outside, connected to the very address that was judged, no redirect
followed, ended at its deadline whatever the other side does, and of the answer no more than 64 kB.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time

from telephony.lookups.questions import Question
from tenants import outward

MOST_BYTES = 64 * 1024


class NoAnswer(Exception):
    """`code`: refused (the address may not be asked), unreachable, timeout, too_big."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def fetch(question: Question) -> tuple[int, bytes]:
    """(status, body). Raises NoAnswer."""
    until = time.monotonic() + question.seconds
    try:
        parts = outward.parts_of(question.url)
        line = outward.connected(parts, seconds=question.seconds)
    except outward.Unreachable as problem:
        code = str(problem.args[0])
        raise NoAnswer("unreachable" if code == "unreachable" else "refused") from None
    # Limits of single reads do not end an answer that comes drop by drop.
    alarm = threading.Timer(max(0.05, until - time.monotonic()), _cut, [line])
    alarm.daemon = True
    alarm.start()
    connection = http.client.HTTPConnection(
        str(parts.hostname), outward.port_of(parts), timeout=question.seconds
    )
    connection.sock = line
    try:
        return _exchange(
            connection, question, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        )
    except (OSError, http.client.HTTPException, ValueError):
        raise NoAnswer("timeout" if time.monotonic() >= until else "unreachable") from None
    finally:
        alarm.cancel()
        connection.close()


def _exchange(connection: http.client.HTTPConnection, question: Question, target: str) -> tuple[int, bytes]:
    headers = {"Accept": "application/json", "User-Agent": "callcentre-lookup/1"}
    if question.body:
        headers["Content-Type"] = "application/json"
    connection.request(question.method, target, body=question.body or None, headers=headers)
    answer = connection.getresponse()
    body = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NoAnswer("too_big")
    if answer.length:
        # Cut off, by the other side or by our alarm.
        raise http.client.IncompleteRead(body)
    return answer.status, body


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
