"""The what-if page: which rule fires, who would be asked, and that trying changes nothing."""

from zoneinfo import ZoneInfo

import pytest

from telephony.models import AgentSkill, Call, Queue, RoutingRule
from tests.telephony.line import rows_of


def test_a_made_up_call_shows_which_rule_fires_and_who_would_be_asked(floor, line, boss):
    with floor.inside():
        AgentSkill.objects.filter(agent=line["cid"]).update(level=8)
    before = rows_of(floor)
    asked = {"number": floor.number, "caller": "138 0000 0002"}
    answer = boss.post("/what-if/", asked)
    told = answer.context["answers"][0]
    assert [(rule.name, rule.fits, rule.effects) for rule in told.rules] == [
        ("VIP first", True, ["counts as having waited 5:00 longer"])
    ]
    assert (told.asked, told.ahead, told.expected) == ([], 0, "under a minute")
    free = boss.post("/what-if/", asked | {"everybody": "1"}).context["answers"][0]
    assert free.asked == [line["cid"].name]
    assert [(counted, [(one.agent, one.words) for one in agents]) for counted, agents in free.agents] == [
        ("1 would be rung", [(line["cid"].name, "free, and the first to be asked")]),
        (
            "2 free, behind another",
            [
                (line["ann"].name, "free, number 2 in order: lower skill levels"),
                (line["ben"].name, "free, number 3 in order: lower skill levels"),
            ],
        ),
    ]
    assert rows_of(floor) == before


def test_a_draft_is_compared_and_never_saved(floor, line, boss):
    with floor.inside():
        rule = RoutingRule.objects.get()
        night = RoutingRule.objects.create(
            name="Night",
            is_active=False,
            effects=[{"do": "queue", "queue_id": Queue.objects.create(name="Night desk").pk}],
        )
    before = rows_of(floor)
    asked = {"call": str(line["second"]), "drafts": "1", f"use_{night.pk}": "1"}
    answer = boss.post("/what-if/", asked)
    present, drafted = answer.context["answers"]
    assert ([rule.name for rule in present.rules], present.trial.queue.name) == (["VIP first"], "Sales")
    assert ([rule.name for rule in drafted.rules], drafted.trial.queue.name) == (["Night"], "Night desk")
    assert "sent it to the queue Night desk" in " ".join(drafted.arrival)
    changed = {**asked, f"use_{rule.pk}": "1", f"effects_{rule.pk}": '[{"do": "priority", "seconds": 60}]'}
    drafted = boss.post("/what-if/", changed).context["answers"][1]
    assert drafted.rules[0].effects == ["counts as having waited 1:00 longer"]
    assert rows_of(floor) == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("[", "This is not JSON"),
        ("{}", "must be a list"),
        ('[{"do": "fly"}]', "Effects, entry 1: do is not known."),
        ('[{"do": "priority"}]', "Effects, entry 1: seconds is missing."),
    ],
)
def test_a_draft_that_cannot_be_read_says_what_is_wrong(floor, line, boss, typed, said):
    with floor.inside():
        rule = RoutingRule.objects.get()
    asked = {"call": str(line["second"]), "drafts": "1", f"use_{rule.pk}": "1", f"effects_{rule.pk}": typed}
    answer = boss.post("/what-if/", asked)
    assert said in answer.content.decode()
    assert answer.context["answers"] == []


def test_calls_are_found_by_whole_number_time_and_id(floor, other_floor, line, boss, now):
    foreign = other_floor.caller()
    for text, found in (
        ("138 1234 2211", [line["first"]]),
        ("2211", []),
        (str(line["second"]), [line["second"]]),
        (str(foreign), []),
        ("nonsense", []),
    ):
        assert [call.pk for call in boss.get("/what-if/", {"find": text}).context["found"]] == found
    with floor.inside():
        at = Call.objects.get(pk=line["first"]).arrived_at
    local = boss.get("/what-if/", {"find": f"{at.astimezone(floor_zone(floor)):%Y-%m-%d %H:%M}"})
    assert {call.pk for call in local.context["found"]} == {line["first"], line["second"]}
    assert boss.get("/what-if/", {"call": str(foreign)}).status_code == 404
    assert boss.get("/what-if/", {"call": "x"}).status_code == 404


def floor_zone(floor):
    return ZoneInfo(floor.tenant.time_zone)


def test_what_is_missing_in_a_made_up_call_is_asked_for(floor, line, boss):
    shown = boss.post("/what-if/", {"caller": "138 0000 0002"})
    assert "Choose the number dialled, or a queue." in shown.content.decode()
    assert shown.context["answers"] == []
