"""F10: the wall clock of the worker's machine jumps by an hour; by its own count of time nothing happens."""

from __future__ import annotations

import time
from unittest import mock

from telephony.worker.clock import Clock
from telephony.worker.lease import LeaseKeeper
from telephony.worker.wheel import Wheel
from tests.faults.results import Result

ID = "F10"
PROVES = "a wall clock that jumps moves no deadline, no lease, no wait and no beat"
SHORT: dict = {}
LONG: dict = {"rehearsal": {}}
HOUR = 3600.0


def run(kind: str) -> Result:
    wrong = [f"{name} ({jump:+.0f} s)" for jump in (HOUR, -HOUR) for name, moved in _moved(jump) if moved]
    seen = "nothing moved" if not wrong else f"moved: {', '.join(wrong)}"
    return Result(ID, kind, "the wall clock jumps by an hour, forward and back (injected)", not wrong, seen)


def _moved(jump: float) -> list[tuple[str, bool]]:
    clock, wheel = Clock(), Wheel()
    lease = LeaseKeeper("main", "here")
    lease._until = time.monotonic() + 3
    wheel.add(clock.seconds() + 5, "an offer's end")
    before = clock.seconds()
    with mock.patch("time.time", lambda real=time.time: real() + jump):
        after, now = clock.seconds(), clock.now()
        return [
            ("the worker's clock", abs(after - before) > 1),
            ("what it calls now", abs(now.timestamp() - before) > 1),
            ("the lease", not lease.is_held),
            ("an offer's end", bool(wheel.take_due(after))),
        ]
