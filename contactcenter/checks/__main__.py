"""Runs every check, says ok or shows what is wrong, and ends with one line that says it all."""

import os
import subprocess
import sys
import time
from typing import NamedTuple

from contactcenter.environment import PROJECT

APPS = ["contactcenter", "tenants", "telephony", "ticketing", "quality", "reporting"]
PYTHON = sys.executable


class Check(NamedTuple):
    name: str
    command: list[str]


CHECKS = [
    Check("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
    Check("lint", [PYTHON, "-m", "ruff", "check", "--output-format", "concise", "."]),
    Check("types", [PYTHON, "-m", "mypy", *APPS]),
    Check(
        "imports", [PYTHON, "-c", "import sys; from importlinter.cli import lint_imports_command as c; c()"]
    ),
    Check("sizes", [PYTHON, "-m", "contactcenter.checks.sizes"]),
    Check("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
    Check("translations", [PYTHON, "-m", "contactcenter.translations", "check"]),
    Check("requirements", [PYTHON, "-m", "contactcenter.checks.requirements"]),
]


def run(check: Check) -> bool:
    began = time.monotonic()
    environment = os.environ | {"NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(check.command, cwd=PROJECT, capture_output=True, text=True, env=environment)
    is_ok = done.returncode == 0
    print(f"{'ok  ' if is_ok else 'FAIL'} {check.name} ({time.monotonic() - began:.1f} s)", flush=True)
    if not is_ok:
        print((done.stdout + done.stderr).rstrip(), flush=True)
    return is_ok


def main(chosen: list[str]) -> int:
    checks = [check for check in CHECKS if not chosen or check.name in chosen]
    failed = [check.name for check in checks if not run(check)]
    print(f"make check: {', '.join(failed)} failed" if failed else "make check: all is well")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
