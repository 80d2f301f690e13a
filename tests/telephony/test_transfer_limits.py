"""A group may limit where its agents transfer calls: the page offers no other place, and the worker refuses it."""

from datetime import timedelta

import pytest

from telephony import orders
from telephony.models import AgentGroup, GroupMember, Queue
from telephony.queries.transfers import transfer_limits
from telephony.serializers import snapshots
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


@pytest.fixture
def refusals(published):
    """What agents' pages were told instead."""
    return lambda: [news.message["message"] for news in published if news.message["type"] == "order_refused"]


@pytest.fixture
def queues(floor) -> dict[str, Queue]:
    with floor.inside():
        return {name: Queue.objects.create(name=name) for name in ("Complaints", "Board")}


def group(name: str, *agents, until=None, **limits) -> AgentGroup:
    """Inside a tenant. `queues` and `groups` are where its agents may transfer to; without either, anywhere."""
    made = AgentGroup.objects.create(name=name, limits_transfers=bool(limits))
    made.transfer_queues.set(limits.get("queues", []))
    made.transfer_groups.set(limits.get("groups", []))
    for agent in agents:
        GroupMember.objects.create(group=made, agent=agent, until=until)
    return made


def talking(office, agent):
    """The call of this agent, who talks."""
    call_id = office.caller()
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    office.pass_seconds(30)
    assert office.floor.call(call_id).agent_id == agent.pk
    return call_id


def test_without_limits_a_call_may_go_anywhere(floor, office, queues):
    ann, bob = floor.agent(), floor.agent()
    with floor.inside():
        group("Seniors", ann, bob)
        assert transfer_limits(ann.pk, floor.now) is None
        assert snapshots.transfers(ann.pk) is None


def test_a_place_outside_the_limits_is_refused_and_nothing_happens(floor, office, queues, refusals):
    """Nothing but the word at the page of the agent who asked."""
    ann = floor.agent()
    office.settle()
    with floor.inside():
        group("Beginners", ann, queues=[queues["Complaints"]])
    call_id = talking(office, ann)
    known = {"agent_id": ann.pk, "call_id": call_id}
    office.order(orders.TransferToQueue(**known, queue_id=queues["Board"].pk))
    assert refusals() == ["Your group may not transfer calls there."]
    assert floor.call(call_id).queue_id == floor.queue.pk
    office.order(orders.TransferToQueue(**known, queue_id=queues["Complaints"].pk))
    assert len(refusals()) == 1
    assert floor.call(call_id).queue_id == queues["Complaints"].pk


def test_only_agents_of_the_named_groups_may_be_given_a_call(floor, office, refusals):
    ann = floor.agent()
    office.settle()
    call_id = talking(office, ann)
    bob, cyd = floor.agent(), floor.agent()
    with floor.inside():
        seniors = group("Seniors", cyd)
        group("Beginners", ann, bob, groups=[seniors])
        assert snapshots.transfers(ann.pk) == {"queues": [], "agents": [cyd.pk]}
        assert transfer_limits(cyd.pk, floor.now) is None
    known = {"agent_id": ann.pk, "call_id": call_id}
    office.order(orders.TransferToAgent(**known, to_agent_id=bob.pk))
    assert refusals() == ["Your group may not transfer calls there."]
    office.order(orders.TransferToAgent(**known, to_agent_id=cyd.pk))
    assert len(refusals()) == 1
    assert office.ringing().agent_id == cyd.pk


def test_of_several_limiting_groups_what_any_allows_and_places_run_out(floor, queues):
    ann = floor.agent()
    with floor.inside():
        group("One", ann, queues=[queues["Complaints"]])
        group("Two", ann, queues=[queues["Board"]], until=floor.now + timedelta(hours=1))
        both = transfer_limits(ann.pk, floor.now)
        later = transfer_limits(ann.pk, floor.now + timedelta(hours=2))
    assert both.queues == {queues["Complaints"].pk, queues["Board"].pk}
    assert later.queues == {queues["Complaints"].pk}


def test_another_tenants_groups_limit_nobody_here(floor, other_floor, queues):
    ann, other = floor.agent(), other_floor.agent()
    with other_floor.inside():
        group("Beginners", other, queues=[other_floor.queue])
    with floor.inside():
        assert transfer_limits(ann.pk, floor.now) is None


def test_administrators_set_the_limits_on_the_groups_page(floor, member, client_of, queues):
    with floor.inside():
        made = group("Beginners", floor.agent())
    inline = {f"members-{name}": value for name, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}.items()}
    sent = {"name": "Beginners", "limits_transfers": "on", "transfer_queues": [queues["Board"].pk], **inline}
    page = f"/admin/telephony/agentgroup/{made.pk}/change/"
    assert client_of(member(floor.tenant, "admin")).post(page, sent).status_code == 302
    with floor.inside():
        made.refresh_from_db()
        assert (made.limits_transfers, list(made.transfer_queues.all())) == (True, [queues["Board"]])
