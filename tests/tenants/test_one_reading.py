"""One reading answers all who asked before it began, and nobody who asked later."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tenants import context
from tenants.one_reading import OneReading


class Slow:
    """A reading that waits to be let through and says how many came before it."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Semaphore(0), threading.Semaphore(0)
        self.count = 0

    def __call__(self) -> tuple[str, int]:
        self.count += 1
        mine = self.count
        self.begun.release()
        assert self.may_end.acquire(timeout=10)
        return context.current_schema(), mine


def inside(schema: str, reading: OneReading):
    with context.enter(schema):
        return reading()


@pytest.fixture
def slow() -> Slow:
    return Slow()


def until(holds) -> None:
    for _ in range(500):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError


def test_who_asks_while_one_reads_shares_the_next(slow, acme):
    reading = OneReading(slow)
    with ThreadPoolExecutor(12) as people:
        first = people.submit(inside, "acme", reading)
        assert slow.begun.acquire(timeout=10)
        later = [people.submit(inside, "acme", reading) for _ in range(9)]
        until(lambda: "acme" in reading._coming)
        slow.may_end.release()
        assert first.result(10) == ("acme", 1)
        assert slow.begun.acquire(timeout=10)
        slow.may_end.release()
        slow.may_end.release()
        numbers = {each.result(10)[1] for each in later}
    assert 1 not in numbers, "It had begun before they asked."
    assert numbers <= {2, 3}
    assert slow.count <= 3


def test_tenants_share_nothing(slow, acme, globex):
    reading = OneReading(slow)
    with ThreadPoolExecutor(2) as people:
        both = [people.submit(inside, schema, reading) for schema in ("acme", "globex")]
        for _ in both:
            assert slow.begun.acquire(timeout=10), "Neither waits for the other."
        for _ in both:
            slow.may_end.release()
        assert {each.result(10)[0] for each in both} == {"acme", "globex"}


def test_a_reading_that_fails_fails_for_all_and_the_next_begins_anew(acme):
    answers = iter([ValueError("away"), "there"])

    def unsure():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    reading = OneReading(unsure)
    with pytest.raises(ValueError, match="away"):
        inside("acme", reading)
    assert inside("acme", reading) == "there"
