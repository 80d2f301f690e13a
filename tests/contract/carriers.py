"""A carrier on the wire, for a switch with wires: registrar, echo of OPTIONS, and whoever is called. UDP alone.

What it does is set while it runs; what it was told is kept, so that a test can read it.
"""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from dataclasses import dataclass, field
from typing import Any

COPIED = ("via:", "from:", "call-id:", "cseq:")
WORDS = {
    100: "Trying", 180: "Ringing", 200: "OK", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    486: "Busy Here", 488: "Not Acceptable Here", 503: "Service Unavailable",
}  # fmt: skip


@dataclass
class Habits:
    """`registers` 200: who knows the password; else this is said to everybody. `calls`: the last answer to a call."""

    password: str = ""
    registers: int = 200
    calls: int = 200
    is_away: bool = False


@dataclass
class Carrier:
    habits: Habits
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", 0))
        self._line.settimeout(0.2)
        self.port: int = self._line.getsockname()[1]
        self._is_open = True
        self._thread = threading.Thread(target=self._serve, name="carrier", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._is_open = False
        self._thread.join(2)
        self._line.close()

    def invitations(self) -> list[str]:
        return [said for said in self.heard if said.startswith("INVITE ")]

    def _serve(self) -> None:
        while self._is_open:
            try:
                packet, sender = self._line.recvfrom(65_536)
            except TimeoutError:
                continue
            said = packet.decode("utf-8", "replace")
            if self.habits.is_away or not said.strip():
                continue
            self.heard.append(said)
            for status, more, body in self._answers(said):
                self._line.sendto(_answer(said, status, more, body), sender)

    def _answers(self, said: str) -> list[tuple[int, str, str]]:
        verb = said.partition(" ")[0]
        if verb == "REGISTER":
            return [self._registration(said)]
        if verb == "INVITE" and self.habits.calls == 200:
            contact = f"Contact: <sip:carrier@127.0.0.1:{self.port}>\r\n"
            return [(180, contact, ""), (200, f"{contact}Content-Type: application/sdp\r\n", self._sound())]
        if verb == "INVITE":
            return [(self.habits.calls, "", "")]
        return [] if verb in ("ACK", "SIP/2.0") else [(200, "", "")]

    def _registration(self, said: str) -> tuple[int, str, str]:
        if self.habits.registers != 200:
            return self.habits.registers, "", ""
        given = re.search(r"^Authorization: Digest (.*)$", said, re.M | re.I)
        if given is None:
            return 401, 'WWW-Authenticate: Digest realm="carrier", nonce="abc123", algorithm=MD5\r\n', ""
        if not self._is_right(dict(re.findall(r'(\w+)="?([^",\r]*)"?', given[1]))):
            return 403, "", ""
        contact = re.search(r"^Contact: (.*)$", said, re.M | re.I)
        return 200, f"Contact: {contact[1].strip()};expires=600\r\n" if contact else "", ""

    def _is_right(self, told: dict[str, str]) -> bool:
        own = _md5(f"{told['username']}:{told['realm']}:{self.habits.password}")
        asked = _md5(f"REGISTER:{told['uri']}")
        return told["response"] == _md5(f"{own}:{told['nonce']}:{asked}")

    def _sound(self) -> str:
        """PCMA to a port where nobody listens."""
        lines = ("v=0", "o=c 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0")
        return "\r\n".join([*lines, f"m=audio {self.port + 1} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", ""])


def _answer(said: str, status: int, more: str, body: str) -> bytes:
    lines = said.split("\r\n")
    copied = [line for line in lines if line.lower().startswith(COPIED)]
    to = [
        line if ";tag=" in line else f"{line};tag=carrier" for line in lines if line.lower().startswith("to:")
    ]
    head = "\r\n".join([f"SIP/2.0 {status} {WORDS[status]}", *copied, *to])
    return f"{head}\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def _md5(words: str) -> str:
    return hashlib.md5(words.encode(), usedforsecurity=False).hexdigest()


def terms(key: str, port: int, **more: Any) -> Any:
    """A trunk as the switch is given it."""
    from telephony.trunks.queries import Line

    own: dict[str, Any] = {
        "key": key, "host": "127.0.0.1", "port": port, "transport": "udp", "is_registered": True,
        "username": "861055550000", "secret": "s3cret!", "networks": ("127.0.0.1/32",), "codecs": "PCMA",
        "caller_form": "pid", "dial_prefix": "",
    }  # fmt: skip
    return Line(**own | more)
