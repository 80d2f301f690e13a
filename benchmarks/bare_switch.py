"""A FreeSWITCH with our configuration and no product behind it: its questions are answered by a stand-in of our web."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harness import NotRun


def need_programs() -> None:
    """Raises NotRun where the switch, or what makes its callers, is not installed."""
    for program in ("freeswitch", "sipp"):
        if shutil.which(program) is None:
            raise NotRun(f"there is no {program} on PATH")


@contextmanager
def bare_switch(prepare: Callable[[Any], None] | None = None) -> Iterator[Any]:
    """`prepare(line)` may change its configuration before the start."""
    from tests.contract.real import FreeSwitchUnderTest

    line = FreeSwitchUnderTest(Path(tempfile.mkdtemp(prefix="cc-bench-")))
    if prepare is not None:
        launch = line._launch
        line._launch = lambda: (prepare(line), launch())[1]
    line.start()
    try:
        line.begin_test()
        yield line
    finally:
        line.stop()
        shutil.rmtree(line.directory, ignore_errors=True)
