"""Secrets nobody has to invent: made at the first start, kept in RUN_DIR/secrets.json for the owner alone."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from contactcenter.run.failures import CannotRun


def _made() -> str:
    return secrets.token_urlsafe(32)


@dataclass
class Secrets:
    secret_key: str = field(default_factory=_made)
    data_key: str = field(default_factory=_made)
    recording_key: str = field(default_factory=_made)
    database_password: str = field(default_factory=_made)
    redis_password: str = field(default_factory=_made)
    switch_password: str = field(default_factory=_made)
    switch_secret: str = field(default_factory=_made)

    @classmethod
    def of(cls, run_dir: Path) -> "Secrets":
        """Those of the last start; what is missing is made."""
        path = run_dir / "secrets.json"
        try:
            known = json.loads(path.read_text()) if path.exists() else {}
        except (OSError, ValueError) as problem:
            raise CannotRun(
                f"{path} cannot be read ({problem}). Restore it; the embedded data needs it."
            ) from None
        ours = cls(**{name: value for name, value in known.items() if name in cls.__dataclass_fields__})
        if asdict(ours) != known:
            write_private(path, asdict(ours))
        return ours


def write_private(path: Path, content: dict) -> None:
    """JSON only the owner may read, replaced whole or not at all."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    part.replace(path)
