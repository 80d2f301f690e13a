"""Rules as data: what holds, what follows, what the trace says, and that a broken one costs nothing but itself."""

import random

import pytest

from telephony.routing.rule_check import EFFECTS, OPS, check_rule
from telephony.routing.rules import Person, Rule, SkillAsked, decide, fields_of

VIP = {"field": "level", "op": "is", "value": "vip"}
FASTER = {"do": "priority", "seconds": 60}
FACTS = {
    "number": "4001234567",
    "number_at_home": "4001234567",
    "caller_number": "+8613812342211",
    "caller_number_at_home": "13812342211",
    "country": "CN",
    "region": "Jiangsu/Suzhou",
    "level": "vip",
    "tags": ["Complainer", "冰箱"],
    "language": "zh-hans",
    "weekday": 0,
    "time": "17:30",
    "queue_id": 1,
    "waiting": 4,
}


def fits(field: str, op: str, value: object, **facts: object) -> bool:
    rule = Rule(id=1, conditions=[{"field": field, "op": op, "value": value}], effects=[FASTER])
    return decide([rule], FACTS | facts).trace[0]["fits"]


@pytest.mark.parametrize(
    ("field", "op", "value", "is_so"),
    [
        ("level", "is", "VIP", True),
        ("level", "is_not", "vip", False),
        ("level", "none_of", ["gold", "silver"], True),
        ("tags", "has", "complainer", True),
        ("tags", "has_not", "冰箱", False),
        ("tags", "has", "complain", False),
        ("region", "is", "Jiangsu", True),
        ("region", "is", "Jiangsu/Suzhou", True),
        ("region", "is", "Anhui/Suzhou", False),
        ("region", "one_of", ["Zhejiang", "jiangsu"], True),
        ("region", "is_not", "Jiangsu", False),
        ("caller_number", "starts_with", "138", True),
        ("caller_number", "starts_with", "+86138", True),
        ("caller_number", "starts_with", "86138", False),
        ("number", "is", "4001234567", True),
        ("language", "starts_with", "zh", True),
        ("weekday", "one_of", [0, 6], True),
        ("time", "between", ["17:30", "18:00"], True),
        ("time", "between", ["22:00", "17:30"], True),
        ("time", "between", ["22:00", "17:29"], False),
        ("time", "at_least", "17:31", False),
        ("waiting", "at_least", 4, True),
        ("waiting", "at_most", 3, False),
        ("queue_id", "is", 1, True),
        ("country", "none_of", ["CN"], False),
    ],
)
def test_a_condition_holds_or_not(field, op, value, is_so):
    assert fits(field, op, value) is is_so


def test_what_is_not_known_is_like_nothing_and_unlike_everything():
    unknown = {"region": "", "level": "", "tags": [], "country": ""}
    assert not fits("region", "is", "Jiangsu", **unknown)
    assert not fits("level", "one_of", ["standard"], **unknown)
    assert fits("region", "is_not", "Jiangsu", **unknown)
    assert fits("tags", "has_not", "vip", **unknown)


def test_all_conditions_must_hold_and_the_trace_names_the_one_that_did_not():
    late = {"field": "time", "op": "at_least", "value": "20:00"}
    rules = [
        Rule(id=1, name="Late VIPs", version=3, conditions=[VIP, late], effects=[FASTER]),
        Rule(id=2, name="VIPs", conditions=[VIP], effects=[FASTER]),
    ]
    decision = decide(rules, FACTS)
    assert decision.priority == 60
    assert decision.trace == [
        {"rule": 1, "name": "Late VIPs", "version": 3, "fits": False, "failed": late},
        {"rule": 2, "name": "VIPs", "version": 1, "fits": True, "failed": None},
    ]


def test_priorities_add_up_and_of_the_rest_the_first_to_speak_counts():
    first = Rule(
        id=1,
        effects=[
            {"do": "priority", "seconds": 100},
            {"do": "group", "group_id": 5, "for_seconds": 20},
            {"do": "skill", "skill_id": 9, "level": 4, "is_preferred": True},
        ],
    )
    second = Rule(
        id=2,
        effects=[
            {"do": "priority", "seconds": -40},
            {"do": "group", "group_id": 6},
            {"do": "agent", "agent_id": 3, "for_seconds": 10},
            {"do": "skill", "skill_id": 9, "level": 8},
            {"do": "skill", "skill_id": 8, "level": 2},
        ],
    )
    decision = decide([first, second], FACTS)
    assert decision.priority == 60
    assert decision.group == Person(5, 20, 1)
    assert decision.agent == Person(3, 10, 2)
    assert decision.skills == {9: SkillAsked(9, 4, True, 1), 8: SkillAsked(8, 2, False, 2)}


def test_the_last_rule_that_fits_ends_the_list():
    rules = [
        Rule(id=1, conditions=[VIP], effects=[FASTER], is_last=True),
        Rule(id=2, effects=[{"do": "priority", "seconds": 1000}]),
    ]
    assert [entry["rule"] for entry in decide(rules, FACTS).trace] == [1]
    assert decide(rules, FACTS | {"level": ""}).priority == 1000


def test_a_rule_that_moves_the_caller_is_seen_by_those_after_it():
    rules = [
        Rule(id=1, queue_id=2, effects=[{"do": "priority", "seconds": 7}]),
        Rule(id=2, conditions=[VIP], effects=[{"do": "queue", "queue_id": 2}]),
        Rule(id=3, queue_id=2, effects=[{"do": "priority", "seconds": 50}]),
        Rule(id=4, effects=[{"do": "queue", "queue_id": 3}]),
    ]
    decision = decide(rules, FACTS)
    assert (decision.queue_id, decision.queue_rule, decision.priority) == (2, 2, 50)
    assert decision.trace[0]["failed"] == {"field": "queue_id", "op": "is", "value": 2}
    stays = decide(rules, FACTS, may_move=False)
    assert (stays.queue_id, stays.priority) == (None, 0)


BROKEN = [
    (None, [FASTER], ("conditions", None, "", "not_a_list")),
    ([VIP] * 21, [FASTER], ("conditions", None, "", "too_many")),
    ([], [], ("effects", None, "", "none")),
    (["vip"], [FASTER], ("conditions", 0, "", "not_an_object")),
    ([VIP, {"field": "shoes", "op": "is", "value": 1}], [FASTER], ("conditions", 1, "field", "unknown")),
    ([{"field": ["level"], "op": "is", "value": "x"}], [FASTER], ("conditions", 0, "field", "unknown")),
    ([VIP | {"op": "has"}], [FASTER], ("conditions", 0, "op", "unknown")),
    ([VIP | {"value": ""}], [FASTER], ("conditions", 0, "value", "missing")),
    ([VIP | {"value": 5}], [FASTER], ("conditions", 0, "value", "wrong_kind")),
    ([VIP | {"op": "one_of", "value": []}], [FASTER], ("conditions", 0, "value", "missing")),
    ([VIP | {"note": "x"}], [FASTER], ("conditions", 0, "", "unknown_key")),
    (
        [{"field": "time", "op": "between", "value": ["09:00"]}],
        [FASTER],
        ("conditions", 0, "value", "wrong_kind"),
    ),
    (
        [{"field": "time", "op": "at_least", "value": "9:00"}],
        [FASTER],
        ("conditions", 0, "value", "wrong_kind"),
    ),
    (
        [{"field": "waiting", "op": "at_least", "value": True}],
        [FASTER],
        ("conditions", 0, "value", "wrong_kind"),
    ),
    ([], [{"do": "sing"}], ("effects", 0, "do", "unknown")),
    ([], [{"do": "priority"}], ("effects", 0, "seconds", "missing")),
    ([], [{"do": "priority", "seconds": 3601}], ("effects", 0, "seconds", "out_of_range")),
    ([], [{"do": "agent", "agent_id": 1, "for_seconds": None}], ("effects", 0, "for_seconds", "missing")),
    ([], [{"do": "skill", "skill_id": 1, "level": 11}], ("effects", 0, "level", "out_of_range")),
    ([], [{"do": "queue", "queue_id": 1, "x": 1}], ("effects", 0, "", "unknown_key")),
]


@pytest.mark.parametrize(("conditions", "effects", "problem"), BROKEN)
def test_a_broken_rule_is_skipped_and_says_so(conditions, effects, problem):
    part, place, key, code = problem
    named = {"part": part, "place": place, "key": key, "code": code}
    rules = [Rule(id=1, conditions=conditions, effects=effects), Rule(id=2, effects=[FASTER])]
    decision = decide(rules, FACTS)
    assert decision.trace[0]["problems"] == [named]
    assert decision.trace[0]["fits"] is False
    assert decision.priority == 60


def test_whatever_stands_in_a_rule_deciding_never_fails():
    """Random JSON, near to right and far from it."""
    dice = random.Random(7)
    words = [
        None,
        "",
        0,
        -1,
        1.5,
        True,
        [],
        {},
        [1, "2"],
        "17:00",
        "vip",
        {"a": 1},
        ["09:00", "18:00"],
        "x" * 500,
    ]
    for _round in range(3000):
        conditions = [
            {"field": dice.choice([*OPS, *words]), "op": dice.choice(["is", "has", "between", *words]),
             "value": dice.choice(words)}
            for _one in range(dice.randint(0, 2))
        ]  # fmt: skip
        effects = [
            {"do": dice.choice([*EFFECTS, *words]), dice.choice(["seconds", "group_id"]): dice.choice(words)}
            for _one in range(dice.randint(0, 2))
        ]
        rules = [Rule(id=1, conditions=conditions, effects=effects), Rule(id=2, effects=[FASTER])]
        assert decide(rules, FACTS).priority in range(58, 62)
        fields_of(rules)


def test_a_right_rule_has_no_problem():
    effects = [
        {"do": "priority", "seconds": -60},
        {"do": "queue", "queue_id": 1},
        {"do": "group", "group_id": 1, "for_seconds": None},
        {"do": "skill", "skill_id": 1, "level": 10, "is_preferred": False},
        {"do": "agent", "agent_id": 1, "for_seconds": 30},
    ]
    assert check_rule([VIP], effects) == []
