"""A process beside the product that acts on its rows: told what by lines of JSON, it answers each with one line."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import PROJECT


@dataclass
class Clerk:
    """`python -m module` in these surroundings. Many may ask; they take turns."""

    module: str
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[str] = field(init=False)
    guard: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module], cwd=PROJECT, env=dict(self.environment),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip

    def ask(self, what: str, **wishes: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self.guard:
            self.process.stdin.write(json.dumps([what, wishes]) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        assert answer, f"{self.module} is gone: {self.log.read_text()[-3000:]}"
        return json.loads(answer)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def a_clerk(module: str, environment: Mapping[str, str], log: Path) -> Iterator[Clerk]:
    clerk = Clerk(module, environment, log)
    try:
        yield clerk
    finally:
        clerk.close()
