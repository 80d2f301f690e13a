"""When a switch counts as dead: its system closed the connection and refuses every new one, for long enough."""

from datetime import UTC, datetime

import pytest

from telephony.freeswitch.parting import REFUSED_FOR, Parting

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
REFUSED = ConnectionRefusedError(111, "Connection refused")


class Seconds:
    passed = 0.0

    def __call__(self) -> float:
        return self.passed


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def parting(seconds) -> Parting:
    return Parting(seconds)


def refuse(parting: Parting, seconds: Seconds, until: float, problem: Exception = REFUSED) -> None:
    while seconds.passed < until:
        parting.note_failure(problem)
        seconds.passed += 0.5
    parting.note_failure(problem)


def test_it_died_when_its_connection_was_closed(parting, seconds):
    parting.note_lost(NOON, is_closed=True)
    refuse(parting, seconds, REFUSED_FOR - 0.5)
    assert parting.died_at is None
    refuse(parting, seconds, REFUSED_FOR)
    assert parting.died_at == NOON
    parting.note_failure(TimeoutError())
    assert parting.died_at == NOON, "its machine may be switched off since"
    parting.note_connected()
    assert parting.died_at is None


def test_one_that_fell_silent_or_was_left_by_us_may_live(parting, seconds):
    parting.note_lost(NOON, is_closed=False)
    refuse(parting, seconds, 60)
    assert parting.died_at is None


def test_one_that_was_never_heard_may_be_sought_in_the_wrong_place(parting, seconds):
    refuse(parting, seconds, 60)
    assert parting.died_at is None


@pytest.mark.parametrize("problem", [TimeoutError(), OSError(113, "No route to host"), None])
def test_a_road_that_swallows_everything_says_nothing(parting, seconds, problem):
    parting.note_lost(NOON, is_closed=True)
    refuse(parting, seconds, 60, problem)
    assert parting.died_at is None


def test_refusals_count_from_the_last_time_it_was_otherwise(parting, seconds):
    parting.note_lost(NOON, is_closed=True)
    refuse(parting, seconds, 1)
    parting.note_failure(TimeoutError())
    seconds.passed = REFUSED_FOR + 1
    parting.note_failure(REFUSED)
    assert parting.died_at is None
    seconds.passed += REFUSED_FOR
    parting.note_failure(REFUSED)
    assert parting.died_at == NOON
