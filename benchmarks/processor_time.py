"""Whose processor time a run was: each process with its children, and what the machine had left."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import TICKS, cpu_seconds, family_seconds

GENERATOR = "pages and callers (the benchmark)"
OTHERS = "others on this machine"
LEFT, STOLEN = "left over", "taken by the host"


@dataclass(frozen=True)
class Reading:
    """Seconds so far: of each process, and of all processors as the kernel counts them."""

    at: float
    spent: dict[str, float]
    busy: float
    left: float
    stolen: float


def read(pids: Mapping[str, int]) -> Reading:
    spent = {name: family_seconds(pid) for name, pid in pids.items()}
    # Ours alone: the others are our children.
    spent[GENERATOR] = cpu_seconds(os.getpid())
    first, *_ = Path("/proc/stat").read_text().splitlines()
    user, nice, system, idle, iowait, irq, softirq, steal, *_ = (
        int(word) / TICKS for word in first.split()[1:]
    )
    return Reading(time.monotonic(), spent, user + nice + system + irq + softirq, idle + iowait, steal)


def used(before: Reading, after: Reading) -> dict[str, float]:
    """Seconds between two readings, by name; the last three are the rest of the machine."""
    found = {name: seconds - before.spent.get(name, 0.0) for name, seconds in after.spent.items()}
    return found | {
        OTHERS: max(0.0, after.busy - before.busy - sum(found.values())),
        STOLEN: after.stolen - before.stolen,
        LEFT: after.left - before.left,
    }


def table(quiet: tuple[Reading, Reading], calling: tuple[Reading, Reading], calls: int) -> list[str]:
    """`quiet`: the same pages open and nobody calls. Milliseconds a call are what came on top of that."""
    resting, working = used(*quiet), used(*calling)
    seconds_quiet, seconds = (end.at - begin.at for begin, end in (quiet, calling))
    width = max(map(len, working))
    lines = [f"{'processor':<{width}}  {'quiet':>6}  {'calls':>6}  {'a call':>8}"]
    for name, spent in working.items():
        cores_quiet, cores = resting.get(name, 0.0) / seconds_quiet, spent / seconds
        is_rest = name in (OTHERS, STOLEN, LEFT)
        a_call = "" if is_rest or not calls else f"{(cores - cores_quiet) * seconds * 1e3 / calls:5.1f} ms"
        lines.append(f"{name:<{width}}  {cores_quiet:6.2f}  {cores:6.2f}  {a_call:>8}".rstrip())
    return [*lines, "(cores while nobody calls, cores during the calls, and the difference for each call)"]
