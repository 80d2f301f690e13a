"""What a waiting caller is told, and how wrong it was."""

from random import Random

import pytest

from telephony.routing import RoutableAgent
from telephony.routing.expectation import expected_wait, mean_patience, median_error
from telephony.routing.simulation import Outcome, random_calls, simulate


def test_the_third_in_line_waits_for_three_of_six_conversations_to_end() -> None:
    assert expected_wait(position=3, free=0, working=6, handle_seconds=120) == 60


def test_who_finds_somebody_free_does_not_wait() -> None:
    assert expected_wait(position=2, free=2, working=6, handle_seconds=120) == 0
    assert expected_wait(position=3, free=2, working=6, handle_seconds=120) == 20


@pytest.mark.parametrize("unknown", [None, 0])
def test_ninety_seconds_are_taken_while_no_call_has_been_measured(unknown: float | None) -> None:
    assert expected_wait(position=1, free=0, working=3, handle_seconds=unknown) == 30


def test_nobody_is_told_a_wait_when_nobody_works() -> None:
    assert expected_wait(position=1, free=0, working=0, handle_seconds=120) is None


def test_callers_ahead_who_give_up_shorten_the_wait() -> None:
    """Two agents of 100 s finish 0.02 a second; each caller ahead of 50 s patience leaves by another 0.02."""
    wait = expected_wait(position=3, free=0, working=2, handle_seconds=100, patience_seconds=50)
    assert wait == pytest.approx(1 / 0.02 + 1 / 0.04 + 1 / 0.06)


def test_patience_counts_those_who_were_answered_too() -> None:
    assert mean_patience(600.0, 3) == 200
    assert mean_patience(600.0, 0) is None


def test_the_error_is_the_median_of_those_who_waited_and_were_told() -> None:
    assert median_error([(90, 100), (50, 100), (130, 100), (None, 80), (40, 0)]) == pytest.approx(0.3)
    assert median_error([(None, 5.0), (5.0, 0.0)]) is None


def a_day(seed: int, agents: int, load: float, patience: float) -> Outcome:
    centre = [RoutableAgent(number, queues={1: 1}) for number in range(agents)]
    calls = random_calls(
        Random(seed),
        1_500,
        each_seconds=180 / agents / load,
        handle_seconds=180,
        patience_seconds=patience,
    )
    return simulate(centre, calls)


def error_of(day: Outcome) -> float:
    found = median_error((fate.expected_seconds, fate.waited_seconds or 0.0) for fate in day.answered())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("load", "patience", "found"),
    [
        pytest.param(1.05, float("inf"), 0.086, id="patient callers, a little too few agents"),
        pytest.param(1.5, 300.0, 0.189, id="one in three gives up"),
        pytest.param(0.9, float("inf"), 0.176, id="short queues: one conversation decides"),
    ],
)
def test_the_estimate_is_as_good_as_stated(load: float, patience: float, found: float) -> None:
    """Twenty agents, 1,500 calls of 180 s on average. What is left is chance: where one conversation's end decides,
    no estimate can do better.
    """
    assert round(error_of(a_day(7, 20, load, patience)), 3) == found


def test_it_is_no_worse_than_the_best_constant_said_afterwards() -> None:
    """Somebody who knew the whole day and told every caller its median wait would have been wrong by more."""
    day = a_day(7, 20, 1.05, float("inf"))
    waits = sorted(fate.waited_seconds for fate in day.answered() if fate.waited_seconds)
    constant = median_error((waits[len(waits) // 2], wait) for wait in waits)
    assert error_of(day) < constant / 2
