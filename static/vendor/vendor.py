"""Remakes or verifies the files other people wrote: `vendor.py` checks, `vendor.py --remake` fetches with `npm pack`.

Each VERSIONS line: npm name, version, licence, file in the package, file here, sha512 of the file here.
Only --remake speaks to a registry, the one npm is configured for.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
LISTS = (ROOT / "static/vendor/VERSIONS", ROOT / "tests/journeys/vendor/VERSIONS")


class Vendored(NamedTuple):
    name: str
    version: str
    licence: str
    source: str
    target: str
    sha512: str


def entries(versions: Path) -> list[Vendored]:
    lines = versions.read_text().splitlines()
    return [Vendored(*line.split()) for line in lines if line and not line.startswith("#")]


def digest(path: Path) -> str:
    return base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def differing(versions: Path) -> list[str]:
    """Targets that are missing or are not what the list says."""
    folder = versions.parent
    wanted = {entry.target: entry.sha512 for entry in entries(versions)}
    return [
        name for name, sha in wanted.items() if not (folder / name).exists() or digest(folder / name) != sha
    ]


def remake(versions: Path) -> None:
    """Fetch every package once and copy the listed files; the digests in the list must match afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        for entry in entries(versions):
            archive = Path(scratch) / f"{entry.name.replace('/', '-')}-{entry.version}.tgz"
            if not archive.exists():
                subprocess.run(
                    ["npm", "pack", "--silent", f"{entry.name}@{entry.version}"], cwd=scratch, check=True
                )
            with tarfile.open(archive) as package:
                member = package.extractfile(f"package/{entry.source}")
                assert member is not None
                with (versions.parent / entry.target).open("wb") as target:
                    shutil.copyfileobj(member, target)


def main() -> int:
    found = [versions for versions in LISTS if versions.exists()]
    if "--remake" in sys.argv:
        for versions in found:
            remake(versions)
    bad = [
        f"{versions.parent.relative_to(ROOT)}/{name}" for versions in found for name in differing(versions)
    ]
    for name in bad:
        sys.stderr.write(f"{name} is missing or not the listed version\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
