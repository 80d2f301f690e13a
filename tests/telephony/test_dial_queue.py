"""Which queue a call that an agent makes counts for: its wrap-up, dispositions and rule of recording."""

import pytest

from telephony.models import Agent, Queue, QueueAgent
from telephony.queries.dialling import queue_named
from tests.telephony.callbacks.desk import ANN, BEN
from tests.telephony.test_dialling import dial, office, the_call  # noqa: F401  (a fixture)

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def queues(office) -> dict[str, Queue]:  # noqa: F811
    """Two the agent works in, beside the one everybody has, and one they do not."""
    with office.floor.inside():
        return {name: Queue.objects.create(name=name) for name in ("Repairs", "A last one", "Of others")}


@pytest.fixture
def agent(office, queues) -> Agent:  # noqa: F811
    found = office.floor.agent()
    with office.floor.inside():
        for name in ("Repairs", "A last one"):
            QueueAgent.objects.create(queue=queues[name], agent=found)
    return found


def called_for(office, agent, **more) -> Queue:  # noqa: F811
    """Dials, is not reached, and is free again."""
    offer = dial(office, agent, **more)
    with office.floor.inside():
        queue = office.floor.call(offer.call_id).queue
    office.switch.end(offer.pk, cause="NO_ANSWER")
    office.settle()
    return queue


def test_it_is_the_one_asked_for_if_the_agent_works_in_it(office, agent, queues):  # noqa: F811
    assert called_for(office, agent, queue_id=queues["Repairs"].pk).name == "Repairs"
    assert called_for(office, agent, queue_id=queues["Of others"].pk).name == "A last one"


def test_asked_for_none_it_is_the_one_of_the_last_call_they_had_else_the_first_by_name(office, agent, queues):  # noqa: F811
    assert called_for(office, agent).name == "A last one"
    offer = dial(office, agent, queue_id=queues["Repairs"].pk)
    office.switch.pick_up(offer.pk)
    office.settle()
    office.switch.joins(offer.pk)
    office.settle()
    office.switch.end(offer.call_id)
    office.settle()
    assert office.floor.again(agent).activity == Agent.Activity.WRAP_UP
    assert called_for(office, agent, number=BEN).name == "Repairs"
    with office.floor.inside():
        Queue.objects.filter(name="Repairs").update(state="closed")
    assert called_for(office, agent, number=BEN).name == "A last one"


def test_who_works_in_no_queue_calls_for_none(office):  # noqa: F811
    agent = office.floor.agent()
    with office.floor.inside():
        QueueAgent.objects.all().delete()
    assert dial(office, agent, ANN) is not None
    assert the_call(office).queue is None


def test_a_page_says_for_which_and_only_who_has_a_choice_is_asked(
    office,  # noqa: F811
    agent,
    queues,
    client_of,
    monkeypatch,
):
    orders: list = []
    monkeypatch.setattr(
        "telephony.actions.dialling.send_order", lambda order, *, member: orders.append(order)
    )
    with office.floor.inside():
        browser = client_of(Agent.objects.select_related("member").get(pk=agent.pk).member)
    page = browser.get("/workspace/").content.decode()
    assert 'id="dial-queue"' in page
    assert f'<option value="{queues["A last one"].pk}" selected>' in page
    assert f'<option value="{queues["Of others"].pk}"' not in page
    repairs = str(queues["Repairs"].pk)
    for said in (repairs, "", "0x1", "9" * 30):
        told = browser.post("/dial/", {"number": ANN, "queue": said}, headers={"Accept": "application/json"})
        assert told.status_code == 200, said
    assert [order.queue_id for order in orders] == [queues["Repairs"].pk, 0, 0, 0]
    with office.floor.inside():
        QueueAgent.objects.filter(agent=agent).exclude(queue=queues["Repairs"]).delete()
    assert 'id="dial-queue"' not in browser.get("/workspace/").content.decode()


@pytest.mark.parametrize("text", ["", "-1", "²", "1.0", "1" * 10])
def test_what_is_no_queue_of_ours_is_none(text):
    assert queue_named(text) is None
