"""The index answers as an exhaustive search would, in every state that random lives lead to."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.routing import STRATEGIES, RoutableAgent, Router, Work
from tests.telephony.routing.oracle import order
from tests.telephony.routing.stories import Story, play

LIVES = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@LIVES
@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_the_router_decides_as_the_oracle_in_every_life(random: Random, turns: int) -> None:
    Story(random).tell(turns)


def test_twenty_thousand_turns_of_seeded_lives_show_no_difference_and_no_double_offer() -> None:
    lives = [Story(Random(seed)) for seed in range(200)]
    for life in lives:
        life.tell(100)
    made = [one for life in lives for one in life.made]
    assert len(made) > 1_500
    assert {one.explanation.strategy for one in made} == set(STRATEGIES)
    assert sum(1 for one in made if one.together) > 20
    assert sum(1 for one in made if "score" in one.explanation.rank_names) > 300
    assert sum(1 for one in made if one.explanation.step) > 300


def test_the_same_calls_give_the_same_answers() -> None:
    assert play(seed=11, turns=400) == play(seed=11, turns=400)


def test_nobody_starves_while_newer_callers_keep_coming() -> None:
    """One agent, overload: with equal priority callers are served in the order they came."""
    router = Router()
    router.put_agent(RoutableAgent(1, queues={1: 1}))
    served = []
    for moment in range(300):
        router.work_arrived(Work(moment, 1, queued_at=moment), moment)
        if moment % 3 == 0 and (made := router.agent_became_free(1, moment)):
            served.append(made.work_id)
            router.work_left(made.work_id)
    assert served == list(range(100))


def test_priority_delays_an_ordinary_caller_by_no_more_than_its_seconds() -> None:
    router = Router()
    router.put_agent(RoutableAgent(1, queues={1: 1}))
    router.work_arrived(Work("ordinary", 1, queued_at=0), 0)
    for moment in range(1, 200):
        router.work_arrived(Work(f"vip {moment}", 1, queued_at=moment, priority=60), moment)
        made = router.agent_became_free(1, moment)
        assert made is not None
        router.work_left(made.work_id)
        if made.work_id == "ordinary":
            break
    assert moment == 60


def test_a_low_priority_caller_goes_first_once_older_by_more_than_the_difference() -> None:
    """A business caller of priority 90 against an ordinary one of 30: sixty seconds of age make up for it."""
    for older_by, first in ((59, "business"), (61, "ordinary")):
        router = Router()
        router.put_agent(RoutableAgent(1, queues={1: 1}))
        router.work_arrived(Work("ordinary", 1, queued_at=100 - older_by, priority=30), 100)
        router.work_arrived(Work("business", 1, queued_at=100, priority=90), 100)
        made = router.agent_became_free(1, 101)
        assert made is not None
        assert made.work_id == first


def test_ten_thousand_waiting_calls_are_each_given_once_in_the_order_they_came() -> None:
    router = Router()
    for number in range(200):
        router.put_agent(RoutableAgent(number, {7: number % 5}, {number % 3: 1}))
    for number in range(10_000):
        assert router.work_arrived(Work(number, number % 3, float(number), ((7, 1),)), 10_000.0) is None
    served = []
    for turn in range(20_000):
        made = router.agent_became_free(turn % 200, 10_000.0 + turn)
        if made is not None:
            served.append(made.work_id)
            router.work_left(made.work_id)
    assert sorted(served) == list(range(10_000))
    for queue_id in range(3):
        assert [w for w in served if w % 3 == queue_id] == list(range(queue_id, 10_000, 3))


def test_nobody_is_passed_over_by_a_later_caller_of_equal_or_lower_order() -> None:
    """Whatever they ask for: when an agent is given a work, no earlier one waits that this agent could take."""
    looked_at = 0
    for seed in range(100):
        life = Story(Random(seed))
        for _ in range(80):
            before = len(life.made)
            life.tell(1)
            for made in life.made[before:]:
                taken = life.oracle.works[made.work_id]
                for other in life.oracle.works.values():
                    if other.agents or order(other.work) >= order(taken.work):
                        continue
                    looked_at += 1
                    for agent_id in (made.agent_id, *made.together):
                        assert not life.oracle.eligible(other, life.oracle.agents[agent_id].agent)
    assert looked_at > 400
