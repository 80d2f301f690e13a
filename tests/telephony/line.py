"""A line to look at: who waits at acme, who works there, and a supervisor."""

import pytest

from telephony.models import (
    AgentSkill,
    Call,
    CallerProfile,
    NotReadyReason,
    Offer,
    QueueSkill,
    QueueStay,
    RoutingRule,
    Skill,
)
from tenants.people.models import AuditEntry

NUMBER = "+8613812342211"


@pytest.fixture
def today(monkeypatch, now):
    """The pages look at the story's clock."""
    clock = {"now": now}
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock["now"])
    return clock


@pytest.fixture
def sent(monkeypatch):
    found = []
    for module in ("interventions", "escalation"):
        monkeypatch.setattr(
            f"telephony.actions.{module}.send_order", lambda order, *, member: found.append(order)
        )
    return found


@pytest.fixture
def boss(floor, member, client_of):
    return client_of(member(floor.tenant, "supervisor", name="Wang Li"))


@pytest.fixture
def line(floor, today):
    """Two callers wait in Sales, one of them by a rule for VIPs; Ann talks, Ben is at lunch, Cid lacks French."""
    with floor.inside():
        french = Skill.objects.create(name="French")
        QueueSkill.objects.create(queue=floor.queue, skill=french, min_level=3)
        CallerProfile.objects.create(e164="+8613800000002", level="vip", tags=["fridge"])
        RoutingRule.objects.create(
            name="VIP first",
            conditions=[{"field": "level", "op": "is", "value": "vip"}],
            effects=[{"do": "priority", "seconds": 300}],
        )
    ann, ben, cid = floor.agent(), floor.agent(is_ready=False), floor.agent()
    with floor.inside():
        for agent, level in ((ann, 5), (ben, 5), (cid, 2)):
            AgentSkill.objects.create(agent=agent, skill=french, level=level)
        type(ann).objects.filter(pk=ann.pk).update(activity="talking", state_since=floor.now)
        lunch = NotReadyReason.objects.create(name="Lunch")
        type(ben).objects.filter(pk=ben.pk).update(
            not_ready_reason=lunch, routing_status="not_ready", presence="online"
        )
    first = floor.caller(NUMBER, name="Wang Fang")
    floor.clock.pass_seconds(60)
    second = floor.caller("+8613800000002")
    floor.clock.pass_seconds(12)
    today["now"] = floor.now
    return {"ann": ann, "ben": ben, "cid": cid, "first": first, "second": second}


def rows_of(floor) -> list[tuple]:
    """All that looking could change."""
    with floor.inside():
        models = (QueueStay, Call, Offer, RoutingRule, AuditEntry)
        return [tuple(model.objects.order_by("pk").values_list()) for model in models]
