"""(a1) Decisions per second at 10,000 waiting and 10,000 agents: plain, with every feature, beside mod_callcenter's
loop and beside the plainest loop in C.

mod_callcenter chooses by asking SQLite for every waiting member which agents could take them. Its loop is played here
with its own statements on an in-memory database, as a whole pass at a size where that ends soon, and as the first
members of a pass at full size; ours decides the same calls in the same round. Time is the CPU time of the deciding
thread: the machine may be busy with other things.
"""

import gc
import time
from functools import partial

from benchmarks import linear_scan
from benchmarks.callcenter_loop import CallcenterLoop, Scene
from benchmarks.harness import Report, Target, by_turns, percentile, ratio
from benchmarks.routing_centre import (
    AGENTS,
    DECISIONS,
    SIGNATURES,
    SKILLS,
    WAITING,
    Centre,
    FullCentre,
    agents_become_free,
    calls_arrive,
)
from telephony.routing import RoutableAgent, Router, Work

TITLE = "a1 · Routing decisions"
SMALL, FULL, SAMPLE = 400, 10_000, 100
SIZE = f"{WAITING:,} waiting × {AGENTS:,} agents × {SKILLS} skills, {SIGNATURES} signatures"
STORMS = {
    "free": ("an agent becomes free, all waiting", Centre, agents_become_free),
    "arrive": ("a call arrives, all agents free", Centre, calls_arrive),
    "free, full": ("an agent becomes free, every feature in use", FullCentre, agents_become_free),
    "arrive, full": ("a call arrives, every feature in use", FullCentre, calls_arrive),
}


def run(repeats: int) -> Report:
    subjects = {name: partial(_large, centre, storm) for name, (_, centre, storm) in STORMS.items()}
    subjects |= {
        "ours": lambda: _ours(Scene(SMALL)),
        "loop": lambda: _loop(Scene(SMALL)),
        "ours at 10k": lambda: _ours(Scene(FULL)),
        "loop at 10k": lambda: _loop(Scene(FULL), SAMPLE),
    }
    if linear_scan.is_possible():
        subjects["C"] = linear_scan.rate
    found = by_turns(subjects, repeats)
    report = Report(TITLE)
    for name, (subject, _, _) in STORMS.items():
        _say_storm(report, subject, found[name])
    for subject, figures in ((STORMS[name][0], found[name]) for name in ("free", "arrive")):
        rate = percentile(figures["rate"], 50)
        report.targets.append(
            Target(f"{subject}: decisions per CPU second", rate, at_least=40_000, is_gate=False)
        )
    _say_features(report, found)
    _say_loop(report, found, SMALL, "ours", "loop", 20, "a whole pass")
    _say_loop(report, found, FULL, "ours at 10k", "loop at 10k", 500, f"first {SAMPLE} members of a pass")
    _say_scan(report, found)
    report.checks += [
        ("both gave every free agent the call that had waited longest in its queue", f"{SMALL // 2}"),
        ("no agent and no call was given twice while on offer, in", f"{4 * DECISIONS:,} decisions a round"),
        ("no work waited beside a free agent who could take it", "after every decision"),
    ]
    return report


def _say_storm(report: Report, subject: str, figures: dict[str, list[float]]) -> None:
    report.row(SIZE, subject, "decisions per CPU second", "1/s", figures["rate"])
    for figure in ("p50", "p95", "p99", "max"):
        report.row(SIZE, subject, figure, "µs", figures[figure])
    report.targets += [
        Target(f"{subject}: p99 in µs", percentile(figures["p99"], 50), at_most=1_000, is_gate=False),
        Target(f"{subject}: longest in µs", percentile(figures["max"], 50), at_most=10_000, is_gate=False),
    ]


def _say_features(report: Report, found: dict[str, dict[str, list[float]]]) -> None:
    """What it costs when everything is used, of what it costs when nothing is."""
    for name in ("free", "arrive"):
        each = _ratios(found, f"{name}, full", name)
        report.row(SIZE, f"every feature ÷ plain, {STORMS[name][0]}", "ratio", "×", each)


def _say_loop(
    report: Report,
    found: dict[str, dict[str, list[float]]],
    size: int,
    ours: str,
    loop: str,
    at_least: float,
    part: str,
) -> None:
    workload = f"{size:,} waiting × {size:,} agents, half free, 20 queues"
    report.row(workload, "our router", "decisions per CPU second", "1/s", found[ours]["rate"])
    subject = f"mod_callcenter's loop (SQLite), {part}"
    report.row(workload, subject, "decisions per CPU second", "1/s", found[loop]["rate"])
    report.row(workload, "ours ÷ mod_callcenter's loop", "ratio", "×", _ratios(found, ours, loop))
    gain = ratio(found[ours]["rate"], found[loop]["rate"])
    report.targets.append(
        Target(f"ours ÷ mod_callcenter's loop at {size:,} × {size:,}", gain, at_least=at_least)
    )


def _say_scan(report: Report, found: dict[str, dict[str, list[float]]]) -> None:
    if "C" not in found:
        report.checks.append(("not run: the loop in C, as there is no C compiler here", "0"))
        return
    subject = "linear scan in C, no levels, no steps"
    report.row(SIZE, subject, "decisions per CPU second", "1/s", found["C"]["rate"])
    report.row(SIZE, "ours ÷ linear scan in C", "ratio", "×", _ratios(found, "free", "C"))
    gain = ratio(found["free"]["rate"], found["C"]["rate"])
    report.targets.append(Target("ours ÷ linear scan in C, an agent becomes free", gain, at_least=0.35))


def _ratios(found: dict[str, dict[str, list[float]]], above: str, below: str) -> list[float]:
    return [a / b for a, b in zip(found[above]["rate"], found[below]["rate"], strict=True)]


def _settle() -> None:
    """What the worker does once it has loaded: the collector need not look at the agents again."""
    gc.collect()
    gc.freeze()


def _large(centre, storm) -> dict[str, float]:
    took = storm(centre(), _settle)
    gc.unfreeze()
    micros = [nanos / 1_000 for nanos in took]
    figures = {f"p{percent}": percentile(micros, percent) for percent in (50, 95, 99)}
    return {"rate": len(took) / (sum(took) / 1e9), **figures, "max": max(micros)}


def _ours(scene: Scene) -> dict[str, float]:
    router = Router()
    for name, queue_id, _ in scene.agents:
        router.put_agent(RoutableAgent(name, queues={queue_id: 1}))
    for name, queue_id, joined_at in scene.members:
        router.work_arrived(Work(name, queue_id, joined_at), scene.now)
    began = time.thread_time()
    made = [router.agent_became_free(name, scene.now) for name, _, is_free in scene.agents if is_free]
    spent = time.thread_time() - began
    scene.check([(each.work_id, each.agent_id) for each in made if each])
    return {"rate": len(made) / spent}


def _loop(scene: Scene, most: int | None = None) -> dict[str, float]:
    loop = CallcenterLoop(scene)
    began = time.thread_time()
    made = loop.run_pass(most)
    spent = time.thread_time() - began
    if most is None:
        scene.check(made)
    else:
        scene.check_first(made, most)
    return {"rate": len(made) / spent}
