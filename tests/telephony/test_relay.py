"""Relays for phones in pages: credentials that end by themselves, and a relay that reaches nobody's inside."""

import base64
import contextlib
import hashlib
import hmac
import os
import shutil
import socket
import struct
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contactcenter import environment
from telephony import relay

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "turnserver.conf"
SECRET = "a-secret-of-the-relay-and-ours"
URLS = ("stun:relay.example:3478", "turn:relay.example:3478?transport=udp", "turns:relay.example:5349")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_page_is_given_a_name_that_ends_and_its_proof() -> None:
    asking, relaying = relay.made_for(URLS, SECRET, "page-1", NOW)
    assert asking == {"urls": [URLS[0]]}
    name = f"{int(NOW.timestamp()) + 7200}:page-1"
    proof = base64.b64encode(hmac.new(SECRET.encode(), name.encode(), hashlib.sha1).digest()).decode()
    assert relaying == {"urls": list(URLS[1:]), "username": name, "credential": proof}
    assert relay.made_for((), "", "page-1", NOW) == []


@pytest.mark.parametrize(
    ("urls", "secret"),
    [("http://relay", SECRET), ("turn:relay:1 ,x", SECRET), ("turn:relay", ""), ("turn:relay", "short")],
)
def test_wrong_addresses_and_missing_secrets_stop_the_start(monkeypatch, urls, secret) -> None:
    monkeypatch.setenv("TURN_URLS", urls)
    monkeypatch.setenv("TURN_SECRET", secret)
    with pytest.raises(environment.WrongSetting):
        environment.relays("TURN_URLS", "TURN_SECRET")


# ---- a real relay, with the configuration we ship


@pytest.fixture
def relay_with(tmp_path):
    """Starts coturn with deploy/turnserver.conf on a port of its own."""
    if not shutil.which("turnserver"):
        pytest.skip("no coturn on this machine (apt-get install coturn)")
    running: list[subprocess.Popen[bytes]] = []

    def start() -> int:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        own = ["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}", "--no-tls"]
        own += ["--no-dtls", f"--static-auth-secret={SECRET}", "--realm=relay.example", "--log-file=stdout"]
        own += [f"--pidfile={tmp_path}/{port}.pid", f"--userdb={tmp_path}/{port}.db"]
        log = (tmp_path / f"{port}.log").open("wb")
        command = ["turnserver", "-c", str(CONFIGURATION), *own]
        running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        end = time.monotonic() + 10
        while b"listener" not in (tmp_path / f"{port}.log").read_bytes().lower():
            assert time.monotonic() < end, (tmp_path / f"{port}.log").read_text()
            assert running[-1].poll() is None, (tmp_path / f"{port}.log").read_text()
            time.sleep(0.05)
        wait_for_answer(port)
        return port

    yield start
    for process in running:
        process.kill()
        process.wait(5)


def wait_for_answer(port: int) -> None:
    """It says that it listens before it does: until it answers "where am I?" (STUN binding)."""
    asked = struct.pack("!HHI", 0x0001, 0, RelayClient.MAGIC) + os.urandom(12)
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line, contextlib.suppress(OSError):
            line.settimeout(0.2)
            line.connect(("127.0.0.1", port))
            line.send(asked)
            line.recv(2048)
            return
        time.sleep(0.1)
    raise AssertionError("the relay does not answer")


class RelayClient:
    """As much of TURN (RFC 8656) as it takes to be given a relay, and to ask that it talks with an address."""

    ALLOCATE, PERMIT = 0x0003, 0x0008
    USERNAME, INTEGRITY, ERROR, PEER, REALM, NONCE, TRANSPORT = 0x06, 0x08, 0x09, 0x12, 0x14, 0x15, 0x19
    MAGIC = 0x2112A442

    def __init__(self, port: int, name: str, proof: str) -> None:
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.settimeout(3)
        self._line.connect(("127.0.0.1", port))
        self._name, self._proof = name, proof
        self._challenge: dict[int, bytes] = {}

    def allocate(self) -> int:
        """0, or the code of the refusal."""
        wish = {self.TRANSPORT: bytes([17, 0, 0, 0])}
        return self._ask(self.ALLOCATE, wish) if self._ask(self.ALLOCATE, wish) == 401 else -1

    def permit(self, address: str) -> int:
        hidden = int.from_bytes(socket.inet_aton(address)) ^ self.MAGIC
        return self._ask(self.PERMIT, {self.PEER: struct.pack("!BBHI", 0, 1, 0, hidden)})

    def _ask(self, kind: int, values: dict[int, bytes]) -> int:
        if self._challenge:
            values = values | {self.USERNAME: self._name.encode()} | self._challenge
        body = b"".join(
            struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)
            for name, value in values.items()
        )
        who = os.urandom(12)
        if self._challenge:
            realm = self._challenge[self.REALM].decode()
            key = hashlib.md5(f"{self._name}:{realm}:{self._proof}".encode()).digest()
            head = struct.pack("!HHI", kind, len(body) + 24, self.MAGIC) + who
            body += struct.pack("!HH", self.INTEGRITY, 20) + hmac.new(key, head + body, hashlib.sha1).digest()
        self._line.send(struct.pack("!HHI", kind, len(body), self.MAGIC) + who + body)
        return self._read(self._line.recv(2048))

    def _read(self, answer: bytes) -> int:
        found, at = {}, 20
        while at < len(answer):
            name, length = struct.unpack_from("!HH", answer, at)
            found[name] = answer[at + 4 : at + 4 + length]
            at += 4 + length + -length % 4
        self._challenge |= {name: found[name] for name in (self.REALM, self.NONCE) if name in found}
        error = found.get(self.ERROR)
        return error[2] * 100 + error[3] if error else 0


def client(port: int, at: datetime, proof: str = "") -> RelayClient:
    [given] = relay.made_for(("turn:127.0.0.1",), SECRET, "page-1", at)
    return RelayClient(port, given["username"], proof or given["credential"])


def test_a_real_relay_takes_our_names_while_they_last_and_leads_to_nobodys_inside(relay_with) -> None:
    port, now = relay_with(), datetime.now(UTC)
    assert client(port, now, proof="a-guess").allocate() == 401
    assert client(port, now - timedelta(hours=3)).allocate() == 401
    page = client(port, now)
    assert page.allocate() == 0
    inside = ("127.0.0.1", "10.1.2.3", "192.168.1.1", "172.20.0.1", "169.254.169.254", "100.64.0.1")
    assert {address: page.permit(address) for address in inside} == dict.fromkeys(inside, 403)
    assert page.permit("9.9.9.9") == 0
