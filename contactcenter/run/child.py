"""One process of the product: started, watched, started again after a pause when it ends by itself, stopped."""

import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from contactcenter.run.forked import Forked
from contactcenter.run.kernel import die_with_parent
from contactcenter.run.progress import say

CALM_AFTER = 60.0
LONGEST_PAUSE = 30.0


@dataclass
class Child:
    """`stage` orders the stop: the lowest goes first, those of one stage together.

    The `command` of one that is forked is what Python would be told: `-m module …` or `file.py …`.
    """

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str]
    stage: int = 0
    stop_signal: int = signal.SIGTERM
    folder: Path = Path()
    is_forked: bool = False
    process: subprocess.Popen | Forked | None = None
    _pause: float = 1.0
    _started_at: float = 0.0
    _again_at: float = field(default=float("inf"))

    def start(self) -> None:
        self.process = self._fork() if self.is_forked else self._open()
        self._started_at = time.monotonic()
        self._again_at = float("inf")

    def _fork(self) -> Forked:
        return Forked(self.name, self.command, log=self.log, environment=self.environment, folder=self.folder)

    def _open(self) -> subprocess.Popen:
        # Its own session, so that Ctrl-C reaches the supervisor alone and the stop has an order.
        with self.log.open("ab") as sink:
            return subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=self.environment,
                cwd=self.folder, start_new_session=True, preexec_fn=die_with_parent,
            )  # fmt: skip

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look_after(self, now: float) -> None:
        """Start it again when its pause is over; begin a pause when it has just ended."""
        if self.is_alive() or self.process is None:
            return
        if now >= self._again_at:
            self.start()
        elif self._again_at == float("inf"):
            self._begin_pause(now)

    def _begin_pause(self, now: float) -> None:
        if now - self._started_at > CALM_AFTER:
            self._pause = 1.0
        self._again_at = now + self._pause
        say(f"{self.name} ended ({self._how()}); it starts again in {self._pause:.0f} s. Its log: {self.log}")
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _how(self) -> str:
        code = self.process.returncode if self.process else None
        assert code is not None
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def ask_to_stop(self) -> None:
        if self.is_alive():
            assert self.process is not None
            self.process.send_signal(self.stop_signal)

    def wait_until_stopped(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not stop in time and was killed")
            self.process.kill()
            self.process.wait()
