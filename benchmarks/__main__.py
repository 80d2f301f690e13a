"""`python -m benchmarks [a1 a2 a3 b c …] [--repeats 3]`: measures, prints, saves results.md when all was asked.

What cannot run here, and the workloads of the plan nobody has written yet, are listed as not run.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks import tables
from benchmarks.harness import NotRun, Report, WrongAnswer, commit, machine, run_here

RESULTS = Path(__file__).parent / "results.md"
SUITE = {
    "c": "benchmarks.esl",
    "a1": "benchmarks.routing_rate",
    "a2": "benchmarks.routing_truth",
    "b": "benchmarks.screen",
    "g": "benchmarks.fanout",
    "m": "benchmarks.storm",
    "i": "benchmarks.charging",
    "d": "benchmarks.heap",
    "a3": "benchmarks.assignments",
    "k": "benchmarks.live_calls",
    "l": "benchmarks.rebuild",
    "h": "benchmarks.questions",
    "p": "benchmarks.digits",
    "n": "benchmarks.recordings",
    "o": "benchmarks.page_figures",
    "f": "benchmarks.fleet",
    "j": "benchmarks.long_lists",
}
NOT_WRITTEN = {
    "e": "reports over 10 million calls",
    "g, 10,000": "ten thousand sockets on four processes: they need a second machine",
    "soak": "`python -m benchmarks.soak --hours 2`: not part of this run; its last result stands in README.md",
}


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("only", nargs="*", choices=[*SUITE, []], help="which; all when none is named")
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--tenants", type=int, help="f: how many (1,000)")
    asked.add_argument("--rows", type=int, help="j: how many calls (10,000,000)")
    options = asked.parse_args()
    for name, value in (("TENANTS", options.tenants), ("ROWS", options.rows)):
        # Read by the process that measures.
        if value:
            os.environ[name] = str(value)
    began, where = time.monotonic(), machine()
    names = options.only or list(SUITE)
    reports: list[Report] = []
    not_run = {} if options.only else dict(NOT_WRITTEN)
    try:
        for name in names:
            try:
                reports.append(run(name, options.repeats))
            except NotRun as reason:
                not_run[name] = str(reason)
    except WrongAnswer as wrong:
        print(f"WRONG ANSWER: {wrong}", file=sys.stderr)
        return 2
    text = tables.page(reports, where, commit(), options.repeats, not_run)
    print(text)
    if not options.only:
        RESULTS.write_text(text)
        print(
            f"Saved to {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}."
        )
    print(f"Took {time.monotonic() - began:.0f} s.")
    missed = [t for report in reports for t in report.targets if t.is_gate and not t.is_met]
    return 1 if missed else 0


def run(name: str, repeats: int) -> Report:
    """In a process of its own: Django, and the servers it is set up for, live once in a process."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as alone:
        return alone.submit(run_here, SUITE[name], name, repeats).result()


if __name__ == "__main__":
    sys.exit(main())
