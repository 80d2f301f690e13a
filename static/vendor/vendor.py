"""Remakes or verifies the files other people wrote: `vendor.py` checks, `vendor.py --remake` fetches with npm.

Each VERSIONS line: npm name, version, licence, file in the package, file here, sha512 of the file here.
A package that comes as many files is made one by esbuild: its file in the package is then `bundle:<our list of what we
take>`, and what goes into the bundle, or makes it, has a line of its own with `-` for both files.
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
BUNDLE, NO_FILE = "bundle:", "-"
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
    wanted = {entry.target: entry.sha512 for entry in entries(versions) if entry.target != NO_FILE}
    return [
        name for name, sha in wanted.items() if not (folder / name).exists() or digest(folder / name) != sha
    ]


def remake(versions: Path) -> None:
    """Fetch every package once and copy the listed files; the digests in the list must match afterwards."""
    listed = entries(versions)
    with tempfile.TemporaryDirectory() as scratch:
        for entry in listed:
            if entry.source.startswith(BUNDLE):
                bundle(entry, listed, versions.parent, Path(scratch))
            if entry.target == NO_FILE or entry.source.startswith(BUNDLE):
                continue
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


def bundle(entry: Vendored, listed: list[Vendored], folder: Path, scratch: Path) -> None:
    """One module of the package and of what it needs, all in the listed versions; nobody's install script runs."""
    parts = [entry, *(one for one in listed if one.target == NO_FILE)]
    wanted = [f"{one.name}@{one.version}" for one in parts]
    install = ["npm", "install", "--silent", "--ignore-scripts", "--save-exact", *wanted]
    subprocess.run(install, cwd=scratch, check=True)
    take = Path(shutil.copy(folder / entry.source.removeprefix(BUNDLE), scratch))
    [program] = (scratch / "node_modules/@esbuild").glob("*/bin/esbuild")
    shape = ["--bundle", "--minify", "--format=esm", "--platform=browser", "--legal-comments=none"]
    made = f"--outfile={folder / entry.target}"
    subprocess.run([str(program), take.name, *shape, made], cwd=scratch, check=True, capture_output=True)


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
