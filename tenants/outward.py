"""Requests to addresses a tenant typed: only to the outside, with limits, and never along a redirect.

The host's address is looked up once, judged, and connected to as it is, so that a name cannot answer differently the
second time. What stands inside our own network is refused unless the operator names it in PRIVATE_SERVICES (host:port).
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

SECONDS = 20.0
MOST_BYTES = 20 * 2**20
CARRIERS = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
"""IPv6 networks through which an IPv4 address is reached: compatible, translated, NAT64."""


class Unreachable(Exception):
    """Its one argument is a code: bad_address, not_encrypted, private_address, unreachable, timeout, bad_answer."""


class Interrupted(Unreachable):
    """It went wrong after the request had begun: the other side may have acted on it."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    kind: str
    """The media type, small letters, without its parameters."""
    body: bytes = field(repr=False)


def parts_of(url: str) -> SplitResult:
    """An http(s) or ws(s) address without user and password. Raises Unreachable("bad_address")."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        raise Unreachable("bad_address") from None
    has_user = parts.username is not None or parts.password is not None
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.hostname or has_user:
        raise Unreachable("bad_address")
    if any(ord(character) <= 32 or ord(character) == 127 for character in url):
        raise Unreachable("bad_address")
    return parts


def port_of(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme in ("https", "wss") else 80)


def connected(parts: SplitResult, *, seconds: float = SECONDS) -> socket.socket:
    """A socket to a checked address of that host, with TLS where the address says so. Raises Unreachable."""
    host, port = str(parts.hostname), port_of(parts)
    is_named = f"{host}:{port}" in settings.PRIVATE_SERVICES
    is_private_plain = parts.scheme in ("http", "ws") and not is_named
    if is_private_plain:
        raise Unreachable("not_encrypted")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("unreachable") from None
    addresses = [info[4][0] for info in found]
    if not is_named and not all(is_outside(str(address)) for address in addresses):
        raise Unreachable("private_address")
    try:
        line = socket.create_connection((str(addresses[0]), port), timeout=seconds)
        return _encrypted(line, host, seconds) if parts.scheme in ("https", "wss") else line
    except OSError:
        raise Unreachable("unreachable") from None


def _encrypted(line: socket.socket, host: str, seconds: float) -> ssl.SSLSocket:
    """Limits of single reads do not end a handshake that comes drop by drop: it has a deadline of its own."""
    context = ssl.create_default_context()
    found = context.wrap_socket(line, server_hostname=host, do_handshake_on_connect=False)
    end = threading.Timer(seconds, _cut, (found,))
    end.daemon = True
    end.start()
    try:
        found.do_handshake()
    except (OSError, ValueError, AttributeError):
        # The last two: it was cut off between two steps.
        found.close()
        raise OSError from None
    finally:
        end.cancel()
    return found


def is_outside(address: str) -> bool:
    """A public unicast address; also none that is such an address in disguise."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else _carried(found))
        if found.is_site_local or (inner is not None and not is_outside(str(inner))):
            return False
    return found.is_global and not found.is_multicast


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address at the end of one of CARRIERS."""
    if not any(address in network for network in CARRIERS):
        return None
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def request(
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    seconds: float = SECONDS,
) -> Answer:
    """One request. A redirect is an answer like any other: it is not followed. Raises Unreachable."""
    parts = parts_of(url)
    line = connected(parts, seconds=seconds)
    until = time.monotonic() + seconds
    # A service that sends a byte now and then is never late for any one of them.
    end = threading.Timer(seconds, _cut, (line,))
    end.daemon = True
    end.start()
    connection = http.client.HTTPConnection(str(parts.hostname), port_of(parts), timeout=seconds)
    connection.sock = line
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=body or None, headers=headers or {})
        answer = connection.getresponse()
        content = answer.read(MOST_BYTES + 1)
    except TimeoutError:
        raise Interrupted("timeout") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Interrupted("timeout" if time.monotonic() >= until else "unreachable") from None
    finally:
        end.cancel()
        connection.close()
    if time.monotonic() >= until:
        raise Interrupted("timeout")
    if len(content) > MOST_BYTES:
        raise Interrupted("bad_answer")
    kind = (answer.getheader("Content-Type") or "").split(";")[0].strip().lower()
    return Answer(status=answer.status, kind=kind, body=content)


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
