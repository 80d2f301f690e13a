"""Copies of the running database by PostgreSQL's own tools: a base copy, and the stream of everything after it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from contactcenter.backup.place import BackupPlace, stamp_of
from contactcenter.run.failures import CannotRun
from contactcenter.run.postgres import find_binaries

SLOT = "contactcenter_backup"
"""Makes the server keep what the stream has not fetched yet. docs/backup.md says how much it may keep."""


def prepare_stream(url: str, place: BackupPlace) -> None:
    """The slot is there afterwards, whether or not it was before. Raises CannotRun."""
    place.make()
    _run("pg_receivewal", "--dbname", _without_password(url), "--slot", SLOT, "--create-slot",
         "--if-not-exists", url=url)  # fmt: skip


def stream_command(url: str, place: BackupPlace) -> list[str]:
    """Runs until it is told to stop; asks again by itself while the server is away. Each commit is on the backup's
    disk, flushed, as soon as it has come. Needs `tool_environment`.
    """
    tool = str(find_binaries() / "pg_receivewal")
    return [tool, "--dbname", _without_password(url), "--directory", str(place.wal), "--slot", SLOT,
            "--synchronous"]  # fmt: skip


def take_base(url: str, place: BackupPlace, now: Callable[[], datetime], *, keep: int = 3) -> Path:
    """A whole copy, checked file by file, under the moment it was whole. Older ones than the newest `keep` go, and
    with them what was streamed before the oldest that is left. Raises CannotRun; then nothing has changed.
    """
    place.make()
    part = place.bases / f"{stamp_of(now())}.part"
    try:
        _run("pg_basebackup", "--dbname", _without_password(url), "--pgdata", str(part), "--checkpoint=fast",
             "--no-sync", url=url)  # fmt: skip
        _run("pg_verifybackup", "--quiet", str(part))
        _flush(part)
    except CannotRun:
        shutil.rmtree(part, ignore_errors=True)
        raise
    base = part.rename(place.bases / stamp_of(now()))
    _forget_older(place, keep)
    return base


def tool_environment(url: str) -> dict[str, str]:
    """Its password stands in no list of processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PGPASSWORD": unquote(urlsplit(url).password or "")}


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user, _at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}@{host}" if user else host).geturl()


def _forget_older(place: BackupPlace, keep: int) -> None:
    copies = place.base_copies()
    for old in copies[:-keep]:
        shutil.rmtree(old)
    first = _first_segment(copies[-keep:][0])
    if first:
        _run("pg_archivecleanup", str(place.wal), first)


def _first_segment(base: Path) -> str:
    """The name of the oldest piece of the stream this copy needs: "START WAL LOCATION: 0/2000028 (file 0000…)"."""
    first_line = (base / "backup_label").read_text(encoding="utf-8").splitlines()[0]
    return first_line.partition("(file ")[2].rstrip(")").strip()


def _flush(folder: Path) -> None:
    """On the disk, before anybody calls it a backup."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _run(tool: str, *arguments: str, url: str = "") -> None:
    command = [str(find_binaries() / tool), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=tool_environment(url))
    except OSError as problem:
        raise CannotRun(f"{tool} cannot be started: {problem.strerror}.") from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise CannotRun(f"{tool} failed: {said[-1] if said else 'it said nothing'}")


def utc_now() -> datetime:
    return datetime.now(UTC)
