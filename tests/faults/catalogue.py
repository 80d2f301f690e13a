"""All faults by number. Each is a module with ID, PROVES, SHORT and LONG (what `run(kind, …)` gets, by switch)."""

from __future__ import annotations

import os
from types import ModuleType

from tests.faults import (
    f1_killed_worker,
    f3_killed_sweeper,
    f7_killed_switch,
    f8_partition,
    f9_paused_leader,
    f10_clock_jump,
    f12_stopped_listener,
    f13_malformed_frames,
    f14_spoilt_spool,
    f15_rolling_release,
    f16_lost_database,
)
from tests.faults.results import Result

FAULTS: dict[int, ModuleType] = {
    1: f1_killed_worker,
    3: f3_killed_sweeper,
    7: f7_killed_switch,
    8: f8_partition,
    9: f9_paused_leader,
    10: f10_clock_jump,
    12: f12_stopped_listener,
    13: f13_malformed_frames,
    14: f14_spoilt_spool,
    15: f15_rolling_release,
    16: f16_lost_database,
}


def long_form(fault: ModuleType, kind: str, seconds: str | None = None) -> Result:
    wishes = dict(fault.LONG[kind])
    if seconds and "seconds" in fault.run.__kwdefaults__:
        wishes["seconds"] = float(seconds)
    if os.environ.get("ROWS") and "rows" in fault.run.__kwdefaults__:
        wishes["rows"] = int(os.environ["ROWS"])
    return fault.run(kind, **wishes)


def short_form(fault: ModuleType, kind: str = "rehearsal") -> Result:
    return fault.run(kind, **fault.SHORT)
