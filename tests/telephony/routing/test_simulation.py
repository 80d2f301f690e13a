"""A clock that jumps, the real router: what it finds for days small enough to follow, and for a thousand calls."""

from random import Random

import pytest

from telephony.routing import RoutableAgent, Step, Work
from telephony.routing.simulation import Arrival, Outcome, random_calls, simulate


def agents(count: int) -> list[RoutableAgent]:
    return [RoutableAgent(number, queues={1: 1}) for number in range(1, count + 1)]


def call(name: str, at: float, handle: float, patience: float = float("inf"), **asked: object) -> Arrival:
    return Arrival(Work(name, 1, at, **asked), handle, patience)


def test_three_callers_and_one_agent_can_be_followed_by_hand() -> None:
    day = [call("a", 10, 100), call("b", 20, 50), call("c", 30, 50, patience=60), call("d", 40, 30)]
    found = simulate(agents(1), day)
    assert [(f.work.id, f.waited_seconds, f.agent_id) for f in found.fates] == [
        ("a", 0, 1),
        ("b", 90, 1),
        ("c", 60, None),
        ("d", 120, 1),
    ]
    assert [fate.work.id for fate in found.abandoned()] == ["c"]
    assert found.mean_wait_seconds() == 70
    assert found.service_level(90) == 0.5
    assert found.busy_seconds == {1: 180}
    assert (found.began_at, found.ended_at) == (10, 190)
    assert found.occupancy() == {1: 1.0}


def test_another_agent_changes_what_would_have_happened_to_the_same_calls() -> None:
    day = [call("a", 0, 100), call("b", 10, 100), call("c", 20, 100, patience=50)]
    assert simulate(agents(1), day).service_level(20) == pytest.approx(1 / 3)
    assert simulate(agents(2), day).service_level(20) == pytest.approx(2 / 3)
    assert simulate(agents(3), day).service_level(20) == 1.0


def test_the_time_to_answer_counts_as_waiting_and_a_caller_may_leave_in_it() -> None:
    day = [call("a", 0, 100, patience=3), call("b", 1, 100)]
    found = simulate(agents(1), day, answer_seconds=5)
    assert [(f.work.id, f.waited_seconds, f.agent_id) for f in found.fates] == [("a", 3, None), ("b", 7, 1)]


def test_a_ring_group_frees_those_who_did_not_answer() -> None:
    asked = {"strategy": "ring_group", "together": 3}
    found = simulate(agents(3), [call("a", 0, 100, **asked), call("b", 1, 100, **asked)], answer_seconds=4)
    assert [(f.work.id, f.waited_seconds, f.agent_id) for f in found.fates] == [("a", 4, 1), ("b", 7, 2)]


def test_whom_nobody_may_serve_still_waits_at_the_end_and_was_told_nothing() -> None:
    assert simulate(agents(1), []) == Outcome(busy_seconds={1: 0.0})
    lost = simulate([], [call("a", 0, 10)])
    assert (lost.fates[0].waited_seconds, lost.fates[0].expected_seconds) == (None, None)
    assert lost.service_level(20) is None
    assert lost.mean_wait_seconds() is None


def test_a_step_is_taken_even_when_nothing_else_happens_any_more() -> None:
    found = simulate(agents(1), [call("a", 0, 10, group_id=5, steps=(Step(30),))])
    assert found.fates[0].waited_seconds == 30


def a_thousand_calls(seed: int, strategy: str) -> Outcome:
    """Twenty equal agents, three of four quarters of their time asked for."""
    day = random_calls(
        Random(seed), 1_000, each_seconds=12, handle_seconds=180, strategy=strategy, together=3
    )
    return simulate(agents(20), day)


@pytest.mark.parametrize(
    ("strategy", "bound"), [("least_busy", 0.08), ("longest_idle", 0.17), ("round_robin", 0.21)]
)
def test_a_thousand_calls_are_shared_out_evenly(strategy: str, bound: float) -> None:
    """Occupancy of the busiest of twenty less that of the least busy. Calls last 180 s on average, but one may last
    ten times another: only the strategy that looks at the seconds worked can make up for that.
    """
    for seed in range(3):
        found = a_thousand_calls(seed, strategy)
        assert len(found.answered()) == 1_000
        assert found.spread() <= bound


def test_calls_of_one_length_are_shared_out_to_within_one_call() -> None:
    """Round robin gives everybody as many as anybody else."""
    day = [call(f"{number}", number * 12.0, 180, strategy="round_robin") for number in range(1_000)]
    found = simulate(agents(20), day)
    assert set(found.busy_seconds.values()) == {50 * 180.0}
    assert found.spread() == 0


def test_without_a_strategy_that_shares_nobody_promises_a_bound() -> None:
    """The most skilled is asked first each time: that is what it is for."""
    unequal = [RoutableAgent(n, {7: 10 if n <= 5 else 1}, {1: 1}) for n in range(1, 21)]
    day = random_calls(Random(0), 1_000, each_seconds=12, handle_seconds=180, requirements=((7, 1),))
    assert simulate(unequal, day).spread() > 0.2


def test_the_same_day_gives_the_same_fates() -> None:
    first, second = a_thousand_calls(1, "longest_idle"), a_thousand_calls(1, "longest_idle")
    assert first == second
