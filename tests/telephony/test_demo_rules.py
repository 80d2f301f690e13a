"""The demo's own rules: natural in both languages, free of mistakes, and they let every call flow."""

import pytest

from telephony import demo_rules, queries
from telephony.models import AgentGroup, CallerProfile, Queue, QueueStep, RoutingRule
from telephony.queries import problems_of_rule


@pytest.fixture(params=[True, False], ids=["chinese", "english"])
def furnished(request, floor):
    agents = [floor.agent() for _ in range(4)]
    with floor.inside():
        second = Queue.objects.create(name="Second")
        for _time in (1, 2):
            demo_rules.furnish_rules([floor.queue, second], agents, speaks_chinese=request.param, year=2026)
    return floor


def test_a_second_furnishing_adds_nothing_and_nothing_is_wrong(furnished):
    with furnished.inside():
        counts = [kind.objects.count() for kind in (RoutingRule, AgentGroup, QueueStep)]
        assert counts == [4, 2, 2]
        for rule in RoutingRule.objects.all():
            assert problems_of_rule(rule.conditions, rule.effects) == []
        for queue in Queue.objects.all():
            queue.full_clean()


def test_calls_flow_and_a_vip_goes_to_the_seniors(furnished):
    with furnished.inside():
        CallerProfile.objects.create(e164="+8613812342211", level="vip")
        assert all(queries.arrival(queue, number="", caller_number="", at=furnished.now).may_wait
                   for queue in Queue.objects.all())  # fmt: skip
        seniors = AgentGroup.objects.get(name__in=("资深坐席", "Senior team"))
    stay = furnished.stay(furnished.caller())
    assert (stay.priority, stay.routing["asks"]["group"]) == (120, seniors.pk)
    assert {step["after"] for step in stay.routing["asks"]["steps"]} == {20, 60}
