"""Routing told in words: outcomes, conditions, effects and changes in both languages, and no number whole."""

import pytest
from django.utils import translation

from telephony.console import explanations, verdict_words
from telephony.console import routing_words as words
from telephony.console.names import Names
from telephony.routing import Outcome
from telephony.routing.rule_check import EFFECTS, OPS
from telephony.routing.strategies import STRATEGIES

NAMES = Names(agents={7: "Ann", 8: "Ben"}, skills={3: "French"}, queues={1: "Sales"}, groups={5: "Seniors"})
SAID_IN_ENGLISH = {
    "on_offer": "being rung for this call",
    "first": "free, and the first to be asked",
    "behind": "free, number 2 in order: lower skill levels",
    "not_wanted": "not the agent the call is meant for",
    "not_in_queue": "not in this queue",
    "not_in_group": "not in the group Seniors",
    "lacks_skill": "skill French is 2, 5 is needed",
    "excluded": "has been rung for this call and did not take it",
    "no_capacity": "has no room for more work",
    "reserved": "being rung for another call",
    "backing_off": "has just missed a call; asked again at 10:00:05",
    "busy": "on a call or in wrap-up",
    "not_ready": "not ready",
    "joining": "free, being asked at this moment",
}


def verdict(outcome: str) -> dict:
    detail = {
        "behind": {"place": 2, "because": "missing_levels"},
        "not_in_group": {"group": 5},
        "lacks_skill": {"skill": 3, "has": 2, "needs": 5},
        "backing_off": {"until": 1_795_168_805.0},
    }
    return {"agent": 7, "outcome": outcome, **detail.get(outcome, {})}


@pytest.mark.parametrize("outcome", [outcome.value for outcome in Outcome])
def test_every_outcome_has_words_and_a_count_in_both_languages(outcome, settings):
    settings.TIME_ZONE = "UTC"
    with translation.override("en"):
        said = verdict_words.told_outcome(verdict(outcome), NAMES)
        assert said.rsplit(" at ", 1)[0] == SAID_IN_ENGLISH[outcome].rsplit(" at ", 1)[0]
        english = verdict_words.told_counts({outcome: 3})
    with translation.override("zh-hans"):
        chinese = verdict_words.told_outcome(verdict(outcome), NAMES)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
        assert verdict_words.told_counts({outcome: 3})[0].startswith("3 位")
    assert english[0].startswith("3 ")


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_what_decides_between_two_agents_has_words(strategy):
    found = STRATEGIES[strategy]
    for name in (*found.rank_names, *filter(None, [found.measure_name]), "score", "idle_since"):
        said = verdict_words.told_outcome(
            {"agent": 7, "outcome": "behind", "place": 2, "because": name}, NAMES
        )
        assert said.startswith("free, number 2 in order: ")
    assert verdict_words.told_order(strategy)


def values(name: str, op: str):
    one = {"weekday": 0, "time": "09:00", "queue_id": 1, "waiting": 4}.get(name, "+86138")
    if op in ("one_of", "none_of"):
        return [one, one]
    return [one, one] if op == "between" else one


@pytest.mark.parametrize(("name", "op"), [(name, op) for name, ops in OPS.items() for op in ops])
def test_every_condition_can_be_said(name, op):
    condition = {"field": name, "op": op, "value": values(name, op)}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said = words.told_condition(condition, NAMES)
            assert said.startswith(words.fact_labels()[name])
            assert "%(" not in said


def test_every_effect_can_be_said():
    effects = {
        "priority": {"seconds": 90},
        "queue": {"queue_id": 1},
        "group": {"group_id": 5, "for_seconds": 30},
        "skill": {"skill_id": 3, "level": 4, "is_preferred": True},
        "agent": {"agent_id": 7, "for_seconds": 15},
    }
    assert set(effects) == set(EFFECTS)
    assert [words.told_effect({"do": do, **values}, NAMES) for do, values in effects.items()] == [
        "counts as having waited 1:30 longer",
        "to the queue Sales",
        "only agents of Seniors for the first 0:30",
        "French 4 or more preferred",
        "only Ann for the first 0:15",
    ]
    with translation.override("zh-hans"):
        assert (
            words.told_effect({"do": "group", **effects["group"]}, NAMES)
            == "只找“Seniors”组的坐席（前 0:30）"
        )


def test_what_a_person_or_a_trigger_changed_can_be_said():
    changes = [
        {"what": "pulled", "agent_name": "Ann"},
        {"what": "next", "seconds": 125},
        {"what": "reprioritised", "seconds": -60},
        {"what": "redirected", "queue_name": "Support"},
        {"what": "escalated", "trigger": "anger 0.93", "group_name": "Seniors", "seconds": 300},
    ]
    assert [explanations.told_change(change) for change in changes] == [
        "gave the call to Ann",
        "moved the call to the front (counts as having waited 2:05 longer)",
        "set the priority: the call counts as having waited 1:00 less",
        "sent the call to the queue Support",
        "“anger 0.93” noticed: to Seniors first, and it counts as having waited 5:00 longer",
    ]


def test_no_words_tell_a_callers_whole_number():
    facts = {"caller_number": "+8613812342211", "caller_number_at_home": "13812342211", "level": ""}
    exactly = {"field": "caller_number", "op": "one_of", "value": ["+8613812342211", "+8613900001111"]}
    begins = {"field": "caller_number", "op": "starts_with", "value": "+86138"}
    said = [
        str(words.told_facts(facts, NAMES)),
        words.told_condition(exactly, NAMES),
        words.told_failure(exactly, facts, NAMES),
        words.told_condition(begins, NAMES),
    ]
    assert "12342211" not in "".join(said)
    assert said[1] == "Caller's number is one of 138****2211, 139****1111"
    assert said[3] == "Caller's number begins with +86138"
