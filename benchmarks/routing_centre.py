"""A large call centre with a fixed seed, for the routing benchmarks: its agents, its calls, and two storms."""

import time
from collections.abc import Callable
from random import Random
from typing import Any

from benchmarks.harness import check
from telephony.routing import STRATEGIES, Assignment, RoutableAgent, Router, Step, Work

AGENTS = WAITING = 10_000
SKILLS, QUEUES, SIGNATURES, GROUPS = 50, 20, 300, 30
DECISIONS = 20_000


class Centre:
    """Agents with 5–15 skills and 3–8 queues, calls of 300 kinds."""

    def __init__(self) -> None:
        self.random = Random(7)
        self.kinds = [self.kind(size) for size in self.random.choices((1, 2, 3), (2, 2, 1), k=SIGNATURES)]
        self.agents = [self._agent(number) for number in range(AGENTS)]
        self.now, self.made = 0.0, 0
        self.router = Router()
        for agent in self.agents:
            self.router.put_agent(agent)

    def kind(self, size: int) -> dict[str, Any]:
        """What calls of one kind ask for."""
        random = self.random
        queue_id = random.randint(1, QUEUES)
        requirements = tuple((skill, random.randint(1, 4)) for skill in random.sample(range(SKILLS), size))
        return {"queue_id": queue_id, "requirements": requirements}

    def fields(self) -> dict[str, Any]:
        """Of an agent, beside skills and queues."""
        return {}

    def priority(self) -> int:
        return self.random.choice((0, 0, 30, 120))

    def call(self) -> Work:
        self.made += 1
        self.now += 0.01
        return Work(self.made, queued_at=self.now, priority=self.priority(), **self.random.choice(self.kinds))

    def _agent(self, number: int) -> RoutableAgent:
        random = self.random
        skills = {
            skill: random.randint(1, 10) for skill in random.sample(range(SKILLS), random.randint(5, 15))
        }
        queues = {
            queue: random.randint(1, 3) for queue in random.sample(range(1, QUEUES + 1), random.randint(3, 8))
        }
        return RoutableAgent(number, skills, queues, **self.fields())


class FullCentre(Centre):
    """The same with everything a queue can be told: all strategies, preferred skills, groups, helping queues, steps
    that widen, the agent of last time, ring groups, and one call in fifty with scores.
    """

    def kind(self, size: int) -> dict[str, Any]:
        random = self.random
        kind = super().kind(size)
        strategy = random.choice(list(STRATEGIES))
        group_id = random.randint(1, GROUPS) if random.random() < 0.1 else None
        helping = (random.randint(1, QUEUES),) if random.random() < 0.1 else ()
        preferred = ((random.randrange(SKILLS), 5),) if random.random() < 0.3 else ()
        wider = {"preferred": preferred, "queue_ids": (random.randint(1, QUEUES),)}
        steps = (
            (Step(30, kind["requirements"][:1], **wider), Step(60, **wider)) if random.random() < 0.3 else ()
        )
        shared = {"strategy": strategy, "together": 3, "preferred": preferred, "queue_ids": helping}
        return {**kind, **shared, "group_id": group_id, "steps": steps}

    def fields(self) -> dict[str, Any]:
        random = self.random
        groups = frozenset(random.sample(range(1, GROUPS + 1), 4))
        return {"groups": groups, "busy_seconds": random.uniform(0, 9_000), "turn": random.uniform(-900, 0)}

    def call(self) -> Work:
        work, random = super().call(), self.random
        fields = {name: getattr(work, name) for name in Work.__slots__}
        if random.random() < 0.02:
            fields["scores"] = {random.randrange(AGENTS): random.random() for _ in range(50)}
        if random.random() < 0.02:
            fields["steps"] = (
                Step(15, work.requirements, random.randrange(AGENTS)),
                Step(30, work.requirements),
            )
        return Work(**fields)


class Offered:
    """Nobody is given a second work before the first has left, and no work twice."""

    def __init__(self) -> None:
        self._works: set[int] = set()

    def once(self, made: Assignment) -> None:
        check(made.work_id not in self._works, f"work {made.work_id} was given twice")
        self._works.add(made.work_id)


def agents_become_free(centre: Centre, settle: Callable[[], None]) -> list[int]:
    """Nanoseconds of each decision, with what time itself asks of the router before it: the work goes, another
    comes, the agent is busy again.
    """
    router, took = centre.router, []
    for _ in range(WAITING):
        router.work_arrived(centre.call(), centre.now)
        router.tick(centre.now)
    settle()
    offered = Offered()
    while len(took) < DECISIONS:
        agent_id = centre.random.randrange(AGENTS)
        centre.now += 0.01
        began = time.thread_time_ns()
        check(not router.tick(centre.now), "somebody had been passed over")
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


def calls_arrive(centre: Centre, settle: Callable[[], None]) -> list[int]:
    """Nanoseconds of each decision, with the agents' way back to the shelves, which the index pays for."""
    router, took = centre.router, []
    for agent in centre.agents:
        centre.now += 0.01
        router.agent_became_free(agent.id, centre.now)
    for kind in centre.kinds:
        _decide(centre, Work(-1, queued_at=centre.now, **kind))
    settle()
    offered = Offered()
    while len(took) < DECISIONS:
        made, spent = _decide(centre, centre.call())
        if made is not None:
            took.append(spent)
            offered.once(made)
    return took


def _decide(centre: Centre, call: Work) -> tuple[Assignment | None, int]:
    router = centre.router
    began = time.thread_time_ns()
    made = router.work_arrived(call, centre.now)
    spent = time.thread_time_ns() - began
    router.work_left(call.id)
    began = time.thread_time_ns()
    for agent_id in (made.agent_id, *made.together) if made else ():
        check(router.agent_became_free(agent_id, centre.now) is None, "a work had waited beside a free agent")
    return made, spent + time.thread_time_ns() - began
