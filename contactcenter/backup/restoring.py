"""A database brought back from its backup to a moment: a server of its own beside the live one, never in its place."""

import os
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from contactcenter.backup.place import BackupPlace
from contactcenter.run.failures import CannotRun
from contactcenter.run.postgres import NOBODY, Postgres

LONGEST = 3600.0


@dataclass
class Restored:
    """A running server. `seconds`: from the order to the first question it answers. Ended by `throw_away`."""

    postgres: Postgres
    server: subprocess.Popen[bytes]
    url: str
    base: Path
    seconds: float

    def throw_away(self) -> None:
        self.server.kill()
        self.server.wait()
        shutil.rmtree(self.postgres.home, ignore_errors=True)
        shutil.rmtree(self.postgres.socket_dir, ignore_errors=True)


def restore(place: BackupPlace, *, home: Path, url: str, at: datetime | None = None) -> Restored:
    """`url`: the live database's, for its name, user and password. `at` None: to the last commit that was copied.

    Raises CannotRun: no base copy before `at`, or the stream ends before it.
    """
    began = time.monotonic()
    base = place.base_before(at)
    if base is None:
        raise CannotRun(f"There is no base copy in {place.bases}" + (f" from before {at}." if at else "."))
    parts = urlsplit(url)
    postgres = Postgres(home, unquote(parts.password or ""))
    home.mkdir(parents=True)
    # The server may be another user (root becomes nobody) and must pass through.
    home.chmod(0o711)
    subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(postgres.data)], check=True)
    _tell(postgres.data, place, at)
    _give_to_server(postgres)
    server = _start(postgres, home / "restore.log")
    where = quote(str(postgres.socket_dir), safe="")
    own = parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@", query=f"host={where}").geturl()
    return Restored(postgres, server, own, base, time.monotonic() - began)


def _tell(data: Path, place: BackupPlace, at: datetime | None) -> None:
    """What the server does before it answers anybody: replay until `at`, then become a database of its own."""
    wal = shlex.quote(str(place.wal)).replace("%", "%%")
    # The newest piece is still being written to when everything else is lost: it is called .partial until it is full.
    fetch = f"cp {wal}/%f %p 2>/dev/null || cp {wal}/%f.partial %p 2>/dev/null"
    settings = {
        "restore_command": fetch,
        "recovery_target_action": "promote",
        "hot_standby": "off",
        "archive_mode": "off",
        "primary_conninfo": "",
        # One call instead of one for each of some hundred thousand files.
        "recovery_init_sync_method": "syncfs",
    }
    if at is not None:
        settings["recovery_target_time"] = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00"
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    (data / "recovery.signal").touch()
    # Where a distribution keeps its settings elsewhere, the copy has none.
    if not (data / "postgresql.conf").exists():
        (data / "postgresql.conf").touch()
        (data / "pg_hba.conf").write_text("local all all scram-sha-256\n", encoding="utf-8")


def _give_to_server(postgres: Postgres) -> None:
    postgres.socket_dir.mkdir(mode=0o700, exist_ok=True)
    if os.getuid() == 0:
        for folder in (postgres.data, postgres.socket_dir):
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(folder)], check=True)
    postgres.data.chmod(0o700)


def _start(postgres: Postgres, log: Path) -> "subprocess.Popen[bytes]":
    """hot_standby is off, so it answers only when the replay is over."""
    with log.open("ab") as sink:
        server = subprocess.Popen(postgres.command(), stdout=sink, stderr=sink, stdin=subprocess.DEVNULL,
                                  env=postgres.environment())  # fmt: skip
    try:
        postgres.wait(lambda: server.poll() is None, log, seconds=LONGEST)
    except CannotRun:
        server.kill()
        server.wait()
        raise
    return server
