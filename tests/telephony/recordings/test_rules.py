"""Which rule decides whether a talk is recorded: pure, case by case."""

from uuid import UUID, uuid4

import pytest

from telephony.recording.rules import Mode, Policy, Scope, decide, is_announced, lot_of, read_policy

CALL = UUID(int=7)


def policy(*rules: tuple[str, str, str] | tuple[str, str, str, int]) -> Policy:
    said = [
        {"scope": scope, "subject": subject, "mode": mode, **({"percent": more[0]} if more else {})}
        for scope, subject, mode, *more in rules
    ]
    return read_policy({"rules": said}, version=4)


def decided(by: Policy, call_id: UUID = CALL, *, is_queue_recorded: bool = True):
    return decide(
        by, call_id=call_id, agent_id=5, number="+861", queue_id=3, is_queue_recorded=is_queue_recorded
    )


def test_the_most_specific_rule_wins_and_the_version_is_told():
    rules = [
        ("tenant", "", "never"),
        ("queue", "3", "on_demand"),
        ("number", "+861", "percentage", 100),
        ("agent", "5", "all"),
    ]
    seen = []
    while rules:
        found = decided(policy(*rules))
        seen.append((found.by, found.mode, found.is_recorded, found.version))
        rules.pop()
    assert seen == [
        (Scope.AGENT, Mode.ALL, True, 4),
        (Scope.NUMBER, Mode.PERCENTAGE, True, 4),
        (Scope.QUEUE, Mode.ON_DEMAND, False, 4),
        (Scope.TENANT, Mode.NEVER, False, 4),
    ]


def test_without_a_rule_the_queues_own_setting_decides():
    assert decided(Policy()).is_recorded
    assert not decided(Policy(), is_queue_recorded=False).is_recorded
    # It is more specific than what is said for the whole tenant, and less than a rule about the queue.
    assert not decided(policy(("tenant", "", "all")), is_queue_recorded=False).is_recorded
    assert decided(policy(("queue", "3", "all")), is_queue_recorded=False).is_recorded


def test_a_rule_about_others_decides_nothing():
    others = policy(("queue", "4", "never"), ("agent", "6", "never"), ("number", "+862", "never"))
    assert decided(others).is_recorded


def test_the_lot_of_a_call_is_always_the_same_and_falls_as_often_as_it_should():
    quarter = policy(("tenant", "", "percentage", 25))
    ids = [uuid4() for _each in range(4000)]
    first = [decided(quarter, one).is_recorded for one in ids]
    assert first == [decided(quarter, one).is_recorded for one in ids]
    assert 0.21 < sum(first) / len(first) < 0.29
    assert lot_of(CALL) == lot_of(UUID(int=7))
    assert not any(decided(policy(("tenant", "", "percentage", 0)), one).is_recorded for one in ids[:200])
    assert all(decided(policy(("tenant", "", "percentage", 100)), one).is_recorded for one in ids[:200])


@pytest.mark.parametrize(
    ("rules", "is_told"),
    [
        ([("tenant", "", "never")], False),
        ([("tenant", "", "on_demand")], True),
        ([("tenant", "", "percentage", 1)], True),
        ([("tenant", "", "percentage", 0)], False),
        ([("tenant", "", "never"), ("agent", "9", "on_demand")], True),
        ([("tenant", "", "never"), ("agent", "9", "never")], False),
        ([("tenant", "", "never"), ("number", "+861", "all")], True),
        ([("tenant", "", "all"), ("number", "+861", "never")], False),
        ([("tenant", "", "never"), ("number", "+862", "all")], False),
    ],
)
def test_callers_are_told_whenever_they_may_be_recorded(rules, is_told):
    assert is_announced(policy(*rules), number="+861", queue_id=3, is_queue_recorded=True) is is_told


def test_where_the_number_is_not_known_any_that_is_recorded_counts():
    by = policy(("tenant", "", "never"), ("number", "+862", "all"))
    assert is_announced(by, number=None, queue_id=3, is_queue_recorded=True)


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"scope": "planet", "mode": "all"},
        {"scope": "tenant", "mode": "sometimes"},
        {"scope": "queue", "mode": "all", "subject": ""},
        {"scope": "tenant", "mode": "percentage", "percent": 101},
        {"scope": "tenant", "mode": "percentage", "percent": "x"},
        "text",
        None,
    ],
)
def test_a_rule_that_cannot_be_read_is_left_out(rule):
    assert read_policy({"rules": [rule]}, 1).rules == {}
