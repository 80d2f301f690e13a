"""`python -m tests`: the whole suite in two halves side by side; with arguments, one pytest with these arguments.

One half speaks to switches and mostly waits for real time; the other computes, and works browsers. Each has its own
database, cache and ports, so they do not meet. The second half's words come when the first has ended.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
WAITING = ("contract", "faults", "run")


def halves() -> tuple[list[str], list[str]]:
    """Folders and files of the half that waits, and of the half that computes."""
    found = sorted(path for path in HERE.iterdir() if path.is_dir() or path.name.startswith("test_"))
    names = [path for path in found if any(path.rglob("test_*.py")) or path.is_file()]
    waiting = [f"tests/{path.name}" for path in names if path.name in WAITING]
    computing = [f"tests/{path.name}" for path in names if path.name not in WAITING]
    return waiting, computing


def pytest_command(arguments: list[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def run_both() -> int:
    waiting, computing = halves()
    with tempfile.TemporaryFile() as words:
        beside = subprocess.Popen(
            pytest_command(["-p", "no:cacheprovider", *computing]), stdout=words, stderr=words
        )
        try:
            first = subprocess.run(pytest_command(waiting)).returncode
            second = beside.wait()
        finally:
            beside.kill()
            beside.wait()
        words.seek(0)
        sys.stdout.flush()
        sys.stdout.buffer.write(words.read())
        sys.stdout.flush()
    return first or second


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(subprocess.run(pytest_command(given)).returncode if given else run_both())
