"""Rules that cannot be read, rows deleted since, groups without agents, an error: said, and nobody is lost."""

from datetime import timedelta

import pytest

from telephony.models import (
    QueueStep,
)
from tests.telephony.planned import group, routing, rule

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
