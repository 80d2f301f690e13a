"""`python -m tests`: the whole suite in lots, three at a time; with arguments, one pytest with these arguments.

Each lot is a pytest of its own, with its own database, cache, switches and ports, so that lots do not meet. Most lots
that speak to switches wait for real time; the others compute, or work browsers. A free lane takes the next lot, so that
all end together however the lots grow. A lot's words are shown when it has ended; the last lines add them up.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
LANES = 3
WAITING_LANES = 2
"""These take what waits first; the others what computes."""
WAITING = ("contract", "faults", "hooks", "records", "run")
WHOLE_PRODUCT = ("cells", "flows_at_work", "nodes", "page_phone", "product", "routing")
"""Those of tests/contract that start web and worker beside the switch."""
LARGE = {"journeys": 3, "telephony": 2, "tenants": 1}
"""Folders that are lots by themselves, and how many."""
LONGEST = HERE / "journeys" / "test_every_page.py"
"""A lot by itself, and begun first."""
OUTCOMES = re.compile(r"(\d+) (passed|failed|errors?|skipped|rerun|xfailed|xpassed)\b")
PARTING_SECONDS = 30.0
Arguments = list[str]


def waiting() -> list[Arguments]:
    """Lots of tests that speak to switches or start processes; the longest first."""
    lines = sorted(path for path in (HERE / "contract").glob("test_*.py"))
    product = [_named(path) for path in lines if path.stem.removeprefix("test_") in WHOLE_PRODUCT]
    alone = [_named(path) for path in lines if _named(path) not in product]
    kinds = ("not freeswitch", "freeswitch")
    lots = [["-m", kind, *files] for files in (product, *_dealt(alone, 2)) for kind in kinds]
    return [*lots, ["tests/run", "tests/records"], ["tests/faults", "tests/hooks"]]


def computing() -> list[Arguments]:
    """Every other test of the folder, and those that stand beside the folders."""
    lots = [[_named(LONGEST)]]
    lots += [lot for name, count in LARGE.items() for lot in _dealt(_tests_of(HERE / name), count)]
    found = sorted(path for path in HERE.iterdir() if path.is_dir() or path.name.startswith("test_"))
    rest = [path for path in found if path.is_file() or any(path.rglob("test_*.py"))]
    return [*lots, [_named(path) for path in rest if path.name not in {*WAITING, *LARGE}]]


def _tests_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("test_*.py") if path != LONGEST)


def _named(path: Path) -> str:
    return str(path.relative_to(HERE.parent))


def _dealt(files: list, count: int) -> list[Arguments]:
    """Into so many lots like cards: neighbours in the alphabet are often alike in length."""
    names = [_named(path) if isinstance(path, Path) else path for path in files]
    return [names[place::count] for place in range(count)]


@dataclass
class Suite:
    """Lots not yet taken, and what came of the others."""

    words: Path
    waiting: deque[Arguments] = field(default_factory=lambda: deque(waiting()))
    computing: deque[Arguments] = field(default_factory=lambda: deque(computing()))
    running: set[subprocess.Popen] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    worst: int = 0
    is_over: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)

    def work(self, lane: int) -> None:
        """Take lots until none is left."""
        first, second = (
            (self.waiting, self.computing) if lane < WAITING_LANES else (self.computing, self.waiting)
        )
        for number in range(100):
            with self.guard:
                pile = first or second
                if self.is_over or not pile:
                    return
                process, words = self._begin(pile.popleft(), f"{lane}-{number}")
            began = time.monotonic()
            self._end(process, process.wait(), words, time.monotonic() - began)

    def _begin(self, lot: Arguments, name: str) -> tuple[subprocess.Popen, Path]:
        words = self.words / f"{name}.txt"
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *lot]
        with words.open("wb") as sink:
            sink.write(f"\n######## {' '.join(lot)}\n".encode())
            sink.flush()
            process = subprocess.Popen(command, stdout=sink, stderr=sink, start_new_session=True)
        self.running.add(process)
        return process, words

    def _end(self, process: subprocess.Popen, code: int, words: Path, seconds: float) -> None:
        said = words.read_bytes()
        with self.guard:
            self.running.discard(process)
            # A lot of which nothing can run here (5: no test was left) is no failure: its reasons are in its words.
            self.worst = max(self.worst, abs(code) if code != NOTHING_CHOSEN else 0)
            self.outcomes += _outcomes(said.decode(errors="replace"))
            sys.stdout.buffer.write(said + f"######## ended with {code} after {seconds:.0f} s\n".encode())
            sys.stdout.flush()

    def stop(self) -> None:
        """None of its processes outlives it."""
        with self.guard:
            self.is_over = True
            left = list(self.running)
        for process in left:
            end(process)


NOTHING_CHOSEN = 5


def _outcomes(words: str) -> Counter[str]:
    """As the last line of a pytest tells them."""
    last = next((line for line in reversed(words.splitlines()) if OUTCOMES.search(line)), "")
    return Counter({what.rstrip("s"): int(count) for count, what in OUTCOMES.findall(last)})


def run_all() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cc-tests-words-") as folder:
        suite = Suite(Path(folder))
        lanes = [threading.Thread(target=suite.work, args=(lane,), daemon=True) for lane in range(LANES)]
        try:
            for lane in lanes:
                lane.start()
            for lane in lanes:
                lane.join()
        finally:
            suite.stop()
    _tell(suite, time.monotonic() - began)
    return suite.worst


def _tell(suite: Suite, seconds: float) -> None:
    seen = suite.outcomes
    print(f"All lots ended after {seconds / 60:.1f} minutes; second tries: {seen['rerun']}.")
    failed = seen["failed"] + seen["error"]
    print(f"{seen['passed']} passed, {failed} failed, {seen['skipped']} skipped", flush=True)


def end(process: subprocess.Popen) -> None:
    """With what it started; asked first, so that servers of its tests are stopped."""
    for asked, seconds in ((signal.SIGINT, PARTING_SECONDS), (signal.SIGKILL, None)):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, asked)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)


def main(given: list[str]) -> int:
    if given:
        return subprocess.run([sys.executable, "-m", "pytest", *given]).returncode
    return run_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
