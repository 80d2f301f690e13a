"""What the contract suite does with a switch, whichever it is: one running switch, its callers and its phones.

A `SwitchUnderTest` starts a switch with our own configuration on ports of its own, with everything in a directory of
its own, and a stand-in for the web that answers its two questions from two dicts. `FreeSwitchUnderTest` and
`RehearsalUnderTest` differ only in the four methods at the end.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
import wave
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from telephony import facts
from telephony.freeswitch.client import FreeSwitch
from telephony.freeswitch.configuration import SwitchSettings, write_configuration
from telephony.freeswitch.listener import Address
from telephony.freeswitch.translate import Source
from telephony.switch import OfferCommand, SwitchError
from tests.contract.ports import PORTS
from tests.contract.web import Phone, Route, WebStandIn

T = TypeVar("T", bound=facts.Fact)
DOMAIN = "acme.localhost"
HOT_LINE = "+862155500001"
NODE = "under-test"
CALLER_HZ, PHONE_HZ = 440, 880
"""What callers and phones sound like, unless a test gives each its own tone."""


PATIENCE = 3
"""Waits are as long as a quiet machine needs; a busy one gets this many times as long. Nobody waits who need not."""


def wait_until(what: Callable[[], Any], seconds: float = 10, why: str = "it did not happen in time") -> Any:
    """The first truthy answer of `what`."""
    end = time.monotonic() + seconds * PATIENCE
    while not (answer := what()):
        assert time.monotonic() < end, why
        time.sleep(0.02)
    return answer


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def claimed_sound_ports() -> tuple[int, socket.socket]:
    """The first of a thousand ports for sound; they are ours alone while the socket, bound to the last, is open."""
    first = os.getpid() % 20
    for place in range(first, first + 20):
        block, claim = 12000 + place % 20 * 1000, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", block + 999))
        except OSError:
            claim.close()
            continue
        return block, claim
    raise AssertionError("no free ports for sound")


class FactLog:
    """Hears all facts in a thread; a test waits for those since its start."""

    def __init__(self, switch: FreeSwitch) -> None:
        self.heard: list[facts.Fact] = []
        self._start = 0
        self._news = threading.Condition()
        self._switch = switch
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for fact in self._switch.facts():
            with self._news:
                self.heard.append(fact)
                self._news.notify_all()

    def begin(self) -> None:
        self._start = len(self.heard)

    def since_start(self) -> list[facts.Fact]:
        return self.heard[self._start :]

    def unended(self) -> set[UUID]:
        """Legs whose beginning was told and not their end."""
        told = self.since_start()
        ended = {fact.leg_id for fact in told if isinstance(fact, facts.LegHungUp)}
        return {fact.leg_id for fact in told if isinstance(fact, facts.LegCreated)} - ended

    def all(self, kind: type[T], **fields: Any) -> list[T]:
        return [
            fact
            for fact in self.since_start()
            if isinstance(fact, kind) and all(getattr(fact, name) == value for name, value in fields.items())
        ]

    def wait(self, kind: type[T], seconds: float = 10, **fields: Any) -> T:
        """The first fact of this kind with these fields since the test began."""
        end = time.monotonic() + seconds * PATIENCE
        with self._news:
            while not (found := self.all(kind, **fields)):
                left = end - time.monotonic()
                assert left > 0, f"no {kind.__name__} with {fields}; heard {self._told()}"
                self._news.wait(left)
        return found[0]

    def _told(self) -> str:
        return "\n".join(str(fact) for fact in self.since_start() if not isinstance(fact, facts.SwitchBeat))


class Heart(threading.Thread):
    """Beats as the worker does, until stopped."""

    def __init__(self, switch: FreeSwitch) -> None:
        super().__init__(daemon=True)
        self._switch = switch
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(1):
            if self._switch.is_connected:
                # As the worker's: one the switch was too busy for is missed, and the next may come.
                with suppress(SwitchError):
                    self._switch.beat(datetime.now(UTC))

    def stop(self) -> None:
        self._stopped.set()
        self.join(5)


@dataclass
class Party(ABC):
    """A caller or a phone outside the switch."""

    number: str

    @property
    @abstractmethod
    def is_over(self) -> bool:
        """The call has ended for this party (a phone: one call it took has ended)."""

    @abstractmethod
    def stop(self) -> None:
        """Away at once, without a goodbye."""


@dataclass
class SwitchUnderTest(ABC):
    directory: Path
    web_url: str = ""
    """Where the switch asks instead of the stand-in, when the whole product runs."""
    node: str = NODE
    address: str = "127.0.0.1"
    """Where it listens for telephones, trunks and sound."""
    settings: SwitchSettings = field(init=False)
    web: WebStandIn = field(init=False)
    switch: FreeSwitch = field(init=False)
    log: FactLog = field(init=False)
    claim: socket.socket = field(init=False, repr=False)
    """Held while its ports for sound are ours."""
    heart: Heart | None = None
    parties: list[Party] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    # --- life ------------------------------------------------------------------------------------------------------
    def start(self) -> None:
        self.web = WebStandIn(secret="web-secret")
        # Several switches stand beside each other, of one test and of others.
        rtp_start, self.claim = claimed_sound_ports()
        self.settings = SwitchSettings(
            node=self.node,
            sip_address=self.address,
            event_port=free_port(),
            ws_port=free_port(),
            password="event-secret",
            sip_port=PORTS.take(),
            trunk_port=PORTS.take(),
            trunk_tls_port=PORTS.take(),
            rtp_start=rtp_start,
            rtp_end=rtp_start + 998,
            web_url=self.web_url or self.web.url,
            secret="web-secret",
            gateway=f"127.0.0.1:{PORTS.keep()}",
            gateway_watch_seconds=5,
            spool_dir=self.directory / "spool" / "cdr",
            recordings_dir=self.directory / "recordings",
            web_timeout_seconds=2 if self.web_url else 1,
            round_seconds=2,
            announce_first_seconds=2,
        )
        write_configuration(self.directory, self.settings)
        self._launch()
        self.switch = self.connect()
        if not self.switch.wait_connected(30 * PATIENCE):
            self.process.kill()
            raise AssertionError("the switch did not come up")
        self.log = FactLog(self.switch)
        wait_until(self._is_ready, 20, "the switch did not become ready")

    def _is_ready(self) -> bool:
        return True

    def connect(self) -> FreeSwitch:
        address = Address(host="127.0.0.1", port=self.settings.event_port, password=self.settings.password)
        return FreeSwitch(address, Source(self.node, str(self.settings.recordings_dir)))

    def stop(self) -> None:
        self.end_test()
        self.switch.close()
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self.web.close()
        self.claim.close()

    def begin_test(self) -> None:
        self.web.reset()
        self.web.routes[HOT_LINE] = Route(tenant="acme", number=HOT_LINE, queue_id=7)
        self.api("hash delete/cc/router_alive")
        if not self.web_url:
            self.start_beating()
        self.log.begin()

    def end_test(self) -> None:
        self.stop_beating()
        for party in self.parties:
            party.stop()
        self.parties.clear()
        self.api("hupall")
        wait_until(lambda: self.legs_alive() == 0, 15, "legs stayed behind")
        wait_until(lambda: not self.log.unended(), 10, "the end of a leg was not told")

    def start_beating(self) -> None:
        self.switch.beat(datetime.now(UTC))
        self.heart = Heart(self.switch)
        self.heart.start()

    def stop_beating(self) -> None:
        if self.heart:
            self.heart.stop()
        self.heart = None

    def legs_alive(self) -> int:
        return len(self.switch.live_legs())

    def api(self, command: str) -> str:
        """One command over a connection of its own."""
        with event_socket(self.settings) as ask:
            return ask(f"api {command}")

    # --- what tests do again and again -----------------------------------------------------------------------------
    def offer(self, caller_leg: UUID, username: str = "1001", **changes: Any) -> OfferCommand:
        offer_id = changes.pop("offer_id", None) or uuid4()
        values: dict[str, Any] = {
            "offer_id": offer_id,
            "tenant": "acme",
            "caller_leg_id": caller_leg,
            "call_id": caller_leg,
            "agent_id": 11,
            "epoch": 1,
            "username": username,
            "domain": DOMAIN,
            "timeout_seconds": 10,
            "caller_number": "13800001111",
            "recording": f"acme/2026-11-20/{offer_id}.wav",
        }
        command = OfferCommand(**values | changes)
        self.switch.offer(command)
        return command

    def queued_caller(self, **wishes: Any) -> facts.LegQueued:
        """A caller who has just begun to wait."""
        number = wishes.pop("number", f"138{int(time.monotonic() * 1000) % 10**8:08d}")
        self.call(number=number, **wishes)
        return self.log.wait(facts.LegQueued, 15, caller_number=number)

    def carrier_goes(self) -> None:
        """Nobody is there any more who takes calls to the outside; before a test's own `carrier` nobody is."""

    def outside_answers(self) -> None:
        """Phones that are registered elsewhere are picked up; the real ones answer for themselves."""

    def web_phone(self, username: str) -> Phone:
        return Phone.of(username, DOMAIN, "phone-secret")

    def registered_phone(self, username: str = "1001", **wishes: Any) -> Party:
        self.web.phones[(username, DOMAIN)] = Phone.of(username, DOMAIN, "phone-secret")
        phone = self.phone(username, DOMAIN, "phone-secret", **wishes)
        self.log.wait(facts.DeviceRegistered, username=username, domain=DOMAIN)
        return phone

    # --- what differs ------------------------------------------------------------------------------------------------
    @abstractmethod
    def _launch(self) -> None:
        """Start the switch with the written configuration; sets `process`."""

    @abstractmethod
    def call(
        self,
        dialled: str = HOT_LINE,
        *,
        number: str,
        name: str = "",
        hang_up_after: float | None = None,
        hertz: int = CALLER_HZ,
    ) -> Party:
        """A caller with sound dials in from the trunk, and hangs up so many seconds after being answered."""

    @abstractmethod
    def phone(
        self,
        username: str,
        domain: str,
        password: str,
        *,
        answer_after: float | None = 0.3,
        hang_up_after: float | None = None,
        hertz: int = PHONE_HZ,
    ) -> Party:
        """A phone with sound registers. `answer_after` None: only when asked to (answer()), or never."""

    @abstractmethod
    def keypad_call(self, dialled: str = HOT_LINE, *, number: str) -> Party:
        """A caller without a voice who presses keys (`press`) and hears them (`keys_heard`)."""

    @abstractmethod
    def press(self, party: Party, leg_id: UUID, keys: str) -> None: ...

    @abstractmethod
    def keys_heard(self, party: Party, leg_id: UUID) -> str:
        """The keys that have come to this caller so far."""

    @abstractmethod
    def carrier(self, *, answer_after: float | None = 0.3, hertz: int = PHONE_HZ) -> Party:
        """Whoever takes calls to the outside from now on. `answer_after` None: is engaged, or not there at all."""

    @abstractmethod
    def register(self, username: str, domain: str, password: str, *, expires: int = 300) -> bool:
        """One attempt to register, or with `expires` 0 to take that back; True when accepted."""


@contextmanager
def event_socket(settings: SwitchSettings) -> Iterator[Callable[[str], str]]:
    """A bare event socket, so that the suite does not only believe its own client."""
    with socket.create_connection(("127.0.0.1", settings.event_port), 5) as connection:
        stream = connection.makefile("rwb")

        def read() -> str:
            headers = {}
            while (line := stream.readline().decode().strip()) or not headers:
                name, _, value = line.partition(": ")
                headers[name] = value
            body = stream.read(int(headers.get("Content-Length", 0))).decode("utf-8", "replace")
            return body or headers.get("Reply-Text", "")

        def ask(command: str) -> str:
            stream.write(f"{command}\n\n".encode())
            stream.flush()
            return read()

        read()
        assert ask(f"auth {settings.password}") == "+OK accepted"
        yield ask


def loudness(path: Path, begin: float = 0.0, end: float | None = None) -> list[float]:
    """Root mean square of each side of a 16-bit wav between two moments in seconds, from 0 to 1."""
    with wave.open(str(path), "rb") as file:
        sides, rate = file.getnchannels(), file.getframerate()
        samples = memoryview(file.readframes(file.getnframes())).cast("h")
    first = int(begin * rate) * sides
    last = len(samples) if end is None else int(end * rate) * sides
    found = []
    for side in range(sides):
        one = samples[first + side : last : sides]
        found.append((sum(value * value for value in one) / max(1, len(one))) ** 0.5 / 32768)
    return found


def seconds_of(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()
