"""(a1) Decisions per second: ours at 10,000 waiting, 10,000 agents, 50 skills; and beside mod_callcenter's loop.

mod_callcenter chooses by asking SQLite for every waiting member which agents could take them. Its loop is played here
with its own statements on an in-memory database, at a size where a pass ends in reasonable time; ours decides the same
calls in the same round. Time is the CPU time of the deciding thread: the machine may be busy with other things.
"""

import gc
import time
from functools import partial
from random import Random

from benchmarks.callcenter_loop import CallcenterLoop, Scene
from benchmarks.harness import Report, Target, by_turns, check, percentile, ratio
from telephony.routing import Assignment, RoutableAgent, Router, Work

TITLE = "a1 · Routing decisions"
AGENTS = WAITING = 10_000
SKILLS, QUEUES, SIGNATURES = 50, 20, 300
DECISIONS = 20_000
SMALL = 400


def run(repeats: int) -> Report:
    subjects = {
        "free": partial(_large, agents_become_free),
        "arrive": partial(_large, calls_arrive),
        "ours": lambda: _ours_small(Scene(SMALL)),
        "loop": lambda: _loop_small(Scene(SMALL)),
    }
    found = by_turns(subjects, repeats)
    report = Report(TITLE)
    size = f"{WAITING:,} waiting × {AGENTS:,} agents × {SKILLS} skills, {SIGNATURES} signatures"
    words = {"free": "an agent becomes free, all waiting", "arrive": "a call arrives, all agents free"}
    for name, subject in words.items():
        figures = found[name]
        report.row(size, subject, "decisions per CPU second", "1/s", figures["rate"])
        for figure in ("p50", "p99", "max"):
            report.row(size, subject, figure, "µs", figures[figure])
        report.targets += [
            Target(
                f"{subject}: decisions per CPU second",
                min_median(figures["rate"]),
                at_least=40_000,
                is_gate=False,
            ),
            Target(f"{subject}: p99 in µs", min_median(figures["p99"]), at_most=1_000, is_gate=False),
            Target(f"{subject}: longest in µs", min_median(figures["max"]), at_most=10_000, is_gate=False),
        ]
    small = f"{SMALL} waiting × {SMALL} agents, half free, 20 queues"
    for name, subject in (("ours", "our router"), ("loop", "mod_callcenter's loop (SQLite)")):
        report.row(small, subject, "decisions per CPU second", "1/s", found[name]["rate"])
    gain = ratio(found["ours"]["rate"], found["loop"]["rate"])
    report.row(small, "ours ÷ mod_callcenter's loop", "ratio", "×", _ratios(found))
    report.targets.append(Target(f"ours ÷ mod_callcenter's loop at {SMALL} × {SMALL}", gain, at_least=20))
    report.checks.append(
        ("both gave every free agent the call that had waited longest in its queue", f"{SMALL // 2}")
    )
    report.checks.append(
        ("no agent and no call was given twice while on offer, in", f"{DECISIONS:,} decisions a round")
    )
    return report


def min_median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _ratios(found: dict[str, dict[str, list[float]]]) -> list[float]:
    return [a / b for a, b in zip(found["ours"]["rate"], found["loop"]["rate"], strict=True)]


class Centre:
    """A large centre with a fixed seed: agents with 5–15 skills and 3–8 queues, calls of 300 kinds."""

    def __init__(self) -> None:
        self.random = random = Random(7)
        self.kinds = [
            (
                random.randint(1, QUEUES),
                tuple((s, random.randint(1, 4)) for s in random.sample(range(SKILLS), size)),
            )
            for size in random.choices((1, 2, 3), (2, 2, 1), k=SIGNATURES)
        ]
        self.agents = [self._agent(number) for number in range(AGENTS)]
        self.now, self.made = 0.0, 0
        self.router = Router()
        for agent in self.agents:
            self.router.put_agent(agent)

    def _agent(self, number: int) -> RoutableAgent:
        random = self.random
        skills = {
            skill: random.randint(1, 10) for skill in random.sample(range(SKILLS), random.randint(5, 15))
        }
        queues = {
            queue: random.randint(1, 3) for queue in random.sample(range(1, QUEUES + 1), random.randint(3, 8))
        }
        return RoutableAgent(number, skills, queues)

    def call(self) -> Work:
        self.made += 1
        self.now += 0.01
        queue_id, requirements = self.random.choice(self.kinds)
        return Work(self.made, queue_id, self.now, requirements, priority=self.random.choice((0, 0, 30, 120)))


def agents_become_free(centre: Centre) -> list[int]:
    """Nanoseconds of each decision: the work goes, another comes, the agent is busy again."""
    router, took = centre.router, []
    for _ in range(WAITING):
        router.work_arrived(centre.call(), centre.now)
    _settle()
    offered = Offered()
    while len(took) < DECISIONS:
        agent_id = centre.random.randrange(AGENTS)
        centre.now += 0.01
        began = time.thread_time_ns()
        made = router.agent_became_free(agent_id, centre.now)
        spent = time.thread_time_ns() - began
        if made is None:
            router.agent_became_busy(agent_id)
            continue
        took.append(spent)
        offered.once(made)
        router.work_left(made.work_id)
        router.work_arrived(centre.call(), centre.now)
    check(router.waiting_count() == WAITING, "calls got lost")
    return took


def calls_arrive(centre: Centre) -> list[int]:
    """Nanoseconds of each decision, with the agent's way back to the shelves, which the index pays for."""
    router, took = centre.router, []
    for agent in centre.agents:
        centre.now += 0.01
        router.agent_became_free(agent.id, centre.now)
    for queue_id, requirements in centre.kinds:
        made = router.work_arrived(Work(-1, queue_id, centre.now, requirements), centre.now)
        router.work_left(-1)
        if made:
            router.agent_became_free(made.agent_id, centre.now)
    _settle()
    offered = Offered()
    while len(took) < DECISIONS:
        call = centre.call()
        began = time.thread_time_ns()
        made = router.work_arrived(call, centre.now)
        spent = time.thread_time_ns() - began
        router.work_left(call.id)
        if made is None:
            continue
        offered.once(made)
        began = time.thread_time_ns()
        router.agent_became_free(made.agent_id, centre.now)
        took.append(spent + time.thread_time_ns() - began)
    return took


def _settle() -> None:
    """What the worker does once it has loaded: the collector need not look at the agents again."""
    gc.collect()
    gc.freeze()


class Offered:
    """Nobody is given a second work before the first has left."""

    def __init__(self) -> None:
        self._works: set[int] = set()

    def once(self, made: Assignment) -> None:
        check(made.work_id not in self._works, f"work {made.work_id} was given twice")
        self._works.add(made.work_id)


def _large(storm) -> dict[str, float]:
    took = storm(Centre())
    gc.unfreeze()
    micros = [nanos / 1_000 for nanos in took]
    return {
        "rate": len(took) / (sum(took) / 1e9),
        "p50": percentile(micros, 50),
        "p99": percentile(micros, 99),
        "max": max(micros),
    }


def _ours_small(scene: Scene) -> dict[str, float]:
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


def _loop_small(scene: Scene) -> dict[str, float]:
    loop = CallcenterLoop(scene)
    began = time.thread_time()
    made = loop.run_pass()
    spent = time.thread_time() - began
    scene.check(made)
    return {"rate": len(made) / spent}
