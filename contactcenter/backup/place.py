"""The folder of backups: base copies of the database, the stream of everything after them, copies of sealed files.

base/<UTC moment>/   each whole by itself, checked against its manifest before it has this name
wal/                 what PostgreSQL wrote since, to within a moment of now
vault/, prompts/     as on the live disk; gone/<day>/ keeps what was deleted there, for some days
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class BackupPlace:
    root: Path

    @property
    def bases(self) -> Path:
        return self.root / "base"

    @property
    def wal(self) -> Path:
        return self.root / "wal"

    @property
    def gone(self) -> Path:
        return self.root / "gone"

    def make(self) -> None:
        for folder in (self.root, self.bases, self.wal):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def base_copies(self) -> list[Path]:
        """The oldest first; what is still being copied has another name."""
        found = [each for each in self.bases.glob("*Z") if each.is_dir()]
        return sorted(found, key=lambda each: each.name)

    def base_before(self, at: datetime | None) -> Path | None:
        """The newest that was whole by then; None when there is none."""
        found = [each for each in self.base_copies() if at is None or taken_at(each) <= at]
        return found[-1] if found else None


def stamp_of(at: datetime) -> str:
    return at.astimezone(UTC).strftime(STAMP)


def taken_at(base: Path) -> datetime:
    """When the copy was whole: it can be brought to this moment and any later one."""
    return datetime.strptime(base.name, STAMP).replace(tzinfo=UTC)
