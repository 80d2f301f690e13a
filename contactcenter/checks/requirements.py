"""Are the pins what the sources ask for? Compiled again with the present pins, so a new release changes nothing.

`--upgrade` takes the newest of everything instead, and writes it. No index address is ever written.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from contactcenter.environment import PROJECT

PAIRS = (("requirements.in", "requirements.txt"), ("requirements-dev.in", "requirements-dev.txt"))


def compile_into(folder: Path, source: str, target: str, *more: str) -> None:
    command = ["uv", "pip", "compile", source, "--universal", "--python-version", "3.11", "--generate-hashes",
               "--no-header", "--quiet", "-o", target, *more]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"uv could not compile {source}: {done.stderr.strip()[-600:]}")


def pins_of(path: Path) -> set[str]:
    """`name==version ; marker` and hashes, without the remarks on who asked for it."""
    lines = (line.split("#")[0].strip().rstrip("\\").strip() for line in path.read_text().splitlines())
    return {line for line in lines if line}


def check() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in (file for pair in PAIRS for file in pair):
            shutil.copy(PROJECT / file, folder)
        for source, target in PAIRS:
            compile_into(folder, source, target)
        different = {
            target: pins_of(PROJECT / target) ^ pins_of(folder / target) for _source, target in PAIRS
        }
    for target, lines in different.items():
        for line in sorted(line for line in lines if not line.startswith("--hash")):
            print(f"{target}: {line}")
    stale = [target for target, lines in different.items() if lines]
    print(
        f"{', '.join(stale)} is not what the source asks for: make requirements"
        if stale
        else "The pins agree."
    )
    return 1 if stale else 0


def upgrade() -> int:
    for source, target in PAIRS:
        compile_into(PROJECT, source, target, "--upgrade")
    return 0


if __name__ == "__main__":
    sys.exit(upgrade() if "--upgrade" in sys.argv else check())
