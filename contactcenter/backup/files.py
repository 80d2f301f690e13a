"""Copies of files beside the database: sealed sounds, tenants' prompts. Written once, never changed, so new is enough.

What was deleted on the live disk (by a tenant's rule of retention) leaves the copy `days` later: long enough to notice
a mistake, and still a day that can be named to whoever asked for the deletion.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from contactcenter.backup.place import BackupPlace


@dataclass
class Copied:
    new: int = 0
    bytes: int = 0
    set_aside: int = 0
    forgotten: int = 0


def copy_files(name: str, source: Path, place: BackupPlace, *, today: date, days: int = 30) -> Copied:
    """`name`: the folder in the backup. Safe to repeat, and to be killed: what is half copied has another name."""
    done, target = Copied(), place.root / name
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    live = set()
    for path in _files_in(source):
        inside = path.relative_to(source)
        live.add(inside)
        done.new += _copied(path, target / inside, done)
    for path in list(_files_in(target)):
        inside = path.relative_to(target)
        if inside not in live:
            kept = place.gone / today.isoformat() / name / inside
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(kept)
            done.set_aside += 1
    done.forgotten = _forget(place, today - timedelta(days=days))
    return done


def _files_in(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".part")


def _copied(path: Path, target: Path, done: Copied) -> int:
    """1 when it was copied; 0 when it stands there already, or was deleted before we came to it."""
    try:
        size = path.stat().st_size
        if target.exists() and target.stat().st_size == size:
            return 0
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        shutil.copyfile(path, part)
    except FileNotFoundError:
        return 0
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(target)
    done.bytes += size
    return 1


def _forget(place: BackupPlace, before: date) -> int:
    old = [each for each in place.gone.glob("????-??-??") if each.name < before.isoformat()]
    for each in old:
        shutil.rmtree(each)
    return len(old)
