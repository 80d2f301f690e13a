"""`python -m benchmarks [a1 a2 b c i] [--repeats 5]`: measures, prints, and saves results.md when all of it ran."""

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks import tables
from benchmarks.harness import Report, WrongAnswer, commit, machine

RESULTS = Path(__file__).parent / "results.md"
SUITE = {
    "c": "benchmarks.esl",
    "a1": "benchmarks.routing_rate",
    "a2": "benchmarks.routing_truth",
    "b": "benchmarks.screen",
    "i": "benchmarks.charging",
}


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("only", nargs="*", choices=[*SUITE, []], help="which; all when none is named")
    asked.add_argument("--repeats", type=int, default=5)
    options = asked.parse_args()
    began, where = time.monotonic(), machine()
    names = options.only or list(SUITE)
    try:
        reports = [run(name, options.repeats) for name in names]
    except WrongAnswer as wrong:
        print(f"WRONG ANSWER: {wrong}", file=sys.stderr)
        return 2
    text = tables.page(reports, where, commit(), options.repeats)
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
    print(f"{name}: {import_module(SUITE[name]).TITLE}", file=sys.stderr, flush=True)
    return import_module(SUITE[name]).run(repeats)


if __name__ == "__main__":
    sys.exit(main())
