"""A market is added while callers wait: its agents take its callers within the next moment, and nobody is dropped."""

import json

import pytest

from telephony import actions
from telephony.models import AgentGroup, AgentSkill, QueueSkill, QueueStay, RoutingRule, Skill
from telephony.orders import ReadFloorAgain
from tests.telephony.office import Office

SHENZHEN, BEIJING = "+8675586543210", "+861062345678"


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


@pytest.fixture
def admin(floor, member, client_of):
    return client_of(member(floor.tenant, "admin"))


def save(admin, path: str, **said) -> dict:
    answer = admin.post(f"/api/v1/{path}", json.dumps(said), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def rung(office) -> int | None:
    offer = office.ringing()
    return offer.agent_id if offer else None


def becomes_ready(office, agent):
    """The call that rings the agent who is ready now, and is answered; None when none does."""
    with office.floor.inside():
        actions.set_agent_ready(agent_id=agent.pk, at=office.floor.now)
    office.order(ReadFloorAgain())
    offer = office.ringing()
    if offer is None:
        return None
    assert offer.agent_id == agent.pk
    office.switch.pick_up(offer.pk)
    office.settle()
    return offer.call_id


def stays(floor) -> list[tuple]:
    with floor.inside():
        return list(QueueStay.objects.order_by("entered_at", "pk").values_list("call_id", "left_at", "exit"))


def test_a_region_is_added_while_callers_wait_and_none_is_dropped(floor, office, admin):
    waiting = [office.caller(number=number) for number in (BEIJING, SHENZHEN)]
    south = floor.agent(is_ready=False)
    group = save(admin, "groups/", name="South", members=[{"agent": south.pk}])
    where = [{"field": "region", "op": "is", "value": "Guangdong"}]
    first = [{"do": "group", "group_id": group["id"], "for_seconds": 60}]
    save(admin, "routing-rules/", name="South first", conditions=where, effects=first)
    office.order(ReadFloorAgain())
    assert stays(floor) == [(call_id, None, "") for call_id in waiting]
    north = floor.agent(is_ready=False)
    new = [office.caller(number=number) for number in (SHENZHEN, BEIJING)]
    for agent, call_id in ((north, waiting[0]), (south, waiting[1])):
        assert becomes_ready(office, agent) == call_id
    assert becomes_ready(office, floor.agent(is_ready=False)) == new[1]
    assert becomes_ready(office, floor.agent(is_ready=False)) is None
    assert [left for _call, left, exit_ in stays(floor) if exit_ not in ("", "answered")] == []


def test_an_agent_in_several_groups_with_other_levels_counts_at_once(floor, office, admin):
    """After-sales needs German 7: a level and a place given now are seen by the next decision."""
    with floor.inside():
        german = Skill.objects.create(name="German")
        QueueSkill.objects.create(queue=floor.queue, skill=german, min_level=7)
    agent, other = floor.agent(), floor.agent()
    with floor.inside():
        AgentSkill.objects.create(agent=agent, skill=german, level=6)
    office.order(ReadFloorAgain())
    call_id = office.caller()
    assert rung(office) is None
    with floor.inside():
        AgentSkill.objects.filter(agent=agent).update(level=8)
        actions.floor_changed()
    office.order(ReadFloorAgain())
    assert (office.ringing().agent_id, office.ringing().call_id) == (agent.pk, call_id)
    groups = [
        save(admin, "groups/", name=name, members=[{"agent": agent.pk}, {"agent": other.pk}])["id"]
        for name in ("Sales", "After-sales")
    ]
    with floor.inside():
        assert list(agent.agent_groups.order_by("pk").values_list("pk", flat=True)) == groups
        assert AgentGroup.objects.filter(agents=other).count() == 2


def test_a_changed_rule_is_followed_by_the_next_caller(floor, office, admin):
    made = save(
        admin, "routing-rules/", name="VIPs", conditions=[], effects=[{"do": "priority", "seconds": 60}]
    )
    first = office.caller()
    said = {"effects": [{"do": "priority", "seconds": 90}]}
    admin.patch(f"/api/v1/routing-rules/{made['id']}/", said, content_type="application/json")
    floor.clock.pass_seconds(1)
    second = office.caller(number="+8613912342211")
    told = [
        (floor.stay(call_id).priority, floor.stay(call_id).routing["rules"][0]["version"])
        for call_id in (first, second)
    ]
    assert told == [(60, 1), (90, 2)]
    with floor.inside():
        assert RoutingRule.objects.get().version == 2
