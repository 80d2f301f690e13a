"""A real FreeSWITCH under test: sipp makes its callers and its phones, with sound."""

from __future__ import annotations

import math
import random
import socket
import struct
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from contactcenter.run.kernel import die_with_parent
from telephony.freeswitch.configuration import switch_command
from tests.contract.driver import CALLER_HZ, HOT_LINE, PHONE_HZ, Party, SwitchUnderTest
from tests.contract.ports import PORTS

SCENARIOS = Path(__file__).parent / "sipp"
NEVER_MS = 600_000


class Keypad:
    """The keys of one caller's telephone: RFC 2833 events from the very port its sound comes from."""

    def __init__(self) -> None:
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", PORTS.take()))
        self.port = self._line.getsockname()[1]
        self._sequence, self._source = random.randrange(1, 20_000), random.randrange(2**32)
        self._began = time.monotonic() - 60
        self._stamps: list[bytes] = []
        self._keys = ""

    def press(self, key: str, to_port: int, seconds: float = 0.06) -> None:
        stamp = int((time.monotonic() - self._began) * 8000) & 0xFFFFFFFF
        frames = round(seconds / 0.02)
        for frame in range(frames + 3):
            self._sequence += 1
            is_first, is_end = frame == 0, frame >= frames
            head = (0x80, 101 | (0x80 if is_first else 0), self._sequence & 0xFFFF, stamp, self._source)
            event = ("0123456789*#".index(key), (0x80 if is_end else 0) | 10, min(frame + 1, frames) * 160)
            self._line.sendto(
                struct.pack("!BBHII", *head) + struct.pack("!BBH", *event), ("127.0.0.1", to_port)
            )
            time.sleep(0.02)

    def heard(self) -> str:
        """The keys that have come since the call began, each told by the end of its event."""
        self._line.setblocking(False)
        try:
            while packet := self._line.recv(2048):
                key, is_end, stamp = packet[12], packet[13] & 0x80, packet[4:8]
                if packet[1] & 0x7F == 101 and is_end and stamp not in self._stamps:
                    self._stamps.append(stamp)
                    self._keys += "0123456789*#ABCD"[key]
        except BlockingIOError:
            self._line.setblocking(True)
        return self._keys

    def close(self) -> None:
        self._line.close()


@dataclass
class SippParty(Party):
    process: subprocess.Popen[bytes] = field(kw_only=True)
    port: int = field(kw_only=True)
    keypad: Keypad | None = field(default=None, kw_only=True)

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None

    def stop(self) -> None:
        if not self.is_over:
            self.process.kill()
        self.process.wait(5)
        if self.keypad:
            self.keypad.close()


@dataclass
class Sipp:
    """Starts sipp with a scenario of ours whose {{words}} are filled in; all files stay in `directory`."""

    directory: Path
    count: int = 0

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._tones: dict[int, Path] = {}

    def tone(self, hertz: int) -> Path:
        """A second of it, to be played again and again."""
        if hertz not in self._tones:
            path = self._tones[hertz] = self.directory / f"{hertz}.alaw"
            path.write_bytes(
                bytes(a_law(int(9000 * math.sin(2 * math.pi * hertz * i / 8000))) for i in range(8000))
            )
        return self._tones[hertz]

    def start(
        self, scenario: str, target: str, port: int, *more: str, **words: Any
    ) -> subprocess.Popen[bytes]:
        self.count += 1
        text = (SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace("{{" + word + "}}", str(value))
        path = self.directory / f"{scenario}-{self.count}.xml"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        argv = ["sipp", target, "-sf", str(path), "-i", "127.0.0.1", "-p", str(port), "-nostdin", "-aa"]
        argv += ["-mi", "127.0.0.1", "-mp", str(PORTS.take(4))]
        log = (self.directory / f"{scenario}-{self.count}.log").open("wb")
        return subprocess.Popen([*argv, *more], cwd=self.directory, stdout=log, stderr=log)


@dataclass
class FreeSwitchUnderTest(SwitchUnderTest):
    program: str = "freeswitch"

    def _launch(self) -> None:
        self.sipp = Sipp(self.directory / "sipp")
        log = (self.directory / "switch.out").open("wb")
        command = switch_command(self.directory, self.program)
        # As `make run` starts it: a session of its own is a turn of its own at the processor (decision 0065).
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def _is_ready(self) -> bool:
        return self.api("sofia status").count("RUNNING") == 3

    def callers(
        self, count: int, *, prefix: str, each_second: float = 5, together: int | None = None
    ) -> SippParty:
        """So many callers one after another, numbered prefix1, prefix2, …; they stay until the switch hangs up."""
        port = PORTS.take()
        process = self.sipp.start(
            "caller",
            f"{self.address}:{self.settings.trunk_port}",
            port,
            *("-m", str(count), "-l", str(together or count), "-r", str(each_second)),
            dialled=HOT_LINE,
            number=f"{prefix}[call_number]",
            display="",
            talk_ms=NEVER_MS,
            sound=self.sipp.tone(CALLER_HZ),
        )
        return self._keep(SippParty(prefix, process=process, port=port))

    def endless_callers(self, together: int, *, prefix: str, each_second: float) -> SippParty:
        """So many callers at any moment: for each who is gone another dials, until stopped."""
        return self.callers(100_000, prefix=prefix, each_second=each_second, together=together)

    def shared_phone(
        self,
        usernames: list[str],
        domain: str,
        password: str,
        *,
        answer_after: float,
        hang_up_after: float | None = None,
    ) -> SippParty:
        """One instrument at which all of them are registered; it takes any number of calls at once."""
        port = PORTS.take()
        process = self.sipp.start(
            "phone",
            f"{self.address}:{self.settings.sip_port}",
            port,
            ring_ms=int(answer_after * 1000),
            talk_ms=NEVER_MS if hang_up_after is None else int(hang_up_after * 1000),
            sound=self.sipp.tone(PHONE_HZ),
        )
        time.sleep(0.2)
        assert process.poll() is None, "the phone did not start"
        for username in usernames:
            self._register_at(port, username, domain, password)
        return self._keep(SippParty(usernames[0], process=process, port=port))

    def call(
        self,
        dialled: str = HOT_LINE,
        *,
        number: str,
        name: str = "",
        hang_up_after: float | None = None,
        hertz: int = CALLER_HZ,
    ) -> SippParty:
        port = PORTS.take()
        talk = NEVER_MS if hang_up_after is None else int(hang_up_after * 1000)
        process = self.sipp.start(
            "caller",
            f"{self.address}:{self.settings.trunk_port}",
            port,
            *("-m", "1"),
            dialled=dialled,
            number=number,
            display=f'"{name}" ' if name else "",
            talk_ms=talk,
            sound=self.sipp.tone(hertz),
        )
        return self._keep(SippParty(number, process=process, port=port))

    def keypad_call(self, dialled: str = HOT_LINE, *, number: str) -> SippParty:
        """Its sound is its keys alone: the port is the keypad's, because the switch heeds no other."""
        keypad, port = Keypad(), PORTS.take()
        process = self.sipp.start(
            "keypad",
            f"{self.address}:{self.settings.trunk_port}",
            port,
            *("-m", "1"),
            dialled=dialled,
            number=number,
            sound_port=keypad.port,
            talk_ms=NEVER_MS,
        )
        return self._keep(SippParty(number, process=process, port=port, keypad=keypad))

    def press(self, party: Party, leg_id: UUID, keys: str) -> None:
        assert isinstance(party, SippParty)
        assert party.keypad is not None
        to_port = int(self.api(f"uuid_getvar {leg_id} local_media_port"))
        for key in keys:
            party.keypad.press(key, to_port)
            time.sleep(0.04)

    def keys_heard(self, party: Party, leg_id: UUID) -> str:
        assert isinstance(party, SippParty)
        assert party.keypad is not None
        return party.keypad.heard()

    def phone(
        self,
        username: str,
        domain: str,
        password: str,
        *,
        answer_after: float | None = 0.3,
        hang_up_after: float | None = None,
        hertz: int = PHONE_HZ,
    ) -> SippParty:
        port = PORTS.take()
        process = self.sipp.start(
            "phone",
            f"{self.address}:{self.settings.sip_port}",
            port,
            ring_ms=NEVER_MS if answer_after is None else int(answer_after * 1000),
            talk_ms=NEVER_MS if hang_up_after is None else int(hang_up_after * 1000),
            sound=self.sipp.tone(hertz),
        )
        party = self._keep(SippParty(username, process=process, port=port))
        time.sleep(0.1)
        assert not party.is_over, "the phone did not start"
        self._register_at(port, username, domain, password)
        return party

    def carrier(self, *, answer_after: float | None = 0.3, hertz: int = PHONE_HZ) -> SippParty:
        port = int(self.settings.gateway.rpartition(":")[2])
        if answer_after is None:
            return SippParty("nobody", process=subprocess.Popen(["true"]), port=port)
        process = self.sipp.start(
            "phone",
            f"{self.address}:{self.settings.trunk_port}",
            port,
            ring_ms=int(answer_after * 1000),
            talk_ms=NEVER_MS,
            sound=self.sipp.tone(hertz),
        )
        time.sleep(0.2)
        assert process.poll() is None, "the carrier did not start"
        return self._keep(SippParty("carrier", process=process, port=port))

    def register(
        self, username: str, domain: str, password: str, *, phone_port: int = 9, expires: int = 300
    ) -> bool:
        process = self.sipp.start(
            "register",
            f"{self.address}:{self.settings.sip_port}",
            PORTS.take(),
            *("-m", "1", "-timeout", "5"),
            username=username,
            domain=domain,
            password=password,
            phone_port=phone_port,
            expires=expires,
        )
        return process.wait(10) == 0

    def _register_at(self, port: int, username: str, domain: str, password: str) -> None:
        """As phones do, it tries again: the web may be busy for longer than the switch waits."""
        tries = (self.register(username, domain, password, phone_port=port) for _ in range(3))
        assert any(tries), f"{username} could not register"

    def _keep(self, party: SippParty) -> SippParty:
        self.parties.append(party)
        return party


def a_law(sample: int) -> int:
    """One 16-bit sample as ITU-T G.711 A-law."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(abs(sample), 32635)
    exponent = max(0, magnitude.bit_length() - 8)
    mantissa = (magnitude >> (exponent + 3 if exponent else 4)) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55
