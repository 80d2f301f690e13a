"""Runs subjects by turns, keeps every value, and says medians, spread and ratios."""

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from statistics import median


@dataclass
class Row:
    """One figure of one subject; `values` has one entry per repeat."""

    workload: str
    subject: str
    figure: str
    unit: str
    values: list[float]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> str:
        return f"{shown(min(self.values))}–{shown(max(self.values))}"


@dataclass
class Target:
    """A figure that must be reached. Ratios fail the run; absolute figures only warn: they speak of the machine."""

    what: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    is_gate: bool = True

    @property
    def is_met(self) -> bool:
        if self.at_least is not None and self.value < self.at_least:
            return False
        return self.at_most is None or self.value <= self.at_most

    @property
    def wanted(self) -> str:
        return f"≥ {shown(self.at_least)}" if self.at_least is not None else f"≤ {shown(self.at_most or 0)}"

    @property
    def verdict(self) -> str:
        if self.is_met:
            return "met"
        return "**MISSED**" if self.is_gate else "missed (absolute: a warning)"


@dataclass
class Report:
    """What one benchmark found. `checks` are the proofs that the answers were right: (what, how many)."""

    title: str
    rows: list[Row] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    checks: list[tuple[str, str]] = field(default_factory=list)

    def row(self, workload: str, subject: str, figure: str, unit: str, values: list[float]) -> Row:
        made = Row(workload, subject, figure, unit, values)
        self.rows.append(made)
        return made


class NotRun(Exception):
    """This benchmark cannot run here; the message says why, and the page lists it."""


class WrongAnswer(Exception):
    """A benchmark whose answers are wrong measures nothing."""


def check(holds: bool, what: str) -> None:
    if not holds:
        raise WrongAnswer(what)


def by_turns(
    subjects: Mapping[str, Callable[[], dict[str, float]]], repeats: int
) -> dict[str, dict[str, list[float]]]:
    """A-B-A-B: each subject once per round, so that a slow minute of the machine hits all alike."""
    found: dict[str, dict[str, list[float]]] = {name: {} for name in subjects}
    for turn in range(repeats):
        for name, run in subjects.items():
            print(f"  round {turn + 1}/{repeats}  {name}", file=sys.stderr, flush=True)
            for figure, value in run().items():
                found[name].setdefault(figure, []).append(value)
    return found


def ratio(above: list[float], below: list[float]) -> float:
    """The median of the ratios of each round: both of a round ran in the same minute."""
    return median(a / b for a, b in zip(above, below, strict=True))


def percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def shown(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def run_here(module: str, name: str, repeats: int) -> Report:
    benchmark = import_module(module)
    print(f"{name}: {benchmark.TITLE}", file=sys.stderr, flush=True)
    return benchmark.run(repeats)


def machine() -> str:
    """Enough to tell two machines apart."""
    name = platform.processor() or platform.machine()
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        models = [
            line.partition(":")[2].strip()
            for line in cpu_info.read_text().splitlines()
            if "model name" in line
        ]
        name = models[0] if models else name
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f"{name}, {os.cpu_count()} CPUs, {platform.system()} {platform.release()}, Python {platform.python_version()}; "
        f"load {load} when it began; {moment}"
    )


def commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"
