"""Programs of the product that begin at once: forks of one process that has imported everything.

Importing Django and all apps takes three seconds of processor; a run of the suite starts more than a hundred programs.
A fork is a process like any other: it has its own environment, settings, log and process id, and can be killed.
"""

from __future__ import annotations

import atexit
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

PROJECT = Path(__file__).resolve().parents[2]


class Started:
    """As much of subprocess.Popen as tests ask of a program."""

    def __init__(self, nursery: Nursery, born: dict[str, Any]) -> None:
        self._nursery = nursery
        self.returncode: int | None = None
        self.pid: int = nursery.asked(born)

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._nursery.asked({"pid": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired when it still lives after `timeout` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.01)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            self._nursery.asked({"pid": self.pid, "signal": number})

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """One for a whole session: whoever asks first brings it to life."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._complaints: IO[str] | None = None
        self._guard = threading.Lock()

    def start(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> Started:
        """`words` as Python takes them: `-m module …` or `manage.py …`. What it says is added to `log`."""
        return self._born(words, environment, said=log, log=log)

    def run(self, words: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """To its end; with all it wrote."""
        with tempfile.TemporaryDirectory(prefix="cc-run-") as folder:
            said, log = Path(folder, "said"), Path(folder, "complained")
            code = self._born(words, environment, said=said, log=log).wait()
            return subprocess.CompletedProcess([*words], code, said.read_text(), log.read_text())

    def _born(
        self, words: Sequence[str], environment: Mapping[str, str], *, said: Path, log: Path
    ) -> Started:
        with self._guard:
            if self._process is None:
                self._open(environment)
        born = {"words": [*words], "environment": {**environment}, "said": str(said), "log": str(log)}
        return Started(self, born)

    def asked(self, what: dict[str, Any]) -> Any:
        with self._guard:
            assert self._process is not None
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, self._complained()
        return json.loads(answer)

    def _open(self, environment: Mapping[str, str]) -> None:
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115  (as long as the process)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery"], cwd=PROJECT, env={**environment}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints,
        )  # fmt: skip
        atexit.register(self.close)

    def _complained(self) -> str:
        assert self._complaints is not None
        self._complaints.seek(0)
        return self._complaints.read()[-3000:]

    def close(self) -> None:
        """Whatever it started ends with it."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process = None


NURSERY = Nursery()
