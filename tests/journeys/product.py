"""The product as it runs, for a browser: web, worker and switch on ports, in folders and on a database of its own."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from contactcenter.run import web
from contactcenter.run.choices import REHEARSED_CARRIER
from tests.servers import SERVERS, stop

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 180
"""Seconds a step may take on a machine that has other things to do."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what: Callable[[], Any], why: str, seconds: float = PATIENCE) -> Any:
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, why
        time.sleep(0.05)
    return found


class Product:
    """Started parts can be stopped and started again one by one: `stop_part("web")`, `start_part("web")`."""

    def __init__(self, home: Path, database_url: str, redis_url: str) -> None:
        self.home = home
        self.port, self.event_port, self.panel_port = free_port(), free_port(), free_port()
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "DATABASE_POOL": "10",
            "REDIS_URL": redis_url,
            "RUN_DIR": str(home),
            "PORT": str(self.port),
            "SECRET_KEY": secrets.token_hex(32),
            # Where a test may stand up somebody else's page.
            "PRIVATE_SERVICES": f"127.0.0.1:{self.panel_port}",
            "FREESWITCH_KIND": "rehearsal",
            "FREESWITCH_HOST": "127.0.0.1",
            "FREESWITCH_GATEWAY": REHEARSED_CARRIER,
            "FREESWITCH_EVENT_PORT": str(self.event_port),
            "FREESWITCH_PASSWORD": secrets.token_hex(12),
            "SWITCH_SECRET": secrets.token_hex(12),
            "DJANGO_SETTINGS_MODULE": "contactcenter.settings",
            "PYTHONUNBUFFERED": "1",
        }
        conf = home / "switch" / "conf"
        self._commands = {
            "switch": ["-m", "telephony.freeswitch.rehearsal", "--conf", str(conf)],
            "web": web.arguments("127.0.0.1", self.port),
            "worker": ["manage.py", "run_telephony"],
        }
        self._running: dict[str, subprocess.Popen] = {}
        self._nursery: subprocess.Popen[str] | None = None
        self._logs: list[IO[bytes]] = []
        self.made: dict[str, Any] = {}

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self._program("-m", "contactcenter.translations", "compile")
        self.made = json.loads(self._program("-m", "tests.journeys.stage"))
        self._program("-m", "contactcenter.run.switch_configuration")
        for name in self._commands:
            self.start_part(name)
        wait_for(self._answers, f"The product does not answer; its logs are in {self.home}")

    def start_part(self, name: str) -> None:
        log = (self.home / f"{name}.log").open("ab")
        self._logs.append(log)
        command = [sys.executable, *self._commands[name]]
        self._running[name] = subprocess.Popen(command, cwd=PROJECT, env=self.environment, stdin=subprocess.DEVNULL,
                                               stdout=log, stderr=log)  # fmt: skip

    def stop_part(self, name: str) -> None:
        stop(self._running.pop(name))

    def stop(self) -> None:
        for name in list(self._running)[::-1]:
            self.stop_part(name)
        if self._nursery is not None:
            self._nursery.kill()
            self._nursery.wait()
        for log in self._logs:
            log.close()

    def address(self, tenant: str, path: str = "/") -> str:
        host = f"{tenant}.localhost" if tenant else "localhost"
        return f"http://{host}:{self.port}{path}"

    # --- the telephone network

    def register_phone(self, tenant: str, extension: str, habits: str = "mode=manual") -> None:
        password = quote(self.made["phones"][tenant][extension])
        answer = self.switch(
            f"rehearsal phone {extension}@{tenant}.localhost register password={password} {habits}"
        )
        assert answer.startswith("+OK"), answer

    def call(self, tenant: str, number: str, name: str = "", patience: int = 120, keys: str = "") -> str:
        """Somebody dials the tenant's number; their leg's id. `keys`: what they press at which second, "4@1.5,#@2"."""
        dialled = quote(self.made["numbers"][tenant])
        pressed = f" keys={keys}" if keys else ""
        wishes = f"from={quote(number)} name={quote(name)} patience={patience} talk=0{pressed}"
        answer = self.switch(f"rehearsal call {dialled} {wishes}")
        assert answer.startswith("+OK "), answer
        return answer.split()[1]

    def hang_up(self, leg_id: str) -> None:
        self.switch(f"rehearsal hangup {leg_id}")

    def switch(self, command: str) -> str:
        """One `api` command over the event socket."""
        with socket.create_connection(("127.0.0.1", self.event_port), timeout=10) as line:
            stream = line.makefile("rwb")
            _block(stream)
            _say(stream, f"auth {self.environment['FREESWITCH_PASSWORD']}")
            return _say(stream, f"api {command}")

    # --- inside

    def _program(self, *arguments: str) -> str:
        """`-m`, a module and its words, run in this product's surroundings; what it wrote."""
        assert arguments[0] == "-m", arguments
        if self._nursery is None:
            log = (self.home / "nursery.log").open("ab")
            self._logs.append(log)
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.nursery"], cwd=PROJECT, env=self.environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(json.dumps(arguments[1:]) + "\n")
        self._nursery.stdin.flush()
        answer = self._nursery.stdout.readline()
        assert answer, (self.home / "nursery.log").read_text()[-3000:]
        code, said, complained = json.loads(answer)
        assert code == 0, complained[-3000:]
        return said

    def _answers(self) -> bool:
        for name, process in self._running.items():
            assert process.poll() is None, (self.home / f"{name}.log").read_text()[-3000:]
        try:
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}/healthz", headers={"Host": "localhost"}
            )
            with urllib.request.urlopen(request, timeout=3) as answer:
                said = json.load(answer)
        except urllib.error.HTTPError as refusal:
            said = json.loads(refusal.read() or b"{}")
        except (OSError, ValueError):
            return False
        return all(said.get(part, {}).get("state") == "up" for part in ("database", "worker", "switch"))


def _block(stream: IO[bytes]) -> dict[str, str]:
    lines = iter(stream.readline, b"\n")
    return dict(line.decode().strip().split(": ", 1) for line in lines if b": " in line)


def _say(stream: IO[bytes], text: str) -> str:
    stream.write(f"{text}\n\n".encode())
    stream.flush()
    headers = _block(stream)
    return stream.read(int(headers.get("Content-Length", 0))).decode() or headers.get("Reply-Text", "")


@contextmanager
def running_product(home: Path) -> Iterator[Product]:
    redis_url = SERVERS.start_valkey().url
    with SERVERS.copy_of_database(f"journeys_{os.getpid()}_{free_port()}") as database_url:
        product = Product(home, database_url, redis_url)
        try:
            product.start()
            yield product
        finally:
            product.stop()
