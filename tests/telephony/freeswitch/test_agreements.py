"""A phone in a page is asked for the next change of hold once it has answered the one before."""

from uuid import UUID

import orjson
import pytest

from telephony.freeswitch.agreements import PATIENCE_SECONDS, Agreements

ANN, BOB = UUID(int=1), UUID(int=2)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def leg(said: str) -> str:
    return orjson.dumps({"variable_switch_r_sdp": said}).decode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def agreements(clock: Clock) -> Agreements:
    return Agreements(clock)


def test_it_is_open_until_the_phone_says_something_else(agreements: Agreements) -> None:
    assert not agreements.is_open(ANN, leg("o=- 1 1"))
    agreements.ask(ANN, leg("o=- 1 1"))
    assert agreements.is_open(ANN, leg("o=- 1 1"))
    assert not agreements.is_open(BOB, leg("o=- 1 1"))
    assert not agreements.is_open(ANN, leg("o=- 1 2"))
    agreements.ask(ANN, leg("o=- 1 2"))
    assert agreements.is_open(ANN, leg("o=- 1 2"))


def test_a_phone_that_says_nothing_new_is_not_waited_for_for_ever(
    agreements: Agreements, clock: Clock
) -> None:
    agreements.ask(ANN, leg("same"))
    clock.now += PATIENCE_SECONDS - 0.01
    assert agreements.is_open(ANN, leg("same"))
    clock.now += 0.02
    assert not agreements.is_open(ANN, leg("same"))


def test_legs_of_long_ago_are_forgotten(agreements: Agreements, clock: Clock) -> None:
    agreements.ask(ANN, leg("same"))
    clock.now += PATIENCE_SECONDS
    agreements.ask(BOB, leg("same"))
    assert list(agreements._asked) == [BOB]


@pytest.mark.parametrize("dump", ["-ERR No such channel!", "", "[]", "{}"])
def test_a_leg_that_is_gone_says_nothing(agreements: Agreements, dump: str) -> None:
    agreements.ask(ANN, leg("something"))
    assert not agreements.is_open(ANN, dump)
