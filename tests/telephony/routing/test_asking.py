"""A call's timeline: the queue's steps, a rule's group and skills, and the agent it spoke with, put together."""

from telephony.routing.asking import Remembered, Terms, Widening, asks_of
from telephony.routing.rules import Decision, Person, SkillAsked

TERMS = Terms(
    queue_id=1,
    required=((10, 5), (11, 2)),
    preferred=((12, 1),),
    widenings=(
        Widening(after=30, level_drop=2),
        Widening(after=60, group_id=4, queue_id=2),
        Widening(after=90, queue_id=3),
    ),
)


def said(asks: dict) -> list[tuple]:
    moments = [{"after": 0, **asks}, *asks["steps"]]
    return [(m["after"], m["target_agent"], m["group"], m["requirements"], m["queues"]) for m in moments]


def test_a_queue_widens_step_by_step_and_never_narrows():
    asks = asks_of(TERMS, Decision(), priority=5)
    assert said(asks) == [
        (0, None, None, [[10, 5], [11, 2]], []),
        (30, None, None, [[10, 3]], []),
        (60, None, 4, [[10, 3]], [2]),
        (90, None, None, [[10, 3]], [2, 3]),
    ]
    assert (asks["queue"], asks["priority"], asks["preferred"], asks["scores"]) == (1, 5, [[12, 1]], {})
    assert [step["preferred"] for step in asks["steps"]] == [[[12, 1]]] * 3


def test_a_rules_group_is_asked_first_and_then_everyone():
    decision = Decision(group=Person(7, 20, 1))
    plain = Terms(queue_id=1)
    assert said(asks_of(plain, decision)) == [(0, None, 7, [], []), (20, None, None, [], [])]
    for_ever = Decision(group=Person(7, None, 1))
    assert said(asks_of(plain, for_ever)) == [(0, None, 7, [], [])]


def test_the_remembered_agent_comes_before_the_group_and_both_give_way():
    decision = Decision(group=Person(7, 40, 1))
    asks = asks_of(Terms(queue_id=1), decision, remembered=Remembered(3, 15))
    assert said(asks) == [(0, 3, 7, [], []), (15, None, 7, [], []), (40, None, None, [], [])]


def test_an_agent_a_rule_names_comes_before_the_remembered_one():
    asks = asks_of(Terms(queue_id=1), Decision(agent=Person(9, 5, 1)), remembered=Remembered(3, 15))
    assert said(asks) == [(0, 9, None, [], []), (5, None, None, [], [])]


def test_of_one_skill_the_higher_level_is_asked_and_lowered_like_the_others():
    decision = Decision(skills={10: SkillAsked(10, 8, False), 13: SkillAsked(13, 1, False)})
    asks = asks_of(TERMS, decision)
    assert asks["requirements"] == [[10, 8], [11, 2], [13, 1]]
    assert asks["steps"][0]["requirements"] == [[10, 6]]


def test_a_preferred_skill_is_wished_for_and_not_required():
    decision = Decision(skills={14: SkillAsked(14, 3, True)})
    asks = asks_of(TERMS, decision)
    assert asks["requirements"] == [[10, 5], [11, 2]]
    assert asks["preferred"] == [[12, 1], [14, 3]]


def test_a_step_that_changes_nothing_is_left_out():
    terms = Terms(queue_id=1, widenings=(Widening(after=0, group_id=4), Widening(after=10, group_id=4)))
    assert said(asks_of(terms, Decision())) == [(0, None, 4, [], [])]
