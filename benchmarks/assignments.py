"""(a3) From a caller's event to the ringing of an agent's phone, through the worker's own path and PostgreSQL.

Callers arrive on a clock that waits for nobody (open loop): each latency runs from the moment the caller was due, so a
worker that falls behind shows it. Every tenth of a second calls end and agents are free again, as in life. The peer is
the floor of mod_callcenter: its one thread looks at all members, then sleeps 100 ms, so a caller waits for the next
look even when everything else were free of charge; the moments of the same callers are put through that clock.
"""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
import time
from functools import partial
from random import Random

from benchmarks.harness import NotRun, Report, Row, Target, by_turns, check, percentile, ratio

TITLE = "a3 · From the event to the ringing"
AGENTS = 80
RATES = {"light": (4, 4.0), "asked": (60, 0.5), "rush": (600, 0.05)}
"""By name: callers per second, and for how many seconds."""
LOOP_SECONDS = 0.1
MOST_ROUNDS = 2
MOST_SECONDS = 240


def run(repeats: int, *, most_seconds: float | None = None) -> Report:
    """`most_seconds` ends a round that a busy machine draws out; NotRun then."""
    found = by_turns({"all": partial(_in_a_process, most_seconds)}, min(repeats, MOST_ROUNDS))["all"]
    report = Report(TITLE)
    for name, (rate, seconds) in RATES.items():
        workload = f"{rate} callers/s for {seconds:g} s, {AGENTS} agents"
        for who, subject in (("ours", "our worker, journal on disk"), ("loop", "100 ms loop, nothing else")):
            for figure in ("p50", "p99"):
                report.row(workload, subject, figure, "ms", found[f"{name}.{who}.{figure}"])
        report.row(workload, "our worker, journal on disk", "callers rung", "1/s", found[f"{name}.rate"])
    _add_facts(report, found)
    light = ratio(found["light.loop.p99"], found["light.ours.p99"])
    report.targets += [
        Target("the 100 ms loop's p99 ÷ ours, at 4/s", light, at_least=5, is_gate=False),
        Target("p99 at 60/s in ms", _median(found, "asked.ours.p99"), at_most=20, is_gate=False),
        Target("p99 at 600/s in ms", _median(found, "rush.ours.p99"), at_most=50, is_gate=False),
        Target("facts per CPU second of the worker", _median(found, "facts"), at_least=10_000, is_gate=False),
    ]
    report.checks.append(
        ("every caller rung once, no agent twice at once, all calls over in the rows", "all of them")
    )
    return report


def _add_facts(report: Report, found: dict[str, list[float]]) -> Row:
    words = "the switch's facts, through actions, rows and commit"
    return report.row(
        "all rates together", words, "facts per CPU second of the worker", "1/s", found["facts"]
    )


def _median(found: dict[str, list[float]], name: str) -> float:
    return percentile(found[name], 50)


def _in_a_process(most_seconds: float | None) -> dict[str, float]:
    """Django and its servers live once in a process."""
    argv = [sys.executable, "-m", "benchmarks.assignments"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            said, problem = process.communicate(timeout=most_seconds)
        except subprocess.TimeoutExpired:
            # Not killed: it has servers to take down.
            process.send_signal(signal.SIGINT)
            process.communicate()
            raise NotRun(f"not finished in {most_seconds:.0f} s on this busy machine") from None
    check(process.returncode == 0, f"a3 failed: {problem[-1500:]}")
    return json.loads(said.splitlines()[-1])


def measure() -> dict[str, float]:
    """By "<rate>.<who>.<figure>", in ms; and the facts per second of the worker's processor time."""
    from benchmarks.floor import bench, is_durable
    from tenants.short_turns import take_short_turns

    found: dict[str, float] = {}
    with bench(agents=AGENTS) as here:
        check(is_durable(), "the journal does not reach the disk")
        # As the worker does when it begins (run_telephony).
        take_short_turns()
        gc.collect()
        gc.freeze()
        for name, (rate, seconds) in RATES.items():
            facts, began = here.facts, time.process_time()
            due = _drive(here, rate, seconds)
            # Of the last and busiest one: in the others the worker also waits.
            found["facts"] = (here.facts - facts) / (time.process_time() - began)
            found |= _figures(name, here, due)
            here.rung_at.clear()
        _check_rows(here)
    return found


def _drive(here, rate: int, seconds: float) -> dict:
    """The moment each caller was due; everybody has been rung and has gone when this returns."""
    random = Random(1)
    due, live, coming = {}, [], _moments(random, rate, round(rate * seconds))
    began = hang_up_at = time.perf_counter()
    while coming or live:
        now = time.perf_counter()
        while coming and began + coming[0] <= now:
            caller = here.caller(random.randrange(10**8))
            due[caller] = began + coming.pop(0)
            live.append(caller)
        if now >= hang_up_at:
            hang_up_at = now + 0.1
            live = _end_rung(here, live)
        here.hand_over()
        # In earnest the switch's word wakes the worker; here nobody else could, so it naps until the next caller comes.
        next_at = began + coming[0] if coming else now + 1
        here.worker.turn(most=min(0.005, max(0.0, next_at - time.perf_counter())))
        check(now - began < MOST_SECONDS, f"{len(live)} callers were not rung in time")
    here.settle()
    return due


def _moments(random: Random, rate: float, most: int) -> list[float]:
    """As people call: at random moments, so many a second on average."""
    found, at = [], 0.0
    for _ in range(most):
        at += random.expovariate(rate)
        found.append(at)
    return found


def _end_rung(here, live: list) -> list:
    """Callers whose phone has rung hang up; the switch ends the agent's leg with theirs."""
    for caller in live:
        if caller in here.rung_at:
            offers = [leg_id for leg_id, leg in here.switch.legs.items() if leg.call_id == caller]
            here.switch.end(caller)
            for offer in offers:
                here.switch.end(offer)
    return [caller for caller in live if caller not in here.rung_at]


def _figures(name: str, here, due: dict) -> dict[str, float]:
    check(set(here.rung_at) >= set(due), "a caller was never rung")
    ours = [(here.rung_at[caller] - at) * 1000 for caller, at in due.items()]
    began = min(due.values())
    loop = [(LOOP_SECONDS - at % LOOP_SECONDS) * 1000 for at in due.values()]
    last = max(here.rung_at[caller] for caller in due)
    said = {f"{name}.rate": len(due) / (last - began)}
    for who, values in (("ours", ours), ("loop", loop)):
        said |= {f"{name}.{who}.p50": percentile(values, 50), f"{name}.{who}.p99": percentile(values, 99)}
    return said


def _check_rows(here) -> None:
    from telephony.models import Call, Offer, QueueStay
    from tenants.context import enter

    with enter("acme"):
        calls, offered = Call.objects.count(), Offer.objects.values("call_id").distinct().count()
        check(calls == offered, f"{calls} calls and {offered} of them offered")
        check(not Call.objects.filter(ended_at=None).exists(), "a call stayed open")
        check(not QueueStay.objects.filter(left_at=None).exists(), "a stay stayed open")


if __name__ == "__main__":
    print(json.dumps(measure()))
