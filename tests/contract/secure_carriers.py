"""A carrier by TLS with encrypted speech: it says its tone, and keeps what it hears."""

from __future__ import annotations

import math
import re
import secrets
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.contract.carriers import Carrier, _answer
from tests.contract.real import a_law
from tests.contract.srtp import SUITE, Srtp
from tests.contract.tones import RATE, TONES, whose

FRAME = 160
_LINEAR = {a_law(sample): sample for sample in range(-32_635, 32_636, 4)}
_SECURE = re.compile(r"^m=audio ([0-9]+) RTP/SAVP .*?(?=^m=|\Z)", re.M | re.S)
_FINAL = re.compile(r"SIP/2\.0 [2-6]")
_KEY = re.compile(rf"^a=crypto:([0-9]+) {SUITE} inline:([A-Za-z0-9+/=]+)", re.M)


@dataclass
class Speech:
    """A port of its own, with the keys of both sides; without keys it is plain RTP."""

    theirs: Srtp | None
    ours: Srtp | None
    to_port: int
    heard: list[int] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", 0))
        self._line.settimeout(0.02)
        self.port: int = self._line.getsockname()[1]
        self._is_open = True
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._speak, self._listen)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._is_open = False
        for thread in self._threads:
            thread.join(1)
        self._line.close()

    def voices(self) -> set[str]:
        """Whose tones it has heard in the last second."""
        return whose(self.heard[-RATE:])

    def _speak(self) -> None:
        turn, begin = 2 * math.pi * TONES["outside"] / RATE, time.monotonic()
        for frame in range(100_000):
            if not self._is_open:
                return
            told = bytes(
                a_law(int(9000 * math.sin(turn * at))) for at in range(frame * FRAME, (frame + 1) * FRAME)
            )
            head = b"\x80\x08" + frame.to_bytes(2, "big") + (frame * FRAME).to_bytes(4, "big") + b"cccc"
            packet = head + told
            self._line.sendto(self.ours.protect(packet) if self.ours else packet, ("127.0.0.1", self.to_port))
            time.sleep(max(0.0, begin + (frame + 1) * 0.02 - time.monotonic()))

    def _listen(self) -> None:
        while self._is_open:
            try:
                packet = self._line.recv(2048)
            except TimeoutError:
                continue
            if packet[1] & 0x7F != 8:
                continue
            told = self.theirs.opened(packet) if self.theirs else packet[12:]
            self.refused += told is None
            self.heard.extend(_LINEAR[code] for code in told or b"")


@dataclass
class SecureCarrier(Carrier):
    """`chain`: its key and certificate. `speaks_srtp` False: it takes what is not encrypted, or nothing."""

    chain: Path = field(kw_only=True)
    speaks_srtp: bool = True
    talks: list[Speech] = field(default_factory=list)
    _to_say: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain)
        self._context = context
        self._line = socket.create_server(("127.0.0.1", 0))
        self._line.settimeout(0.2)
        self.port = self._line.getsockname()[1]
        self._is_open = True
        self._thread = threading.Thread(target=self._serve, name="secure carrier", daemon=True)
        self._thread.start()

    def close(self) -> None:
        super().close()
        for talk in self.talks:
            talk.close()

    def _serve(self) -> None:
        while self._is_open:
            try:
                plain, _sender = self._line.accept()
            except TimeoutError:
                continue
            threading.Thread(target=self._converse, args=(plain,), daemon=True).start()

    def _converse(self, plain: socket.socket) -> None:
        try:
            plain.settimeout(5)
            with self._context.wrap_socket(plain, server_side=True) as line:
                line.settimeout(0.1)
                self._answer_all(line)
        except OSError:
            return

    def _answer_all(self, line: ssl.SSLSocket) -> None:
        kept = b""
        while self._is_open:
            while self._to_say:
                line.sendall(self._to_say.pop(0))
            try:
                told = line.recv(65_536)
            except TimeoutError:
                continue
            if not told:
                return
            kept = (kept + told).lstrip(b"\r\n")
            while (found := _first(kept)) is not None:
                said, kept = found
                self._hear(line, said)

    def _hear(self, line: ssl.SSLSocket, said: str) -> None:
        self.heard.append(said)
        if _FINAL.match(said) and " INVITE" in said:
            line.sendall(_acknowledged(said, self._contact()))
        for status, more, body in self._answers(said):
            line.sendall(_answer(said, status, more, body))

    def _contact(self) -> str:
        """Where the switch wants its calls, as it registered."""
        told = [found for said in self.heard if (found := re.search(r"^Contact: <([^>]+)>", said, re.M))]
        return told[0][1]

    def invite(self, number: str, *, is_secure: bool) -> str:
        """A call in for this number, by the connection the switch registered by; its Call-ID."""
        call_id, key = secrets.token_hex(8), Srtp.line_of(secrets.token_bytes(30))
        offer = ["v=0", "o=c 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        offer.append(f"m=audio {self.port} RTP/{'SAVP' if is_secure else 'AVP'} 8")
        offer += ["a=rtpmap:8 PCMA/8000", *([f"a=crypto:1 {SUITE} inline:{key}"] if is_secure else []), ""]
        body = "\r\n".join(offer)
        head = [
            f"INVITE {self._contact()} SIP/2.0",
            f"Via: SIP/2.0/TLS 127.0.0.1:{self.port};branch=z9hG4bK{call_id};rport",
            f"From: <sip:13900009999@127.0.0.1>;tag={call_id}",
            f"To: <sip:{number}@127.0.0.1>",
            f"Call-ID: {call_id}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:carrier@127.0.0.1:{self.port};transport=tls>",
            "Max-Forwards: 70",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
        ]
        self._to_say.append("\r\n".join([*head, "", body]).encode())
        return call_id

    def answered(self, call_id: str) -> str:
        """The last word of the switch to this call, once it is the last."""
        return next((said for said in self.heard if _FINAL.match(said) and call_id in said), "")

    def _answers(self, said: str) -> list[tuple[int, str, str]]:
        if not said.startswith("INVITE ") or self.habits.calls != 200:
            return super()._answers(said)
        body = self._agreed(said)
        contact = f"Contact: <sip:carrier@127.0.0.1:{self.port};transport=tls>\r\n"
        if body is None:
            return [(488, contact, "")]
        return [(180, contact, ""), (200, f"{contact}Content-Type: application/sdp\r\n", body)]

    def _agreed(self, said: str) -> str | None:
        """One of the offered media, the others refused with port 0; None: none of them will do."""
        offered = said.partition("\r\n\r\n")[2].replace("\r\n", "\n")
        secure = _SECURE.search(offered) if self.speaks_srtp else None
        key = _KEY.search(secure[0]) if secure else None
        plain = re.search(r"^m=audio ([0-9]+) RTP/AVP ", offered, re.M)
        if not key and not plain:
            return None
        ours = Srtp.line_of(secrets.token_bytes(30))
        talk = Speech(
            theirs=Srtp(key[2]) if key else None,
            ours=Srtp(ours) if key else None,
            to_port=int((secure if key else plain)[1]),
        )
        self.talks.append(talk)
        lines = ["v=0", "o=c 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        for protocol in re.findall(r"^m=audio [0-9]+ (\S+)", offered, re.M):
            is_taken = (protocol == "RTP/SAVP") is bool(key)
            lines.append(f"m=audio {talk.port if is_taken else 0} {protocol} 8")
            if is_taken:
                lines.append("a=rtpmap:8 PCMA/8000")
            if is_taken and key:
                lines.append(f"a=crypto:{key[1]} {SUITE} inline:{ours}")
        return "\r\n".join([*lines, ""])


def _acknowledged(said: str, contact: str) -> bytes:
    copied = [line for line in said.split("\r\n") if re.match(r"(?i)(via|from|to|call-id):", line)]
    return "\r\n".join(
        [f"ACK {contact} SIP/2.0", *copied, "CSeq: 1 ACK", "Max-Forwards: 70", "Content-Length: 0", "", ""]
    ).encode()


def _first(kept: bytes) -> tuple[str, bytes] | None:
    """The first whole message, and what comes after it."""
    head, gap, rest = kept.partition(b"\r\n\r\n")
    length = re.search(rb"^(?:content-length|l)\s*:\s*([0-9]+)", head, re.M | re.I)
    size = int(length[1]) if length else 0
    if not gap or len(rest) < size:
        return None
    return (head + gap + rest[:size]).decode("utf-8", "replace"), rest[size:].lstrip(b"\r\n")
