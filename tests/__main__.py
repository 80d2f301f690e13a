"""`python -m tests`: the whole suite in lots, four at a time; with arguments, one pytest with these arguments.

Each lot is a pytest of its own, with its own database, cache, switches and ports, so that lots do not meet. Most lots
that speak to switches wait for real time; the others compute, or work browsers. A free lane takes the next lot, so that
all end together however the lots grow. A lot's words are shown when it has ended; the last lines add them up.

A test that stands on real time and failed beside the others is tried once more when they have ended, alone. So the
suite asks what the product does, not what this machine can do at once; whatever needed it is named at the end.
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

from tests.lots import Arguments, browsing, computing, undisturbed, waiting
from tests.outside import FAILED, SURE

WAITING, BROWSING, COMPUTING = range(3)
LANES = (
    (WAITING, BROWSING, COMPUTING),
    (WAITING, BROWSING, COMPUTING),
    (BROWSING, COMPUTING, WAITING),
    (COMPUTING, BROWSING, WAITING),
)
"""What each lane takes first, then, and last."""
YIELDING = 15
"""How nice what computes is: it takes what is left by a switch, a caller and a worker that speak in real time."""
OUTCOMES = re.compile(r"(\d+) (passed|failed|errors?|skipped|rerun|xfailed|xpassed)\b")
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
PARTING_SECONDS = 30.0
MOST_TRIED_ALONE = 12
"""More than these did not fail because the machine was busy."""
FAILED_SUFFIX = ".failed"
TESTS_FAILED, NOTHING_CHOSEN = 1, 5
"""How a pytest ends. A lot of which nothing can run here is no failure: its reasons are in its words."""


@dataclass
class Suite:
    """Lots not yet taken, and what came of the others."""

    words: Path
    piles: list[deque[Arguments]] = field(
        default_factory=lambda: [deque(waiting()), deque(browsing()), deque(computing())]
    )
    running: set[subprocess.Popen] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    failed: set[tuple[str, str]] = field(default_factory=set)
    """(kind, test)"""
    worst: int = 0
    is_over: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)

    def work(self, lane: int) -> None:
        """Take lots until none is left."""
        for number in range(100):
            with self.guard:
                kind = next((kind for kind in LANES[lane] if self.piles[kind]), None)
                if self.is_over or kind is None:
                    return
                process, words = self._begin(self.piles[kind].popleft(), f"{lane}-{number}")
                if kind == COMPUTING:
                    _let_it_yield(process.pid)
            began = time.monotonic()
            code, processor = _wait(process)
            self._end(process, code, words, f"{time.monotonic() - began:.0f} s, {processor:.0f} of processor")

    def _begin(self, lot: Arguments, name: str) -> tuple[subprocess.Popen, Path]:
        """Its words come to one file, the tests that failed to another.

        A module that cannot be read is one failure; the others of its lot are asked all the same.
        """
        words = self.words / f"{name}.txt"
        environment = _keeping_bytecode() | {FAILED: str(words.with_suffix(FAILED_SUFFIX))}
        command = [*PYTEST, "--continue-on-collection-errors", *lot]
        with words.open("wb") as sink:
            sink.write(f"\n######## {' '.join(lot)}\n".encode())
            sink.flush()
            process = subprocess.Popen(
                command, stdout=sink, stderr=sink, start_new_session=True, env=environment
            )
        self.running.add(process)
        return process, words

    def _end(self, process: subprocess.Popen, code: int, words: Path, took: str) -> None:
        said = words.read_bytes()
        failed = _failed(words.with_suffix(FAILED_SUFFIX))
        with self.guard:
            self.running.discard(process)
            self.failed |= failed
            if code not in (0, NOTHING_CHOSEN) and not (code == TESTS_FAILED and failed):
                self.worst = max(self.worst, abs(code))
            self.outcomes += _outcomes(said.decode(errors="replace"))
            sys.stdout.buffer.write(said + f"######## ended with {code} after {took}\n".encode())
            sys.stdout.flush()

    def stop(self) -> None:
        """None of its processes outlives it."""
        with self.guard:
            self.is_over = True
            left = list(self.running)
        for process in left:
            end(process)


def _keeping_bytecode() -> dict[str, str]:
    """Our environment. Some hundred processes read the same sources: the first of them compiles them for all."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _let_it_yield(pid: int) -> None:
    """Among processes, and among sessions where the kernel shares time among these first."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, YIELDING)
        Path(f"/proc/{pid}/autogroup").write_text(str(YIELDING))


def _wait(process: subprocess.Popen) -> tuple[int, float]:
    """How it ended, and the seconds of processor it took with all it started and saw the end of."""
    try:
        _, status, used = os.wait4(process.pid, 0)
    except ChildProcessError:  # the one who stopped the suite has seen it
        return process.wait(), 0.0
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime


def _failed(file: Path) -> set[tuple[str, str]]:
    """Of one lot: (kind, test)"""
    lines = file.read_text().splitlines() if file.exists() else []
    return {(kind, test) for kind, _, test in (line.partition(" ") for line in lines)}


def _outcomes(words: str) -> Counter[str]:
    """As the last line of a pytest tells them."""
    last = next((line for line in reversed(words.splitlines()) if OUTCOMES.search(line)), "")
    return Counter({what.rstrip("s"): int(count) for count, what in OUTCOMES.findall(last)})


def run_all() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cc-tests-words-") as folder:
        suite = Suite(Path(folder))
        lanes = [threading.Thread(target=suite.work, args=(lane,), daemon=True) for lane in range(len(LANES))]
        try:
            for lane in lanes:
                lane.start()
            for lane in lanes:
                lane.join()
            suite.piles[WAITING].extend(undisturbed())
            suite.work(0)
        finally:
            suite.stop()
    left = _tried_alone(suite.failed)
    _tell(suite, left, time.monotonic() - began)
    return suite.worst or (TESTS_FAILED if left else 0)


def _tried_alone(failed: set[tuple[str, str]]) -> set[str]:
    """Which of these tests fail though nothing runs beside them, or are not of the kind that may be tried again."""
    tests = sorted(test for _, test in failed)
    if not tests or len(tests) > MOST_TRIED_ALONE or any(kind == SURE for kind, _ in failed):
        return set(tests)
    print(f"\n######## once more, alone: {len(tests)} tests", flush=True)
    left = set()
    for test in tests:
        print(f"NEEDED THE MACHINE ALONE: {test}", flush=True)
        if subprocess.run([*PYTEST, test]).returncode:
            left.add(test)
    return left


def _tell(suite: Suite, left: set[str], seconds: float) -> None:
    seen = suite.outcomes
    print(f"All lots ended after {seconds / 60:.1f} minutes; second tries: {seen['rerun']}.")
    for test in sorted(left):
        print(f"FAILED: {test}")
    failed = seen["failed"] + seen["error"]
    print(
        f"{seen['passed'] + failed - len(left)} passed, {len(left)} failed, {seen['skipped']} skipped",
        flush=True,
    )


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
