"""Parties heard where a person would hear: outside the switch. What each hears is measured, not asked of our records.

A recording on a leg does not tell all: a whisper is in none. So the sound of these parties goes to and from sockets of
ours (on a real switch; the SIP is sipp's), and the rehearsal switch is asked what reaches the far end of a leg.
"""

from __future__ import annotations

import math
import random
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from tests.contract.driver import DOMAIN, HOT_LINE, SwitchUnderTest
from tests.contract.ports import PORTS
from tests.contract.real import NEVER_MS, SCENARIOS, FreeSwitchUnderTest, SippParty, a_law
from tests.contract.tones import TONES, whose

RATE, FRAME = 8000, 160
HEAD = struct.Struct("!BBHII")
A_LAW = 8


class Voice:
    """Speaks one tone to whoever sends it sound, and keeps what it hears with the moment it came."""

    def __init__(self, hertz: int) -> None:
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", 0))
        self._line.settimeout(0.2)
        self.port = self._line.getsockname()[1]
        self._heard: deque[tuple[float, bytes]] = deque(maxlen=50 * 120)
        self._peer: tuple[str, int] | None = None
        self._closed = threading.Event()
        turn = 2 * math.pi * hertz / RATE
        self._second = bytes(a_law(int(8000 * math.sin(turn * i))) for i in range(RATE))
        for run in (self._listen, self._speak):
            threading.Thread(target=run, daemon=True).start()

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                packet, self._peer = self._line.recvfrom(2048)
            except TimeoutError:
                continue
            except OSError:
                return
            if len(packet) > HEAD.size and packet[1] & 0x7F == A_LAW:
                self._heard.append((time.monotonic(), packet[HEAD.size :]))

    def _speak(self) -> None:
        sequence, stamp, source = random.randrange(20_000), 0, random.randrange(2**32)
        due = time.monotonic()
        while not self._closed.is_set():
            due += FRAME / RATE
            time.sleep(max(0.0, due - time.monotonic()))
            sequence, stamp = (sequence + 1) & 0xFFFF, (stamp + FRAME) & 0xFFFFFFFF
            if self._peer:
                first = stamp % RATE
                packet = HEAD.pack(0x80, A_LAW, sequence, stamp, source) + self._second[first : first + FRAME]
                try:
                    self._line.sendto(packet, self._peer)
                except OSError:
                    return

    def heard_since(self, moment: float) -> list[int]:
        """The samples."""
        return [LINEAR[byte] for at, sound in list(self._heard) if at >= moment for byte in sound]

    def close(self) -> None:
        self._closed.set()
        self._line.close()


def _linear(byte: int) -> int:
    """One sample of ITU-T G.711 A-law."""
    byte ^= 0x55
    exponent, mantissa = byte >> 4 & 7, byte & 0x0F
    magnitude = (mantissa << 4) + 8 if not exponent else ((mantissa << 4) + 0x108) << (exponent - 1)
    return magnitude if byte & 0x80 else -magnitude


LINEAR = [_linear(byte) for byte in range(256)]


@dataclass
class House:
    """Parties by name, each with a tone of its own (tones.TONES)."""

    line: SwitchUnderTest
    legs: dict[str, UUID] = field(default_factory=dict)
    _voices: dict[str, Voice] = field(default_factory=dict)

    def caller(self) -> None:
        if not isinstance(self.line, FreeSwitchUnderTest):
            self.line.call(number="13800000001", hertz=TONES["caller"])
            return
        words = {"dialled": HOT_LINE, "number": "13800000001", "display": ""}
        self._start("caller", "caller", self.line.settings.trunk_port, "-m", "1", **words)

    def phone(self, name: str, username: str) -> None:
        if not isinstance(self.line, FreeSwitchUnderTest):
            self.line.registered_phone(username, answer_after=0.05, hertz=TONES[name])
            return
        self.line.web.phones[(username, DOMAIN)] = self.line.web_phone(username)
        party = self._start(name, "phone", self.line.settings.sip_port, ring_ms=50)
        time.sleep(0.1)
        assert self.line.register(username, DOMAIN, "phone-secret", phone_port=party.port)

    def _start(self, name: str, scenario: str, to_port: int, *more: str, **words: object) -> SippParty:
        """sipp with the scenario everybody uses, its sound in our hands."""
        assert isinstance(self.line, FreeSwitchUnderTest)
        voice = self._voices[name] = Voice(TONES[name])
        text = (SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8")
        text = text.replace("[rtpstream_audio_port]", str(voice.port))
        kept = [row for row in text.splitlines(keepends=True) if "rtp_stream=" not in row]
        path = self.line.sipp.directory / f"{scenario}-with-a-voice.xml"
        path.write_text("".join(kept), encoding="utf-8")
        port = PORTS.take()
        target = f"127.0.0.1:{to_port}"
        process = self.line.sipp.start(
            str(path.with_suffix("")), target, port, *more, talk_ms=NEVER_MS, **words
        )
        party = SippParty(name, process=process, port=port)
        self.line.parties.append(party)
        return party

    def hear(self, seconds: float = 0.5) -> dict[str, set[str]]:
        """Whom each of the parties hears now."""
        # What is on its way when the mode changes is not measured.
        time.sleep(0.25)
        since = time.monotonic()
        time.sleep(seconds)
        return {name: self._hears(name, leg, since) for name, leg in self.legs.items()}

    def _hears(self, name: str, leg: UUID, since: float) -> set[str]:
        if name in self._voices:
            return whose(self._voices[name].heard_since(since))
        tones = self.line.api(f"rehearsal hears {leg}").split()
        return {who for who, hertz in TONES.items() if f"tone:{hertz}" in tones}

    def close(self) -> None:
        for voice in self._voices.values():
            voice.close()
