"""Servers of a test session: PostgreSQL and Valkey, embedded, its own, started when the first test asks.

Loaded as a plugin (`-p tests.servers`), because Django reads its settings before any conftest. The database is a copy
of a cluster made once per state of the migrations and kept below .run/tests (or /tmp where that may not be written).
The copy is in memory where there is enough: its four thousand files take ten times as long on a disk. Benchmarks and
the long faults borrow these servers and stay on the disk: what a commit costs is part of what they tell.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO

from contactcenter.run.postgres import Postgres
from contactcenter.run.valkey import Valkey, free_port

PROJECT = Path(__file__).resolve().parent.parent
MAKERS = ("tests/make_template.py", "tests/servers.py", "contactcenter/settings.py")
PASSWORD = "only-for-tests"  # noqa: S105  (a server nobody else can reach, gone after the session)
TEMPLATE = "contactcenter_template"
DATABASE = "contactcenter"
IN_MEMORY = Path("/dev/shm")
HOMES = "cc-tests-"
MOST_BYTES = 6 * 2**30
"""Free in memory, for a copy to be made there: four sessions of half a gigabyte each run at the same time."""
KEPT = "run"
"""Beside the template's data: the text a tenant's schema is replayed from, so that no session migrates one again."""


@cache
def migrations_hash() -> str:
    """Of every migration and of what builds the template, so that a change makes a new one."""
    files = sorted(PROJECT.glob("[!.]*/**/migrations/*.py"))
    # Data of one major version is of no use to another.
    digest = hashlib.sha256(Postgres(PROJECT, PASSWORD).major_version().encode())
    # With the second fence each tenant has a role in the cluster.
    digest.update(os.environ.get("DATABASE_FENCE", "off").encode())
    for path in [*files, *(PROJECT / name for name in MAKERS)]:
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    near = PROJECT / ".run" / "tests"
    try:
        near.mkdir(parents=True, exist_ok=True)
        probe = near / f"probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
        if near.stat().st_uid == os.getuid():
            return near
    except OSError:
        pass
    elsewhere = Path(tempfile.gettempdir()) / f"contactcenter-tests-{os.getuid()}"
    elsewhere.mkdir(mode=0o700, exist_ok=True)
    return elsewhere


def stop(server: subprocess.Popen, with_signal: int = signal.SIGINT) -> None:
    server.send_signal(with_signal)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def template_cluster() -> Path:
    """The data directory of a stopped cluster that holds TEMPLATE; made when there is none for these migrations."""
    cache = cache_folder()
    home = cache / migrations_hash()
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            _forget_old(cache)
            _make_template(home)
        os.utime(home)
    return home / "data"


def _forget_old(cache: Path) -> None:
    an_hour_ago = time.time() - 3600
    for home in cache.iterdir():
        if home.is_dir() and home.stat().st_mtime < an_hour_ago:
            shutil.rmtree(home, ignore_errors=True)
            home.with_suffix(".log").unlink(missing_ok=True)


def _make_template(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    cluster = Postgres(home, PASSWORD, is_durable=False)
    cluster.make()
    server = cluster.start(home.with_suffix(".log"))
    try:
        cluster.create_database(TEMPLATE)
        environment = os.environ | {"DATABASE_URL": cluster.url(TEMPLATE), "RUN_DIR": str(home / KEPT)}
        made = subprocess.run([sys.executable, "-m", "tests.make_template"], cwd=PROJECT, env=environment,
                              capture_output=True, text=True)  # fmt: skip
    finally:
        stop(server)
    if made.returncode:
        raise RuntimeError(
            f"The test database could not be made:\n{made.stdout[-2000:]}\n{made.stderr[-4000:]}"
        )
    (home / "ready").touch()


def _copy_texts(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for kept in source.glob("*.sql"):
        shutil.copy(kept, target)


def make_home() -> Path:
    """Goes with `Servers.stop`, and where a session was killed, with the next one's beginning."""
    is_test = "PYTEST_VERSION" in os.environ
    folder = IN_MEMORY if is_test and _has_room(IN_MEMORY) else Path(tempfile.gettempdir())
    for left in IN_MEMORY.glob(f"{HOMES}*"):
        with suppress(OSError):
            if _is_nobodys(left):
                shutil.rmtree(left, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=HOMES, dir=folder))
    # The server may be another user (root becomes nobody) and must pass through.
    home.chmod(0o711)
    return home


def _has_room(folder: Path) -> bool:
    try:
        said = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        available = int(said["MemAvailable"].split()[0]) * 1024
        return min(available, shutil.disk_usage(folder).free) > MOST_BYTES and os.access(folder, os.W_OK)
    except (OSError, KeyError):
        return False


def _hold(home: Path) -> IO[str]:
    """A lock on it, for as long as this process lives."""
    held = (home / "held").open("w")
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return held


def _is_nobodys(home: Path) -> bool:
    """Who made it has died. One that was made a moment ago may not be held yet."""
    if time.time() - home.stat().st_mtime < 60:
        return False
    with suppress(BlockingIOError):
        _hold(home).close()
        return True
    return False


class Servers:
    """What one session runs on. Addresses are known at once; the servers start when asked for."""

    def __init__(self) -> None:
        self.home = make_home()
        self._held = _hold(self.home)
        self.postgres = Postgres(self.home / "pg", PASSWORD, is_durable=False)
        self.valkey = Valkey(self.home / "valkey", free_port(), secrets.token_hex(16))
        self._running: dict[str, subprocess.Popen] = {}

    def start_postgres(self) -> Postgres:
        if "postgres" not in self._running:
            self.postgres.home.mkdir(exist_ok=True)
            subprocess.run(["cp", "-a", str(template_cluster()), str(self.postgres.data)], check=True)
            self.postgres.make()
            _copy_texts(template_cluster().parent / KEPT, self.run_dir)
            self._running["postgres"] = self.postgres.start(self.home / "postgres.log")
            self.postgres.create_database(DATABASE, template=TEMPLATE)
        return self.postgres

    def start_valkey(self) -> Valkey:
        if "valkey" not in self._running:
            self._running["valkey"] = self.valkey.start(self.home / "valkey.log")
        return self.valkey

    @property
    def run_dir(self) -> Path:
        return self.home / "run"

    def bring_texts(self, run_dir: Path) -> None:
        """Of a product with a folder of its own: the first tenant it opens need not be migrated."""
        self.start_postgres()
        _copy_texts(self.run_dir, run_dir)

    @contextmanager
    def copy_of_database(self, name: str):
        """A database of its own for what must commit; yields its address."""
        postgres = self.start_postgres()
        postgres.create_database(name, template=TEMPLATE)
        yield postgres.url(name)
        postgres.drop_database(name)

    def stop(self) -> None:
        for name, server in self._running.items():
            stop(server, signal.SIGQUIT if name == "postgres" else signal.SIGTERM)
        self._running.clear()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.postgres.socket_dir, ignore_errors=True)


SERVERS = Servers()
os.environ |= {
    "DATABASE_URL": SERVERS.postgres.url(DATABASE),
    "DATABASE_POOL": "0",
    "REDIS_URL": SERVERS.valkey.url,
    "RUN_DIR": str(SERVERS.run_dir),
    "SECRET_KEY": secrets.token_hex(32),
    "SWITCH_SECRET": "only-for-tests",
    "FREESWITCH_PASSWORD": "only-for-tests",
    "PUBLIC_HOSTS": "localhost,127.0.0.1",
}


def pytest_collection_finish(session) -> None:
    """Make the template before the first test: no test's time is spent on it."""
    if not session.config.option.collectonly and any("db" in item.fixturenames for item in session.items):
        template_cluster()


def pytest_unconfigure() -> None:
    SERVERS.stop()
