"""What is written into a stay when a caller joins a line: facts, rules, and what the call asks for."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony import actions, queries
from telephony.models import (
    Agent,
    AgentGroup,
    AgentSkill,
    CallerProfile,
    Entry,
    GroupMember,
    Queue,
    QueueSkill,
    QueueStep,
    RoutingRule,
    Skill,
)

VIP = {"field": "level", "op": "is", "value": "vip"}
CALLER = "+8613812342211"


def profile(floor, **known) -> None:
    with floor.inside():
        CallerProfile.objects.create(e164=CALLER, **known)


def rule(floor, **values) -> RoutingRule:
    with floor.inside():
        return RoutingRule.objects.create(**{"name": f"Rule {RoutingRule.objects.count()}"} | values)


def group(floor, name: str, until=None) -> AgentGroup:
    """With one agent in it."""
    agent = floor.agent(is_ready=False)
    with floor.inside():
        made = AgentGroup.objects.create(name=name)
        GroupMember.objects.create(group=made, agent=agent, until=until)
    return made


def routing(floor, call_id) -> dict:
    return floor.stay(call_id).routing


def test_a_plain_call_asks_for_what_its_queue_asks_for(floor, other_floor):
    rule(other_floor, effects=[{"do": "priority", "seconds": 1000}])
    with floor.inside():
        skills = [Skill.objects.create(name=name) for name in ("German", "Boilers")]
        QueueSkill.objects.create(queue=floor.queue, skill=skills[0], min_level=3)
        QueueSkill.objects.create(queue=floor.queue, skill=skills[1], is_preferred=True)
        Queue.objects.update(strategy="ring_group", ring_group_size=4)
        QueueStep.objects.create(queue=floor.queue, after_seconds=20, level_drop=3)
    kept = routing(floor, floor.caller())
    preferred = [[skills[1].pk, 1]]
    later = {"requirements": [], "preferred": preferred, "group": None, "queues": [], "target_agent": None}
    assert kept["asks"] == {
        "queue": floor.queue.pk,
        "strategy": "ring_group",
        "together": 4,
        "priority": 0,
        "requirements": [[skills[0].pk, 3]],
        "preferred": preferred,
        "group": None,
        "queues": [],
        "target_agent": None,
        "scores": {},
        "steps": [{"after": 20, **later}],
    }
    assert (kept["rules"], kept["changes"], kept["last_agent"]) == ([], [], None)
    assert kept["at"] == floor.now.isoformat()
    assert kept["arrival"] == [{"queue": floor.queue.pk, "because": "number"}]


def test_the_facts_are_those_of_the_caller_and_the_moment(floor, other_floor):
    profile(floor, level="vip", tags=["repeat"], language="en")
    profile(other_floor, level="gold")
    first = floor.caller()
    assert routing(floor, first)["facts"] == {
        "number": floor.number,
        "number_at_home": "4001234567",
        "caller_number": CALLER,
        "caller_number_at_home": "13812342211",
        "country": "CN",
        "region": "Jiangsu/Lianyungang",
        "level": "vip",
        "tags": ["repeat"],
        "language": "en",
        "weekday": 0,
        "time": "17:00",
        "queue_id": floor.queue.pk,
        "waiting": 0,
    }
    floor.clock.pass_seconds(10)
    assert routing(floor, floor.caller(number="anonymous"))["facts"]["waiting"] == 1


def test_a_vip_gets_seconds_for_free_and_the_seniors_for_a_while(floor):
    seniors = group(floor, "Seniors")
    effects = [
        {"do": "priority", "seconds": 120},
        {"do": "group", "group_id": seniors.pk, "for_seconds": 30},
    ]
    given = rule(floor, name="VIPs", conditions=[VIP], effects=effects)
    with floor.inside():
        Queue.objects.update(priority=5)
    profile(floor, level="vip")
    vip = floor.stay(floor.caller())
    plain = floor.stay(floor.caller(number="+8613912342211"))
    assert (vip.priority, vip.routing["asks"]["priority"], plain.priority) == (120, 120, 0)
    assert vip.routing["asks"]["group"] == seniors.pk
    assert [(step["after"], step["group"]) for step in vip.routing["asks"]["steps"]] == [(30, None)]
    line = {"rule": given.pk, "name": "VIPs", "version": 1}
    assert vip.routing["rules"] == [line | {"fits": True, "failed": None}]
    assert plain.routing["rules"] == [line | {"fits": False, "failed": VIP}]


def test_a_region_is_sent_to_its_agents_first(floor):
    south = group(floor, "South")
    where = {"field": "region", "op": "is", "value": "Guangdong"}
    rule(floor, conditions=[where], effects=[{"do": "group", "group_id": south.pk, "for_seconds": 20}])
    groups = {
        number: routing(floor, floor.caller(number=number))["asks"]["group"]
        for number in ("+8618688881234", "+8675586543210", "+861062345678", "anonymous")
    }
    assert groups == {
        "+8618688881234": south.pk,
        "+8675586543210": south.pk,
        "+861062345678": None,
        "anonymous": None,
    }


def test_told_again_a_stay_is_not_planned_again(floor):
    made = rule(floor, effects=[{"do": "priority", "seconds": 60}])
    call_id = floor.caller()
    stay = floor.stay(call_id)
    with floor.inside():
        RoutingRule.objects.filter(pk=made.pk).update(effects=[{"do": "priority", "seconds": 600}])
        actions.queue_call(
            leg_id=call_id,
            node="main-1",
            queue_id=floor.queue.pk,
            queued_at=stay.entered_at,
            priority=0,
            at=floor.now,
        )
    assert floor.stay(call_id).priority == 60


def test_a_rule_moves_nobody_out_of_a_queue_a_person_chose(floor):
    with floor.inside():
        other = Queue.objects.create(name="Complaints")
    rule(floor, name="Complainers", effects=[{"do": "queue", "queue_id": other.pk}])
    call_id = floor.caller(queue=other)
    assert routing(floor, call_id)["arrival"] == [
        {"queue": floor.queue.pk, "because": "number"},
        {"queue": other.pk, "because": "rule", "rule": routing(floor, call_id)["rules"][0]["rule"]},
    ]
    floor.clock.pass_seconds(5)
    with floor.inside():
        actions.queue_call(
            leg_id=call_id,
            node="main-1",
            queue_id=floor.queue.pk,
            queued_at=floor.now,
            priority=0,
            at=floor.now,
        )
    moved = routing(floor, call_id)
    assert (moved["asks"]["queue"], moved["arrival"]) == (
        floor.queue.pk,
        [{"queue": floor.queue.pk, "because": "moved"}],
    )


BROKEN = [
    {
        "conditions": [{"field": "shoes", "op": "is", "value": 4}],
        "effects": [{"do": "priority", "seconds": 9}],
    },
    {"conditions": "all", "effects": [{"do": "priority", "seconds": 9}]},
    {"conditions": [], "effects": {"do": "priority"}},
]


@pytest.mark.parametrize("values", BROKEN)
def test_a_rule_that_cannot_be_read_is_skipped_and_shown(floor, values):
    broken = rule(floor, **values)
    rule(floor, effects=[{"do": "priority", "seconds": 60}])
    stay = floor.stay(floor.caller())
    first = stay.routing["rules"][0]
    assert (first["rule"], first["fits"], len(first["problems"])) == (broken.pk, False, 1)
    assert stay.priority == 60


def test_what_was_deleted_since_is_left_out_and_shown(floor):
    effects = [{"do": "group", "group_id": 999}, {"do": "agent", "agent_id": 998, "for_seconds": 9}]
    rule(floor, effects=[*effects, {"do": "skill", "skill_id": 997, "level": 1}])
    kept = routing(floor, floor.caller())
    assert (kept["asks"]["group"], kept["asks"]["target_agent"], kept["asks"]["requirements"]) == (
        None,
        None,
        [],
    )
    assert kept["rules"][0]["missing"] == [{"group_id": 999}, {"agent_id": 998}, {"skill_id": 997}]


def test_nobody_waits_for_a_group_without_agents(floor):
    lent = group(floor, "Lent", until=floor.now + timedelta(hours=1))
    rule(floor, effects=[{"do": "group", "group_id": lent.pk}])
    assert routing(floor, floor.caller())["asks"]["group"] == lent.pk
    floor.clock.pass_seconds(3600)
    later = routing(floor, floor.caller(number="+8613912342211"))
    assert (later["asks"]["group"], later["rules"][0]["missing"]) == (None, [{"group_id": lent.pk}])


def test_a_step_for_a_group_without_agents_asks_everyone(floor):
    lent = group(floor, "Lent", until=floor.now + timedelta(hours=1))
    with floor.inside():
        QueueStep.objects.create(queue=floor.queue, group=lent)
    assert routing(floor, floor.caller())["asks"]["group"] == lent.pk
    floor.clock.pass_seconds(3600)
    assert routing(floor, floor.caller(number="+8613912342211"))["asks"]["group"] is None


def test_an_error_in_planning_loses_nobody(floor, monkeypatch):
    def fails(*_args, **_known):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("telephony.actions.routing.decide", fails)
        unruled = floor.stay(floor.caller())
        patched.setattr("telephony.actions.routing.plan_in", fails)
        unplanned = floor.stay(floor.caller(number="+8613912342211"))
    assert unruled.routing["asks"]["queue"] == floor.queue.pk
    assert unruled.routing["arrival"] == [{"queue": floor.queue.pk, "because": "unplanned"}]
    assert unplanned.routing == {}
    assert (unruled.left_at, unplanned.left_at) == (None, None)


def sticky(floor, **values) -> None:
    with floor.inside():
        Queue.objects.update(sticky_days=7, sticky_seconds=15, **values)


def test_the_agent_who_last_spoke_with_a_caller_is_asked_first(floor):
    sticky(floor)
    ann, bob = floor.agent(), floor.agent()
    for agent in (ann, bob):
        call_id, _offer = floor.talk(agent)
        floor.switch.end(call_id)
        floor.listen()
        floor.clock.pass_seconds(60)
    asks = routing(floor, floor.caller())["asks"]
    assert asks["target_agent"] == bob.pk
    assert [(step["after"], step["target_agent"]) for step in asks["steps"]] == [(15, None)]
    stranger = routing(floor, floor.caller(number="+8613912342211"))
    assert (stranger["last_agent"], stranger["asks"]["target_agent"]) == (None, None)


def spoken(floor) -> Agent:
    """An agent who has spoken with the usual caller, on a floor that remembers for 7 days."""
    sticky(floor)
    agent = floor.agent()
    call_id, _offer = floor.talk(agent)
    floor.switch.end(call_id)
    floor.listen()
    return agent


def test_nobody_is_remembered_who_cannot_be_asked(floor):
    agent = spoken(floor)
    with floor.inside():
        Agent.objects.filter(pk=agent.pk).update(presence="offline")
    gone = routing(floor, floor.caller())
    assert (gone["last_agent"]["why_not"], gone["asks"]["target_agent"]) == ("offline", None)
    with floor.inside():
        Agent.objects.filter(pk=agent.pk).update(presence="online")
        agent.queue_agents.all().delete()
    elsewhere = routing(floor, floor.caller())
    assert (elsewhere["last_agent"]["why_not"], elsewhere["asks"]["target_agent"]) == ("not_in_queue", None)


def test_a_talk_is_forgotten_after_so_many_days(floor):
    spoken(floor)
    floor.clock.pass_seconds(7 * 86400)
    assert routing(floor, floor.caller())["last_agent"] is None


def test_scores_name_what_they_are_made_of_and_are_off_until_switched_on(floor):
    agent, other = spoken(floor), floor.agent()
    with floor.inside():
        english = Skill.objects.create(name="English")
        AgentSkill.objects.create(agent=other, skill=english, level=8)
    profile(floor, language="en")
    assert routing(floor, floor.caller())["asks"]["scores"] == {}
    with floor.inside():
        Queue.objects.update(is_scored=True)
    assert routing(floor, floor.caller())["asks"]["scores"] == {
        str(agent.pk): {
            "score": 0.5,
            "features": {"spoke_before": 0.5, "same_language": 0.0, "handled_today": 1.0},
        },
        str(other.pk): {
            "score": 1.6,
            "features": {"spoke_before": 0.0, "same_language": 0.8, "handled_today": 0.0},
        },
    }
    with floor.inside():
        Queue.objects.update(is_scored=False)
    assert routing(floor, floor.caller())["asks"]["scores"] == {}


def test_a_made_up_call_is_planned_like_a_real_one(floor):
    with floor.inside():
        complaints = Queue.objects.create(name="Complaints", priority=30, strategy="round_robin")
    moves = [{"do": "queue", "queue_id": complaints.pk}, {"do": "priority", "seconds": 10}]
    made = rule(
        floor,
        name="Complainers",
        conditions=[{"field": "tags", "op": "has", "value": "angry"}],
        effects=moves,
    )
    with floor.inside():
        facts = queries.caller_facts(floor.number, CALLER, floor.queue, floor.now)
        calm = queries.plan(facts, floor.queue)
        angry = queries.plan(facts | {"tags": ["angry"]}, floor.queue)
        assert Entry.objects.count() == 1
    assert (calm["queue"], angry["queue"]) == (floor.queue.pk, complaints.pk)
    assert (angry["asks"]["strategy"], angry["asks"]["priority"]) == ("round_robin", 40)
    assert [(line["rule"], line["fits"]) for line in angry["rules"]] == [(made.pk, True)]


def test_planning_takes_few_reads(floor):
    rule(floor, conditions=[VIP], effects=[{"do": "priority", "seconds": 1}])
    stay = floor.stay(floor.caller())
    with floor.inside(), CaptureQueriesContext(connection) as asked:
        actions.plan_stay(stay)
        stay.save()
    reads = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
    assert len(reads) == 7
