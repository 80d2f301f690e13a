"""What is written into a stay when a caller joins a line: facts, rules, and what the call asks for."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony import actions, queries
from telephony.models import (
    Entry,
    Queue,
    QueueSkill,
    QueueStep,
    RoutingRule,
    Skill,
)
from tests.telephony.planned import CALLER, group, profile, routing, rule

VIP = {"field": "level", "op": "is", "value": "vip"}


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
    assert len(reads) == 8
