"""A compiled query gives what its queryset gives, at every asking and in every tenant."""

from threading import Thread

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Count, Exists, OuterRef
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from telephony.models import Agent, Device, Queue, QueueAgent
from tenants.context import enter
from tenants.prepared import Compiled, Stated, answers, attach, compile_all, given, one_trip


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


def test_several_questions_in_one_trip_are_answered_as_each_alone(agents):
    named = Compiled(lambda: Agent.objects.select_for_update(no_key=True).filter(pk__among=given("ids")))
    places = Compiled(lambda: QueueAgent.objects.filter(agent_id__among=given("ids")).values_list("agent_id"))
    asked = {"ids": [agents[0].pk]}
    with enter("acme"), transaction.atomic():
        assert answers(named.asking(**asked), places.asking(**asked), named.asking(ids=[])) == [
            [agents[0]],
            [(agents[0].pk,)],
            [],
        ]
    with enter("globex"), transaction.atomic():
        assert [len(found) for found in answers(named.asking(ids=[0]), places.asking(ids=[0]))] == [0, 0]


def test_what_fails_in_one_trip_is_an_error_of_django_and_undoes_it(agents):
    ask = Compiled(lambda: Agent.objects.filter(pk__among=given("ids")))
    with enter("acme"):
        with pytest.raises(IntegrityError):
            call_all_alike()
        with pytest.raises(DatabaseError), transaction.atomic():
            answers(ask.asking(ids=[1]), ask.asking(ids=["no number"]), ask.asking(ids=[1]))
        assert [one.name for one in ask(ids=[agents[0].pk])] == [agents[0].name]


@transaction.atomic
def call_all_alike() -> None:
    with one_trip(), connection.cursor() as cursor:
        cursor.execute("UPDATE telephony_agent SET name = 'x'")
        cursor.execute("UPDATE telephony_agent SET extension = '1'")


def test_what_is_compiled_beforehand_is_every_question_there_is(agents):
    calls = []

    def everybody():
        calls.append(1)
        return Agent.objects.order_by("extension")

    ask = Compiled(everybody)
    for _again in range(2):
        compile_all()
    with enter("acme"):
        assert (ask(), calls) == (agents, [1])


def test_what_locks_rows_is_compiled_beforehand_outside_a_transaction_too(agents):
    """As a worker does that begins: in a test everything is inside of one, so in a thread of its own."""
    ask = Compiled(lambda: Agent.objects.select_for_update(no_key=True).filter(pk__among=given("ids")))
    said = []

    def begin() -> None:
        try:
            compile_all()
            said.append(connection.in_atomic_block)
        finally:
            connection.close()

    thread = Thread(target=begin)
    thread.start()
    thread.join(60)
    assert (said, ask._is_locking) == ([False], True)


def test_a_list_may_be_worked_out_by_the_database(agents):
    placed = RawSQL("%s::bigint[] || ARRAY(SELECT agent_id FROM telephony_queueagent)", (given("more"),))  # noqa: S611
    ask = Compiled(lambda: Agent.objects.filter(pk__among=placed).order_by("pk"))
    with enter("acme"):
        assert ask(more=[]) == [agents[0]]
        assert ask(more=[agents[1].pk]) == agents
    with enter("globex"):
        assert ask(more=[]) == []


def test_a_statement_in_words_of_its_own_is_asked_beside_others(agents):
    doubled = Stated("SELECT name || %s FROM telephony_agent ORDER BY extension", "more")
    named = Compiled(lambda: Agent.objects.filter(pk__among=given("ids")))
    with enter("acme"), transaction.atomic():
        said, found = answers(doubled.asking(more="!"), named.asking(ids=[agents[1].pk]))
    assert said == [(f"{one.name}!",) for one in agents]
    assert found == [agents[1]]
