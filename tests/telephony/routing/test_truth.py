"""The index answers as an exhaustive search would, in every state that random lives lead to."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.routing import RoutableAgent, Router, Work
from tests.telephony.routing.stories import Story, play

LIVES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@LIVES
@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_the_router_decides_as_the_oracle_in_every_life(random: Random, turns: int) -> None:
    Story(random).tell(turns)


def test_ten_thousand_turns_of_seeded_lives_show_no_difference_and_no_double_offer() -> None:
    lives = [Story(Random(seed)) for seed in range(100)]
    for life in lives:
        life.tell(100)
    assert sum(len(life.made) for life in lives) > 1_000


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
