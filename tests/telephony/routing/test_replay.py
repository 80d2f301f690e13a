"""Given what was stored with a decision, the same agents are chosen: also from JSON, also when many are left out."""

import json
from dataclasses import replace
from random import Random

from telephony.routing import STRATEGIES, Assignment, Outcome, RoutableAgent, Router, Work, replay
from telephony.routing.trace import STORED
from tests.telephony.routing.stories import Story


def stored(made: Assignment) -> dict:
    """As it comes back from the offer's row."""
    return json.loads(json.dumps(made.inputs))


def agents_of(made: Assignment) -> tuple[object, ...]:
    return (made.agent_id, *made.together)


def test_every_decision_of_random_lives_replays_from_its_stored_inputs() -> None:
    decisions = 0
    for seed in range(120):
        life = Story(Random(seed), keeps_inputs=True)
        life.tell(100)
        for made in life.made:
            inputs = stored(made)
            assert replay(inputs) == agents_of(made), f"seed {seed}"
            assert inputs["route"]["agents"] == list(agents_of(made))
            decisions += 1
    assert decisions > 1_000


def test_decisions_among_hundreds_replay_from_the_fifty_stored() -> None:
    left_out, asked = 0, 0
    for seed in range(50):
        random = Random(seed)
        router = crowd(random, 160)
        for number in range(4):
            made = router.work_arrived(work(random, number), 2_000.0)
            if made is None:
                continue
            inputs = stored(made)
            assert replay(inputs) == agents_of(made), f"seed {seed}"
            assert len(inputs["match"]["candidates"]) == STORED
            assert inputs["match"]["left_out"] == 110
            assert len(json.dumps(inputs)) < 20_000
            left_out += 110
            asked += len(agents_of(made))
    assert asked > 150
    assert left_out > 12_000


def crowd(random: Random, size: int) -> Router:
    router = Router(keeps_inputs=True)
    for number in range(size):
        agent = RoutableAgent(
            id=number,
            skills={skill: random.randint(1, 10) for skill in random.sample(range(1, 6), 3)},
            queues={queue: random.randint(1, 3) for queue in random.sample((1, 2, 3), 2)},
            idle_since=random.uniform(0, 1_000) if random.random() < 0.7 else None,
            groups=frozenset(random.sample((1, 2), random.randint(0, 2))),
            busy_seconds=random.uniform(0, 9_000),
            turn=random.uniform(0, 1_000),
        )
        router.put_agent(agent)
    assert router.tick(1_000.0) == []
    return router


def work(random: Random, number: int) -> Work:
    return Work(
        id=number,
        queue_id=random.choice((1, 2)),
        queued_at=1_500.0,
        requirements=((random.randint(1, 5), random.randint(1, 5)),),
        preferred=((random.randint(1, 5), 6),),
        group_id=random.choice((None, None, 1)),
        queue_ids=random.choice(((), (3,))),
        excluded=frozenset(random.sample(range(160), 10)),
        strategy=random.choice(list(STRATEGIES)),
        together=random.randint(2, 20),
        scores={n: random.random() for n in random.sample(range(160), 80)} if random.random() < 0.4 else {},
    )


def test_a_changed_fact_changes_the_replay() -> None:
    """Otherwise the replay would prove nothing: it reads the facts, not the verdicts."""
    made = two_agents().work_arrived(Work("call", 1, 100.0, ((7, 3),)), 100)
    inputs = stored(made)
    assert replay(inputs) == (1,)
    inputs["match"]["candidates"][0]["skills"] = [[7, 2]]
    assert replay(inputs) == (2,)
    inputs["match"]["candidates"][1]["idle_since"] = None
    assert replay(inputs) == ()


def two_agents() -> Router:
    router = Router(keeps_inputs=True)
    router.put_agent(RoutableAgent(1, {7: 9}, {1: 1}, idle_since=10.0))
    router.put_agent(RoutableAgent(2, {7: 4}, {1: 1}, idle_since=5.0))
    router.put_agent(RoutableAgent(3, {7: 4}, {2: 1}, idle_since=5.0))
    router.tick(20)
    return router


NOTHING_WORKED = {"busy_seconds": 0.0, "turn": 0.0}
THREE = [
    {
        "agent": 1,
        "outcome": "on_offer",
        "rank": {"score": 0.5, "position": 1, "lacks_preferred": 0, "missing_levels": 1},
        "idle_since": 10.0,
        "skills": [[7, 9]],
        "queues": [[1, 1]],
        **NOTHING_WORKED,
        "score": 0.5,
        "features": {"spoke_before": 2},
    },
    {
        "agent": 3,
        "outcome": "not_in_queue",
        "idle_since": None,
        "skills": [[7, 4]],
        "queues": [],
        **NOTHING_WORKED,
    },
    {
        "agent": 2,
        "outcome": "excluded",
        "idle_since": None,
        "skills": [[7, 4]],
        "queues": [[1, 1]],
        **NOTHING_WORKED,
        "is_excluded": True,
    },
]


def test_the_four_steps_are_told_in_facts() -> None:
    waiting = Work(
        "call", 1, 90.0, ((7, 3),), priority=60, scores={1: 0.5}, features={1: {"spoke_before": 2}}
    )
    made = two_agents().work_arrived(replace(waiting, excluded=frozenset({2})), 100)
    assert stored(made) == {
        "version": 1,
        "collect": {
            "at": 100,
            "trigger": "work_arrived",
            "work": "call",
            "kind": "voice",
            "queue": 1,
            "queued_at": 90.0,
            "waited_seconds": 10.0,
            "priority": 60,
            "agents": 3,
        },
        "analyse": {
            "step": 0,
            "requirements": [[7, 3]],
            "preferred": [],
            "group": None,
            "queues": [],
            "target_agent": None,
            "strategy": "most_skilled",
            "together": 1,
            "is_scored": True,
        },
        "match": {
            "candidates": THREE,
            "left_out": 0,
        },
        "route": {"agents": [1]},
    }


def test_every_agent_who_was_not_asked_has_a_reason() -> None:
    """Of all agents of a small centre; and whoever could have been asked is told what put them behind."""
    known = {outcome.value for outcome in Outcome}
    seen = set()
    for seed in range(60):
        life = Story(Random(seed), keeps_inputs=True)
        life.tell(80)
        for made in life.made:
            candidates = made.inputs["match"]["candidates"]
            assert made.inputs["match"]["left_out"] == 0
            assert len(candidates) == made.inputs["collect"]["agents"]
            for each in candidates:
                assert each["outcome"] in known
                assert (each["outcome"] == "on_offer") == (each["agent"] in agents_of(made))
                assert ("because" in each) == (each["outcome"] == "behind")
                seen.add(each["outcome"])
    assert seen == known - {"first"}


def test_a_router_that_keeps_nothing_stores_nothing() -> None:
    router = Router()
    router.put_agent(RoutableAgent(1, idle_since=0.0))
    router.work_arrived(Work("call", None, 1.0), 1)
    (made,) = router.tick(1)
    assert made.inputs is None
