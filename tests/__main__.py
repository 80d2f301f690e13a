"""`python -m tests`: the whole suite in parts side by side; with arguments, one pytest with these arguments.

Parts that speak to switches or start processes mostly wait for real time; one part computes, and works browsers. Each
has its own database, cache, switches and ports, so they do not meet. The first part's words are shown as they come,
those of the others when it has ended.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
WAITING = ("contract", "faults", "run")
WHOLE_PRODUCT = ("cells", "flows_at_work", "nodes", "product", "routing")
"""Those of tests/contract that start web and worker beside the switch."""
AFTERWARDS = ("hooks", "records", "telephony", "tenants", "ticketing")
"""What computes, too, and begins when a part that waits has ended: as long together as the rest."""
PART = "--part"


def parts() -> list[list[list[str]]]:
    """For each part the arguments of one pytest after another; every test is in one of them."""
    product = [f"tests/contract/test_{name}.py" for name in WHOLE_PRODUCT]
    lines = sorted(f"tests/contract/{path.name}" for path in (HERE / "contract").glob("test_*.py"))
    lines = [path for path in lines if path not in product]
    return [
        [["-m", "not freeswitch", "tests/contract"], ["tests/tenants", "tests/ticketing"]],
        [["-m", "freeswitch", *lines], ["tests/faults", "tests/run", "tests/hooks", "tests/records"]],
        [["-m", "freeswitch", *product], ["tests/telephony"]],
        [computing()],
    ]


def computing() -> list[str]:
    found = sorted(path for path in HERE.iterdir() if path.is_dir() or path.name.startswith("test_"))
    names = [path for path in found if any(path.rglob("test_*.py")) or path.is_file()]
    return [f"tests/{path.name}" for path in names if path.name not in (*WAITING, *AFTERWARDS)]


def run_pytest(arguments: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments]).returncode


def run_part(place: int) -> int:
    cache = ["-p", "no:cacheprovider"] if place else []
    return max(run_pytest([*cache, *arguments]) for arguments in parts()[place])


def run_all() -> int:
    with tempfile.TemporaryDirectory(prefix="cc-tests-words-") as folder, beside(Path(folder)) as running:
        worst = run_part(0)
        for process, words in running:
            worst = max(worst, abs(process.wait()))
            sys.stdout.flush()
            sys.stdout.buffer.write(words.read_bytes())
            sys.stdout.flush()
    return worst


@contextlib.contextmanager
def beside(folder: Path) -> Iterator[list[tuple[subprocess.Popen[bytes], Path]]]:
    """All parts but the first, running from the start of the block; none outlives it."""
    running = []
    try:
        for place in range(1, len(parts())):
            words = folder / f"{place}.txt"
            command = [sys.executable, "-m", "tests", PART, str(place)]
            with words.open("wb") as sink:
                process = subprocess.Popen(command, stdout=sink, stderr=sink, start_new_session=True)
            running.append((process, words))
        yield running
    finally:
        for process, _words in running:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """With what it started; asked first, so that servers of its tests are stopped."""
    for asked, seconds in ((signal.SIGINT, 30), (signal.SIGKILL, None)):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, asked)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)


def main(given: list[str]) -> int:
    if given[:1] == [PART]:
        return run_part(int(given[1]))
    return run_pytest(given) if given else run_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
