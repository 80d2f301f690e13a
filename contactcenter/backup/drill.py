"""The drill: the backup brought back into a server of its own, compared with the live one, timed, thrown away."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contactcenter.backup.books import Books, unsound
from contactcenter.backup.place import BackupPlace
from contactcenter.backup.restoring import Restored, restore
from contactcenter.environment import PROJECT
from contactcenter.run.failures import CannotRun

LAST_COMMIT = re.compile(
    r"last completed transaction was at log time (\S+ \S+?)(?:\+00|Z| UTC)?\s*$", re.MULTILINE
)


@dataclass(frozen=True)
class Drilled:
    """`restored_seconds` until the first answer (RTO), `lost_seconds`: how long before the order the last commit was
    made that came back (RPO; None when a moment was asked for). `wrong`: what is not as it was.
    """

    base: str
    restored_seconds: float
    compared_seconds: float
    last_commit: datetime | None
    lost_seconds: float | None
    found: Books
    wrong: list[str]


def drill(place: BackupPlace, *, url: str, judge: Callable[[Books], list[str]], at: datetime | None = None,
          sounds: int = 0, is_whole: bool = False) -> Drilled:  # fmt: skip
    """`judge`: what of the books is not as it should be. Raises CannotRun when nothing could be brought back."""
    ordered = datetime.now(UTC)
    with brought_back(place, url=url, at=at) as restored:
        began = time.monotonic()
        found = books_of(restored.url, place, is_whole=is_whole, sounds=sounds)
        last = last_commit(restored)
        lost = (ordered - last).total_seconds() if last and at is None else None
        compared = time.monotonic() - began
        wrong = unsound(found) + judge(found)
        return Drilled(restored.base.name, restored.seconds, compared, last, lost, found, wrong)


@contextmanager
def brought_back(place: BackupPlace, *, url: str, at: datetime | None = None) -> Iterator[Restored]:
    """Thrown away afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="cc-drill-") as folder:
        Path(folder).chmod(0o711)
        restored = restore(place, home=Path(folder) / "pg", url=url, at=at)
        try:
            yield restored
        finally:
            restored.throw_away()


def books_of(url: str, place: BackupPlace | None = None, *, is_whole: bool, sounds: int = 0) -> Books:
    """Told by a process of its own whose database is that one, and whose sealed sounds are the backup's copies."""
    told = os.environ | {"DATABASE_URL": url, "DATABASE_POOL": "0", "DATABASE_FENCE": "off"}
    if place is not None:
        told["RECORDING_VAULT"] = str(place.root / "vault")
    command = [sys.executable, "manage.py", "tell_books", "--sounds", str(sounds)]
    done = subprocess.run(
        command + ["--whole"] * is_whole, cwd=PROJECT, env=told, capture_output=True, text=True
    )
    if done.returncode:
        raise CannotRun(f"What was brought back cannot be read: {done.stderr.strip().splitlines()[-1:]}")
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return Books(**said)


def last_commit(restored: Restored) -> datetime | None:
    """Of what came back, by the server's own words; None when nothing followed the base copy."""
    found = LAST_COMMIT.findall((restored.postgres.home / "restore.log").read_text(errors="replace"))
    return datetime.fromisoformat(found[-1]).replace(tzinfo=UTC) if found else None


def told_in_words(done: Drilled) -> list[str]:
    """What a person reads, a line each."""
    audits = done.found.audit.values()
    entries = sum(said["entries"] for said in audits)
    money = "; ".join(f"{rows} in {currency}, {amount}" for currency, rows, amount in done.found.ledger)
    bills = "; ".join(f"{rows} in {currency}, {amount}" for currency, rows, amount in done.found.bills)
    lines = [
        f"brought back   from the base copy {done.base}, last commit {done.last_commit}",
        f"RTO            {done.restored_seconds:.1f} s to the first answer, {done.compared_seconds:.1f} s to compare",
        f"audit log      {entries} entries of {len(audits)} tenants, each chain proved",
        f"ledger         {money or 'nothing in it'}",
        f"bills          {bills or 'none'}",
        f"sealed sounds  {done.found.sounds[0]} opened and equal to their hash, {done.found.sounds[1]} not",
    ]
    if done.lost_seconds is not None:
        lines.insert(
            2, f"RPO            {done.lost_seconds:.1f} s between the last commit brought back and the order"
        )
    return lines + [f"NOT EQUAL: {one}" for one in done.wrong] + ["equal"] * (not done.wrong)
