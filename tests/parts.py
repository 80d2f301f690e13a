"""Parts and programs of a product under test, as forks of its nursery (tests/nursery.py)."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contactcenter.environment import PROJECT


class Nursery:
    """Many may ask; none waits for the end of another's part."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._log, self._guard = log, threading.Lock()
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery"], cwd=PROJECT, env=dict(environment), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink,
            )  # fmt: skip

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`arguments` as Python takes them, run to their end."""
        with tempfile.TemporaryDirectory(prefix="cc-program-") as folder:
            said, complained = Path(folder) / "said", Path(folder) / "complained"
            words = ["-m", "tests.program", str(said), *arguments]
            code = self.start("program", words, complained).wait()
            text = said.read_text() if said.exists() else ""
            return subprocess.CompletedProcess(list(arguments), code, text, complained.read_text())

    def start(self, name: str, arguments: list[str], log: Path) -> "Part":
        return Part(self, self.ask("start", name, arguments, str(log)))

    def ask(self, *words: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._guard:
            self._process.stdin.write(json.dumps(words) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, self._log.read_text()[-3000:]
        return json.loads(answer)

    def close(self) -> None:
        """What it started and nobody has stopped is asked to end."""
        with self._process:
            self._process.kill()


class Part:
    """As much of subprocess.Popen as tests ask of a process. It is no child of ours: Linux tells of its end."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self.returncode: int | None = None
        # Whatever becomes of it, its id is nobody else's before the nursery is asked for its end.
        self._handle = os.pidfd_open(pid)
        self._guard = threading.Lock()

    def poll(self) -> int | None:
        return self._ended_within(0)

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired when it still lives after `timeout` seconds."""
        if self._ended_within(timeout) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def _ended_within(self, seconds: float | None) -> int | None:
        if self.returncode is None and _is_over(self._handle, seconds):
            with self._guard:
                if self.returncode is None:
                    self.returncode = self._nursery.ask("end", self.pid)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def __del__(self) -> None:
        if hasattr(self, "_handle"):
            os.close(self._handle)


def _is_over(handle: int, seconds: float | None) -> bool:
    watched = select.poll()
    watched.register(handle, select.POLLIN)
    return bool(watched.poll(None if seconds is None else seconds * 1000))
