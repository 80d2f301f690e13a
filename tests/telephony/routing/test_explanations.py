"""Every decision can be said, and what is said can be checked."""

import json
from random import Random

from telephony.routing import Availability, Outcome, RoutableAgent, Router, Work
from tests.telephony.routing.oracle import has_room, order
from tests.telephony.routing.stories import Story


def test_a_waiting_caller_can_be_told_what_speaks_against_each_agent() -> None:
    router = Router()
    router.put_agent(RoutableAgent(1, {7: 2}, {1: 1}))
    router.put_agent(RoutableAgent(2, {7: 5}, {2: 1}))
    for number in (3, 4, 5, 6):
        router.put_agent(RoutableAgent(number, {7: 5}, {1: 1}))
    router.agent_became_busy(3)
    router.agent_became_busy(4, because=Availability.NOT_READY)
    router.agent_became_free(5, 1)
    router.agent_became_free(6, 2)
    assert router.work_arrived(Work("one", 1, 10.0), 10).agent_id == 5
    assert router.work_arrived(Work("two", 1, 11.0), 11).agent_id == 6
    router.offer_failed("two", 6, 31, retry_agent_at=41)
    router.work_arrived(Work("three", 1, 20.0, ((7, 3),), excluded=frozenset({4})), 31)
    said = router.explain("three", 32).as_dict()
    assert said["verdicts"] == [
        {"agent": 2, "outcome": "not_in_queue"},
        {"agent": 1, "outcome": "lacks_skill", "skill": 7, "needs": 3, "has": 2},
        {"agent": 4, "outcome": "excluded"},
        {"agent": 5, "outcome": "reserved", "work": "one"},
        {"agent": 6, "outcome": "backing_off", "until": 41},
        {"agent": 3, "outcome": "busy"},
    ]
    assert said["counts"]["busy"] == 1
    assert said["ahead"] == ["two"]
    assert said["ahead_count"] == 1
    assert said["waited_seconds"] == 12
    assert json.loads(json.dumps(said)) == said


def test_an_offered_caller_can_be_told_why_the_others_were_not_asked() -> None:
    router = Router()
    for number, since in ((1, 5), (2, 3), (3, 4)):
        router.put_agent(RoutableAgent(number, queues={1: 1}))
        router.agent_became_free(number, since)
    made = router.work_arrived(Work("call", 1, 10.0), 10)
    assert made.agent_id == 2
    assert made.explanation.as_dict() == {
        "trigger": "work_arrived",
        "at": 10,
        "waited_seconds": 0.0,
        "priority": 0.0,
        "step": 0,
        "strategy": "most_skilled",
        "rank": {"position": 1, "lacks_preferred": 0, "missing_levels": 0},
        "idle_seconds": 7,
        "runner_up_work": None,
        "runner_up_agent": "3",
    }
    said = router.explain("call", 10)
    assert [(v.agent_id, v.outcome) for v in said.verdicts] == [
        (2, Outcome.ON_OFFER),
        (3, Outcome.FIRST),
        (1, Outcome.BEHIND),
    ]
    assert said.verdicts[2].detail == {
        "place": 2,
        "idle_since": 5,
        "rank": {"position": 1, "lacks_preferred": 0, "missing_levels": 0},
        "because": "idle_since",
    }


def test_what_nobody_knows_has_no_explanation() -> None:
    assert Router().explain("call", 0) is None


def test_long_explanations_are_cut_but_counted() -> None:
    router = Router()
    for number in range(300):
        router.put_agent(RoutableAgent(number, queues={1: 1}))
    for number in range(80):
        router.work_arrived(Work(number, 1, float(number)), number)
    said = router.explain(79, 100, most=10)
    assert len(said.verdicts) == 10
    assert said.counts == {Outcome.BUSY: 300}
    assert said.ahead == tuple(range(10))
    assert said.ahead_count == 79


def test_every_explanation_of_a_random_life_replays_to_the_same_truth() -> None:
    """An independent reader of the verdicts finds the oracle's agents and works in them."""
    read = 0
    for seed in range(30):
        life = Story(Random(seed))
        for _ in range(60):
            life.tell(1)
            for work_id, waiting in life.oracle.works.items():
                said = life.router.explain(work_id, life.now)
                check(life, waiting, said)
                read += 1
    assert read > 4_000


def check(life: Story, waiting, said) -> None:
    named = {verdict.agent_id: verdict for verdict in said.verdicts}
    assert named.keys() == life.oracle.agents.keys()
    for agent_id, known in life.oracle.agents.items():
        outcome = named[agent_id].outcome
        suited = life.oracle.eligible(waiting, known.agent)
        if outcome is Outcome.ON_OFFER:
            assert agent_id in waiting.agents
        elif not suited:
            assert outcome in (
                Outcome.NOT_WANTED,
                Outcome.NOT_IN_QUEUE,
                Outcome.NOT_IN_GROUP,
                Outcome.LACKS_SKILL,
                Outcome.EXCLUDED,
                Outcome.NO_CAPACITY,
            ) or (not has_room(known.agent, waiting.work.kind) and outcome.value == known.state.value)
        elif outcome in (Outcome.FIRST, Outcome.BEHIND):
            assert known.state == "free"
        else:
            assert outcome.value == known.state.value
    asked = [v.agent_id for v in said.verdicts if v.outcome in (Outcome.FIRST, Outcome.BEHIND)]
    agents = [life.oracle.agents[agent_id] for agent_id in asked]
    assert agents == sorted(agents, key=lambda known: life.oracle.preference(waiting, known))
    before = {w for w, other in life.oracle.works.items() if order(other.work) < order(waiting.work)}
    assert set(said.ahead) <= before
