"""News that is only worth its latest state: at once, then once at the end of the period, and never after the end."""

import threading

import pytest

from telephony import pacing
from telephony.pacing import Pace


@pytest.fixture
def told(monkeypatch) -> list:
    heard: list = []
    monkeypatch.setattr(pacing, "enter", lambda schema: threading.Lock())
    return heard


def test_a_burst_is_told_at_once_and_once_more_for_each_key(told):
    done = threading.Event()

    def tell(key):
        told.append(key)
        if len(told) == 4:
            done.set()

    pace = Pace(tell, every=1.0)
    for _ in range(10):
        pace.call("acme", 1)
        pace.call("acme", 2)
    assert told == [1, 2]
    assert done.wait(10)
    assert sorted(told) == [1, 1, 2, 2]


def test_what_is_due_when_a_process_ends_is_told_to_nobody_and_the_next_change_is(told):
    pace = Pace(told.append, every=0.05)
    for _ in range(3):
        pace.call("acme", 1)
    [late] = [one for one in pace._due.values() if one]
    pacing.forget_all()
    late.join(10)
    assert told == [1]
    # A timer that had begun already tells nothing either.
    pace._later("acme", 1)
    assert told == [1]
    pace.call("acme", 2)
    assert told == [1, 2]


def test_news_that_fail_stand_in_the_way_of_no_others(told):
    def fail(key):
        told.append(key)
        raise RuntimeError("gone")

    pace = Pace(fail, every=60)
    pace._due["acme", 1] = late = threading.Timer(0, pace._later, ("acme", 1))
    late.start()
    late.join(10)
    assert (told, pace._due) == ([1], {})
