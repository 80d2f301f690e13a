"""`python -m benchmarks.capacity --json FILE`: the short run behind the operators' capacity card, two minutes at most.

Only what needs no second machine and no sipp. Progress goes to the error stream; a part that fails or takes too long is
named as not run, and the others still count. Ctrl-C ends it at once and leaves nothing behind.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.harness import NotRun, Report, WrongAnswer, machine

MOST_SECONDS = 110.0
Figure = dict[str, Any]


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    asked.add_argument("--json", type=Path, required=True, help="where to write what was found")
    options = asked.parse_args()
    try:
        found = measure()
    except KeyboardInterrupt:
        print("Cancelled: nothing was written.", file=sys.stderr)
        return 130
    options.json.write_text(json.dumps(found))
    return 0


def measure() -> dict[str, Any]:
    """{"figures": {id: {"limit", "unit", "how"}}, "not_run": {id: why}, "hardware": {…}}."""
    began, where = time.monotonic(), hardware()
    figures: dict[str, Figure] = {}
    not_run = {
        "calls": "live calls need a FreeSWITCH and sipp: python -m benchmarks k",
        "sockets": "thousands of open pages need a second machine",
        "agents": "agents at work are measured with live calls: python -m benchmarks k",
    }
    for number, (module, read) in enumerate(PARTS.items(), 1):
        left = MOST_SECONDS - (time.monotonic() - began)
        print(f"{number}/{len(PARTS)} {module} ({left:.0f} s left)", file=sys.stderr, flush=True)
        names = NAMES[module]
        if left < FEWEST[module]:
            not_run |= dict.fromkeys(names, "no time was left in two minutes")
            continue
        try:
            figures |= read(_run(module, left))
        except (NotRun, WrongAnswer, OSError, ImportError) as reason:
            not_run |= dict.fromkeys(names, str(reason)[:200] or type(reason).__name__)
    return {
        "figures": figures,
        "not_run": not_run,
        "hardware": where | {"seconds": round(time.monotonic() - began)},
    }


def _run(module: str, left: float) -> Report:
    if module == "routing_rate":
        return _short_routing()
    if module == "assignments":
        return import_module("benchmarks.assignments").run(1, most_seconds=left)
    return import_module(f"benchmarks.{module}").run(1)


def hardware() -> dict[str, Any]:
    memory = next(
        line.split()[1] for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line
    )
    return {
        "cpu": machine().split(",")[0],
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory) / 2**20, 1),
        "system": " ".join((os.uname().sysname, os.uname().release)),
        "switch": _switch(),
        "load": " ".join(f"{part:.1f}" for part in os.getloadavg()),
    }


def _switch() -> str:
    program = shutil.which("freeswitch")
    if program is None:
        return "rehearsal"
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"version: ([^+~ ]+)", said)
    return f"FreeSWITCH {version[1]}" if version else "FreeSWITCH"


def _value(report: Report, figure: str, subject: str = "") -> float:
    """The median of the first row with this figure whose subject begins so."""
    for row in report.rows:
        if row.figure == figure and row.subject.startswith(subject):
            return row.median
    raise NotRun(f"no {figure} was measured")


def _events_read(report: Report) -> dict[str, Figure]:
    rate = _value(report, "events per CPU second", "our EventSocket")
    how = "recorded events of 9.5 KB, read and parsed in one process, per second of its processor time"
    return {"parsing": {"limit": round(rate), "unit": "1/s", "how": how}}


def _decisions(report: Report) -> dict[str, Figure]:
    rate = _value(report, "decisions per CPU second")
    how = "10,000 waiting calls, 10,000 agents, 50 skills, per second of processor time"
    return {"decisions": {"limit": round(rate), "unit": "1/s", "how": how}}


def _short_routing() -> Report:
    """The slower of the two storms of a1, without its peers."""
    routing = import_module("benchmarks.routing_rate")
    report = Report(routing.TITLE)
    rates = [
        routing._large(centre, storm)["rate"]
        for _, centre, storm in (routing.STORMS[name] for name in ("free", "arrive"))
    ]
    report.row("storm", "our router", "decisions per CPU second", "1/s", [min(rates)])
    return report


def _assignments(report: Report) -> dict[str, Figure]:
    """The busiest of the three rates: what the worker did when it had more to do than it could."""
    rung = max(row.median for row in report.rows if row.figure == "callers rung")
    light = _value(report, "p99", "our worker")
    return {
        "offers": {
            "limit": round(rung, 1),
            "unit": "1/s",
            "how": "one worker, all rows on disk, callers arriving faster than it can take them",
        },
        "events": {
            "limit": round(_value(report, "facts per CPU second of the worker")),
            "unit": "1/s",
            "how": "the switch's facts through actions, rows and commit; one worker with a core of its own",
        },
        "offer_p99": {"limit": round(light, 1), "unit": "ms", "how": "at four callers a second"},
    }


def _sockets(report: Report) -> dict[str, Figure]:
    p99 = _value(report, "p99", "our hub")
    return {"pop_p99": {"limit": round(p99, 1), "unit": "ms", "how": "100 events a second to 10 open pages"}}


def _charging(report: Report) -> dict[str, Figure]:
    rate = _value(report, "legs per second", "charge_leg")
    return {"charging": {"limit": round(rate), "unit": "1/s", "how": "each leg in a transaction of its own"}}


PARTS: dict[str, Callable[[Report], dict[str, Figure]]] = {
    "esl": _events_read,
    "routing_rate": _decisions,
    "charging": _charging,
    "screen": _sockets,
    "assignments": _assignments,
}
FEWEST = {"assignments": 30, "esl": 15, "screen": 20, "charging": 15, "routing_rate": 20}
NAMES = {
    "assignments": ("offers", "events", "offer_p99"),
    "esl": ("parsing",),
    "screen": ("pop_p99",),
    "charging": ("charging",),
    "routing_rate": ("decisions",),
}


if __name__ == "__main__":
    sys.exit(main())
