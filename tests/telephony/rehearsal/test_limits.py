"""`limit` of the rehearsal switch: the first comes through, whoever comes within the seconds does not."""

import pytest

from telephony.freeswitch.rehearsal import limits


def test_one_at_a_time_within_the_seconds_and_each_key_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.9
    monkeypatch.setattr(limits.time, "time", lambda: now)
    taken = limits.Limits()
    assert [taken.is_over("caller-a", 1, 2) for _ in range(3)] == [False, True, True]
    assert not taken.is_over("caller-b", 1, 2)
    now = 1_001.9
    assert taken.is_over("caller-a", 1, 2)
    now = 1_002.0
    assert not taken.is_over("caller-a", 1, 2)
