"""`python -m benchmarks.soak --hours 2 --rate 5`: hours of calls on the whole product, and what is left of them.

The switch is the rehearsal switch, so that no sipp and no sound is needed. Callers dial, wait, talk some seconds and
hang up; some lose patience early. At the end everything must add up: as many calls in the rows as were placed, every
answered leg in the ledger exactly once and for as long as it lasted, no call, stay or offer open, no agent stuck,
nothing left in the spool, and the memory of each process flat: what it grew by after the first fifth is told per hour.
`--minutes 1` is the short form. Exit code 1 when a check fails; what was reached is printed either way.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from statistics import median

from benchmarks.harness import machine, percentile
from benchmarks.processes import megabytes
from benchmarks.whole_product import CALLS, OPEN_CALLS, Stage, stage
from tests.contract.driver import HOT_LINE, event_socket, wait_until

SAMPLE_EVERY = 15.0
TALK_SECONDS = (2, 6)
IMPATIENT = 20
"""One caller in so many hangs up after half a second."""
FLAT_PER_HOUR = 0.25
"""A process may grow by this part of its size in an hour; below FLAT_MB it is noise."""
FLAT_MB = 8.0
FEWEST_SAMPLES = 40
"""Ten minutes: a shorter run tells its memory, and judges nothing by it."""


@dataclass
class Soaked:
    """What was reached. `memory` has megabytes by process, a value each SAMPLE_EVERY seconds."""

    machine: str
    seconds: float
    placed: int
    refused: int = 0
    unanswered: int = 0
    """Calls of which the switch did not say in time whether it had placed them."""
    memory: dict[str, list[float]] = field(default_factory=dict)
    lag_seconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    asked.add_argument("--hours", type=float, default=0.0)
    asked.add_argument("--minutes", type=float, default=0.0)
    asked.add_argument("--rate", type=float, default=5.0, help="calls per second")
    asked.add_argument("--agents", type=int, default=0, help="as many as the rate needs when not said")
    asked.add_argument("--json", type=Path, help="where to keep the figures")
    options = asked.parse_args()
    seconds = (options.hours * 3600 + options.minutes * 60) or 7200.0
    found = soak(seconds, options.rate, options.agents or agents_for(options.rate))
    print(page(found))
    if options.json:
        options.json.write_text(json.dumps(asdict(found)))
    return 1 if found.problems else 0


def agents_for(rate: float) -> int:
    """Half as many again as are busy on average: ring, talk and wrap-up."""
    return max(4, round(rate * (1 + sum(TALK_SECONDS) / 2 + 2) * 1.5))


def soak(seconds: float, rate: float, agents: int) -> Soaked:
    where = machine()
    with stage("rehearsal", agents=agents) as running:
        found = Soaked(machine=where, seconds=0, placed=0)
        _place_calls(running, found, seconds, rate)
        _wait_for_the_end(running, found)
        _judge(running, found)
    return found


def _place_calls(running: Stage, found: Soaked, seconds: float, rate: float) -> None:
    random, began = Random(1), time.monotonic()
    sample_at = began
    while (now := time.monotonic()) - began < seconds:
        if now >= sample_at:
            sample_at = now + SAMPLE_EVERY
            _sample(running, found)
        try:
            with event_socket(running.line.settings) as ask:
                place_one(ask, found, random)
        except OSError:
            # A machine with too much else to do. Whether this call was placed, nobody knows: told, and not hidden.
            found.unanswered += 1
        tried = found.placed + found.refused + found.unanswered
        time.sleep(max(0.0, began + tried / rate - time.monotonic()))
    found.seconds = time.monotonic() - began
    _sample(running, found)


def place_one(ask, found: Soaked, random: Random) -> None:
    number = f"138{random.randrange(10**8):08d}"
    is_impatient = random.randrange(IMPATIENT) == 0
    wishes = "patience=0.5" if is_impatient else f"patience=120 talk={random.uniform(*TALK_SECONDS):.1f}"
    answer = ask(f"api rehearsal call {HOT_LINE} from={number} {wishes}")
    if answer.startswith("+OK"):
        found.placed += 1
    else:
        found.refused += 1


def _sample(running: Stage, found: Soaked) -> None:
    # The driver's own log of facts would be the one thing that grows.
    running.line.log.heard.clear()
    for name, pid in running.pids().items():
        found.memory.setdefault(name, []).append(megabytes(pid))
    rows = running.product.rows("select report->>'event_lag_seconds' from cells_lease")
    found.lag_seconds.append(float(rows[0][0] or 0))
    sizes = ", ".join(f"{name} {values[-1]:.0f} MB" for name, values in found.memory.items())
    print(
        f"{found.placed:,} calls placed; {sizes}; lag {found.lag_seconds[-1]:.1f} s",
        file=sys.stderr,
        flush=True,
    )


def _wait_for_the_end(running: Stage, found: Soaked) -> None:
    """Callers still on the line hang up by themselves; then the records are settled."""
    unsettled = "select count(*) from acme.telephony_leg where settled_at is null"
    for what, query in (("calls stayed open", OPEN_CALLS), ("legs stayed unsettled", unsettled)):
        try:
            wait_until(lambda query=query: running.count(query) == 0, 60)
        except AssertionError:
            found.problems.append(f"{running.count(query)} {what}")


def _judge(running: Stage, found: Soaked) -> None:
    caller = "from acme.telephony_leg where kind = 'caller'"
    charged = (
        "from billing_charge c join acme.telephony_leg l on l.id = c.leg_id"
        " where c.kind = 'inbound' and c.billable_seconds > 0"
    )
    stuck = "select count(*) from acme.telephony_agent where activity not in ('idle', 'wrap_up')"
    found.figures = {
        "calls in the rows": running.count(CALLS),
        "callers' legs": running.count(f"select count(*) {caller}"),
        "callers' legs with billable seconds": running.count(
            f"select count(*) {caller} and billable_seconds > 0"
        ),
        "legs in the ledger": running.count(f"select count(*) {charged}"),
        "billable seconds of legs": running.count(f"select coalesce(sum(billable_seconds), 0) {caller}"),
        "billable seconds in the ledger": running.count(
            f"select coalesce(sum(c.billable_seconds), 0) {charged}"
        ),
        "calls answered by an agent": running.count(f"{CALLS} where exit = 'answered'"),
        "calls abandoned": running.count(f"{CALLS} where exit = 'abandoned'"),
        "open offers": running.count("select count(*) from acme.telephony_offer where ended_at is null"),
        "open stays": running.count("select count(*) from acme.telephony_queuestay where left_at is null"),
        "agents stuck": running.count(stuck),
        "agents no longer ready": running.count(
            "select count(*) from acme.telephony_agent where routing_status != 'ready'"
        ),
        "records left in the spool": len(list(running.line.settings.spool_dir.glob("*.json"))),
        "records in quarantine": len(list((running.line.settings.spool_dir / "quarantine").glob("*.json"))),
    }
    found.problems += disagreements(found)


def disagreements(found: Soaked) -> list[str]:
    """In words; none when all adds up and memory is flat."""
    seen, said = found.figures, []
    extra = seen["calls in the rows"] - found.placed
    if not 0 <= extra <= found.unanswered:
        said.append(f"calls in the rows: {seen['calls in the rows']:.0f}, and {found.placed} were placed")
    for one, other in (
        ("callers' legs", seen["calls in the rows"]),
        ("legs in the ledger", seen["callers' legs with billable seconds"]),
        ("billable seconds in the ledger", seen["billable seconds of legs"]),
    ):
        if seen[one] != other:
            said.append(f"{one}: {seen[one]:.0f}, and should be {other:.0f}")
    for none in (
        "open offers",
        "open stays",
        "agents stuck",
        "records left in the spool",
        "records in quarantine",
    ):
        if seen[none]:
            said.append(f"{none}: {seen[none]:.0f}")
    return said + growing(found.memory)


def growing(memory: dict[str, list[float]]) -> list[str]:
    """Processes that would be noticeably larger in an hour; none is judged by a short run."""
    said = []
    for name, values in memory.items():
        hourly = slope(values) * 3600 / SAMPLE_EVERY
        is_real = len(values) >= FEWEST_SAMPLES and slope(values) * len(values) > FLAT_MB
        if is_real and hourly > FLAT_PER_HOUR * median(values):
            said.append(f"{name} grows by {hourly:.0f} MB an hour")
    return said


def slope(values: list[float]) -> float:
    """Least squares, per sample, after the first fifth: until then caches fill."""
    kept = values[len(values) // 5 :]
    if len(kept) < 3:
        return 0.0
    middle, mean = (len(kept) - 1) / 2, sum(kept) / len(kept)
    above = sum((at - middle) * (value - mean) for at, value in enumerate(kept))
    return above / sum((at - middle) ** 2 for at in range(len(kept)))


def page(found: Soaked) -> str:
    lines = [
        "# Soak",
        "",
        f"Machine: {found.machine}.",
        f"{found.placed:,} calls placed in {found.seconds / 60:.1f} minutes "
        f"({found.placed / max(found.seconds, 1):.2f}/s); {found.refused} could not be placed, "
        f"of {found.unanswered} the switch did not say.",
        "",
        *(f"- {name}: {value:,.0f}" for name, value in found.figures.items()),
    ]
    if found.lag_seconds:
        lines.append(
            f"- from the switch's event to our ingest, each {SAMPLE_EVERY:.0f} s: p50 "
            f"{percentile(found.lag_seconds, 50) * 1000:.0f} ms, p95 {percentile(found.lag_seconds, 95) * 1000:.0f} ms"
        )
    for name, values in found.memory.items():
        hourly = slope(values) * 3600 / SAMPLE_EVERY
        lines.append(
            f"- memory of {name}: {values[0]:.0f} → {values[-1]:.0f} MB, slope {hourly:+.1f} MB an hour"
        )
    return "\n".join([*lines, "", *(found.problems or ["Everything adds up."])])


if __name__ == "__main__":
    sys.exit(main())
