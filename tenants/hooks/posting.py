"""One POST to a tenant's endpoint: to a checked address, no redirect followed, ended at its deadline whatever the other
side does, and of its answer no more is read than is shown.
"""

import contextlib
import http.client
import socket
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import SplitResult

from django.conf import settings

from tenants import outward
from tenants.errors import BadInput
from tenants.outward import Unreachable

SECONDS = 10.0
MOST_SHOWN = 2000
"""Bytes of an answer that are read at all."""


class AddressUnusable(BadInput):
    "This address cannot be used. It must begin with https:// and name a host outside private networks."


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`status` 0 and a `problem` when there was none; `problem` is then a code of outward."""

    status: int = 0
    problem: str = ""
    milliseconds: int = 0
    text: str = field(default="", repr=False)

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Why it counts as failed; empty when it does not."""
        if self.is_good or self.problem:
            return self.problem
        if self.status >= 500:
            return "broken"
        return "redirected" if 300 <= self.status < 400 else "refused"


def check_address(url: str) -> SplitResult:
    """As far as it can be judged without asking anybody. Raises AddressUnusable."""
    try:
        parts = outward.parts_of(url)
    except Unreachable:
        raise AddressUnusable(field="url") from None
    is_named = f"{parts.hostname}:{outward.port_of(parts)}" in settings.PRIVATE_SERVICES
    if parts.scheme != "https" and not (parts.scheme == "http" and is_named):
        raise AddressUnusable(field="url")
    if is_literal(str(parts.hostname)) and not is_named and not outward.is_outside(str(parts.hostname)):
        raise AddressUnusable(field="url")
    return parts


def is_literal(host: str) -> bool:
    try:
        socket.getaddrinfo(host, 0, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError, ValueError):
        return False
    return True


def post(url: str, *, headers: dict[str, str], body: str) -> Answer:
    """Never raises for what the other side does."""
    began, seconds = time.monotonic(), SECONDS
    try:
        parts = check_address(url)
        line = outward.connected(parts, seconds=seconds)
    except AddressUnusable:
        return Answer(problem="bad_address", milliseconds=_since(began))
    except Unreachable as problem:
        return Answer(problem=str(problem.args[0]), milliseconds=_since(began))
    end = threading.Timer(max(0.05, began + seconds - time.monotonic()), _cut, (line,))
    end.daemon = True
    end.start()
    connection = http.client.HTTPConnection(str(parts.hostname), outward.port_of(parts), timeout=seconds)
    connection.sock = line
    try:
        status, text = _exchange(connection, parts, headers, body, until=began + seconds)
        return Answer(status=status, text=text, milliseconds=_since(began))
    except (OSError, http.client.HTTPException, ValueError):
        is_late = time.monotonic() >= began + seconds - 0.05
        return Answer(problem="timeout" if is_late else "unreachable", milliseconds=_since(began))
    finally:
        end.cancel()
        connection.close()


def _exchange(
    connection: http.client.HTTPConnection,
    parts: SplitResult,
    headers: dict[str, str],
    body: str,
    *,
    until: float,
) -> tuple[int, str]:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", target, body=body.encode(), headers=headers)
    answer = connection.getresponse()
    if time.monotonic() >= until:
        # Cut off by our alarm in the middle of its head, which then looks like a whole one.
        raise TimeoutError
    text = b""
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        # The status is the answer; that its text is cut off, slow or without end changes nothing.
        text = answer.read1(MOST_SHOWN)
    return answer.status, text.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
