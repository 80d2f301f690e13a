"""A compiled query gives what its queryset gives, at every asking and in every tenant."""

import pytest
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef
from django.test.utils import CaptureQueriesContext

from telephony.models import Agent, Device, Queue, QueueAgent
from tenants.context import enter
from tenants.prepared import Compiled, attach, given


@pytest.fixture
def agents(acme, globex, member) -> list[Agent]:
    """Two of acme, the first with a phone in a queue; globex has one of the same extension."""
    made = []
    for tenant, extensions in ((globex, ("1001",)), (acme, ("1001", "1002"))):
        for extension in extensions:
            who = member(tenant, "agent")
            with enter(tenant.schema_name):
                made.append(Agent.objects.create(member=who, name=who.name, extension=extension))
    with enter("acme"):
        queue = Queue.objects.create(name="Sales")
        QueueAgent.objects.create(agent=made[1], queue=queue)
        Device.objects.create(agent=made[1], sip_username="1001", a1_hash="x" * 32)
    return made[1:]


def values(rows) -> list[dict]:
    return [{name: value for name, value in row.__dict__.items() if name != "_state"} for row in rows]


def test_the_same_rows_with_what_is_joined_annotated_and_left_out(agents):
    phones = Device.objects.filter(agent=OuterRef("pk"))
    wanted = Agent.objects.annotate(has_phone=Exists(phones)).select_related("member").defer("name")
    ask = Compiled(lambda: wanted.filter(extension__among=given("extensions")).order_by("extension"))
    with enter("acme"):
        for extensions in (["1001", "1002"], ["1002"], []):
            expected = list(wanted.filter(extension__in=extensions).order_by("extension"))
            found = ask(extensions=extensions)
            assert values(found) == values(expected)
            assert [one.member for one in found] == [one.member for one in expected]
        assert ask.first(extensions=["1002"]) == agents[1]
        assert ask.first(extensions=["7"]) is None


def test_dicts_tuples_and_flat_values_of_references_too(agents):
    places = QueueAgent.objects.filter(agent_id__among=given("agents"), queue__name=given("name")).order_by()
    counted = Compiled(lambda: places.values("queue_id").annotate(n=Count("pk")))
    pairs = Compiled(lambda: places.values_list("agent_id", "queue__name"))
    flat = Compiled(lambda: places.values_list("agent__extension", flat=True))
    with enter("acme"):
        asked = {"agents": [agent.pk for agent in agents], "name": "Sales"}
        assert counted(**asked) == [{"queue_id": Queue.objects.get().pk, "n": 1}]
        assert pairs(**asked) == [(agents[0].pk, "Sales")]
        assert flat(**asked) == ["1001"]
        assert flat(**asked | {"name": "Service"}) == []


def test_each_tenant_is_answered_from_its_own_rows(agents, globex):
    ask = Compiled(lambda: Agent.objects.filter(extension=given("extension")))
    with enter("acme"):
        assert [one.name for one in ask(extension="1001")] == [agents[0].name]
    with enter("globex"):
        assert [one.name for one in ask(extension="1001")] == [Agent.objects.get().name]
        assert ask(extension="1002") == []


def test_rows_are_locked_inside_a_transaction_only(agents):
    ask = Compiled(lambda: Agent.objects.select_for_update(no_key=True).filter(pk__among=given("ids")))
    with enter("acme"):
        with transaction.atomic(), CaptureQueriesContext(connection) as asked:
            assert ask(ids=[agents[0].pk]) == [agents[0]]
        assert "FOR NO KEY UPDATE" in asked[-1]["sql"]


def test_what_is_attached_is_not_asked_for_again(agents):
    with enter("acme"):
        found = list(Agent.objects.order_by("extension"))
        attach(found, "devices", Device.objects.all(), by="agent_id")
        with CaptureQueriesContext(connection) as asked:
            assert [[phone.sip_username for phone in one.devices.all()] for one in found] == [["1001"], []]
        assert len(asked) == 0
