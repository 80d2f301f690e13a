"""Moving a tenant to another cell: what it changes, what is refused, and what the two workers tell each other."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone

from telephony import actions, events
from telephony.actions import resync
from telephony.cells import moves
from telephony.cells.models import Cell, CellMove, Lease, SwitchNode
from telephony.errors import CellIsNotServed, CellNotFound, LivesThereAlready, StillServedThere
from telephony.models import Device
from telephony.switch import OfferCommand, QueueEntry, Registration, RungPhone, SwitchUnreachable
from telephony.worker.between import JoinedSwitch, NeighbourEar, rebuild
from telephony.worker.inbox import Inbox
from telephony.worker.neighbours import Neighbours
from tenants.models import Tenant
from tenants.people.models import AuditEntry
from tests.fakes.switch import FakeSwitch


@pytest.fixture
def operator(member, client_of):
    return client_of(member(None, "operator"))


@pytest.fixture
def cells(floor, other_floor) -> None:
    """acme and globex live in main, whose switch is main-1; second is served, third is not."""
    for name, node in (("main", "main-1"), ("second", "second-1"), ("third", "third-1")):
        serve(name, node, is_routing=name != "third")


def serve(name: str, node: str, *, is_routing: bool) -> None:
    now = timezone.now()
    cell = Cell.objects.get_or_create(name=name)[0]
    SwitchNode.objects.update_or_create(name=node, defaults={"cell": cell, "last_seen_at": now})
    Lease.objects.update_or_create(
        cell=cell,
        defaults={
            "epoch": 1,
            "expires_at": now + timedelta(seconds=60),
            "report": {"is_routing": is_routing, "epoch": 1},
        },
    )


def move(to: str = "second") -> CellMove:
    return moves.begin_move(schema="acme", to_cell=to, at=timezone.now(), reason="more room")


def home(schema: str) -> str:
    return Tenant.objects.get(schema_name=schema).cell


def test_a_move_changes_who_decides_and_no_call(cells, floor):
    call_id = floor.caller()
    before = floor.call(call_id).version
    made = move()
    assert (home("acme"), home("globex")) == ("second", "main")
    assert (made.from_cell.name, made.to_cell.name, made.ended_at) == ("main", "second", None)
    assert floor.call(call_id).version == before
    assert moves.open_moves() == {"acme": {"main"}}
    for inside in (True, False):
        if inside:
            with floor.inside():
                entry = AuditEntry.objects.get(verb="moved to another cell")
        else:
            entry = AuditEntry.objects.get(verb="moved to another cell")
        assert (entry.before, entry.after, entry.reason) == (
            {"cell": "main"},
            {"cell": "second"},
            "more room",
        )


@pytest.mark.parametrize(
    ("to", "refusal"), [("main", LivesThereAlready), ("nowhere", CellNotFound), ("third", CellIsNotServed)]
)
def test_a_move_to_where_nobody_would_take_the_next_call_is_refused(cells, to, refusal):
    with pytest.raises(refusal):
        move(to)
    assert home("acme") == "main"
    assert not CellMove.objects.exists()


def test_a_cell_whose_worker_is_silent_is_not_served(cells):
    Lease.objects.filter(cell__name="second").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert {cell.name: cell.is_served for cell in moves.cells()} == {
        "main": True,
        "second": False,
        "third": False,
    }


def test_moved_back_a_tenant_has_left_the_other_cell_only(cells):
    move()
    move("main")
    assert home("acme") == "main"
    assert moves.open_moves() == {"acme": {"second"}}
    assert CellMove.objects.filter(ended_at=None).count() == 1


def test_a_move_is_finished_once_nothing_is_left_there(cells, floor):
    call_id = floor.caller()
    made = move()
    left = moves.left_in("acme", "main")
    assert (left.waiting, left.calls) == (1, 1)
    with pytest.raises(StillServedThere):
        moves.finish_move(move_id=made.pk, at=timezone.now())
    floor.switch.end(call_id)
    floor.listen()
    moves.finish_move(move_id=made.pk, at=timezone.now())
    moves.finish_move(move_id=made.pk, at=timezone.now())
    assert moves.open_moves() == {}


def test_a_call_that_comes_to_the_old_cell_afterwards_opens_the_move_again(cells):
    made = move()
    moves.finish_move(move_id=made.pk, at=timezone.now())
    neighbours = Neighbours("main", Inbox(), may_act=lambda: True)
    neighbours.look()
    assert neighbours.desk_of("acme") is not None
    neighbours.look()
    assert moves.open_moves() == {"acme": {"main"}}
    assert neighbours.guests == ["acme"]


def test_both_workers_read_the_floor_anew_when_somebody_moves(cells):
    old, new = Inbox(), Inbox()
    watchers = [
        Neighbours(cell, inbox, may_act=lambda: True) for cell, inbox in (("main", old), ("second", new))
    ]
    for watcher in watchers:
        watcher.look()
    assert old.take_news() == []
    move()
    for watcher in watchers:
        watcher.look()
    told = [news for inbox in (old, new) for news in inbox.take_news()]
    assert [(news.tenant, type(news.event)) for news in told] == [("acme", events.FloorConfigured)] * 2
    assert watchers[0].desk_of("acme") is not None
    assert watchers[1].desk_of("acme") is None
    assert watchers[0].desk_of("globex") is None
    assert watchers[1].desk_of("globex") is not None


class Overheard:
    """Neighbours whose words are kept instead of sent."""

    def __init__(self, cell: str, *, hears: int = 1) -> None:
        self.said: list[tuple[str, dict]] = []
        self.neighbours = Neighbours(cell, Inbox(), may_act=lambda: True)
        self.neighbours.tell = lambda cell, said: self.said.append((cell, said)) or hears
        self.neighbours.look()


def test_news_of_who_lives_elsewhere_goes_there_and_comes_out_the_same(cells):
    move()
    old = Overheard("main")
    news = events.CallQueued(occurred_at=timezone.now(), call_id=uuid4(), queue_id=7, stay_id=12)
    old.neighbours.desk_of("acme").hear(news)
    [(cell, said)] = old.said
    assert cell == "second"
    inbox = Inbox()
    ear = NeighbourEar("second", inbox, FakeSwitch(), may_act=lambda: True)
    ear.take(orjson.loads(orjson.dumps(said)))
    [told] = inbox.take_news()
    assert (told.tenant, told.event) == ("acme", news)


def test_a_command_for_a_caller_of_the_old_cell_is_carried_out_there(cells, floor):
    agent = floor.agent()
    with floor.inside():
        Device.objects.filter(agent=agent).update(node="second-1", contact="sip:1001@10.0.0.7:5060")
    call_id = floor.caller()
    move()
    new = Overheard("second")
    switch = JoinedSwitch(FakeSwitch(), lambda: True, new.neighbours)
    switch.offer(command(call_id, agent))
    [(cell, said)] = new.said
    assert cell == "main"
    ours = FakeSwitch()
    ours.connect()
    ear = NeighbourEar("main", Inbox(), ours, may_act=lambda: True)
    asked = []
    ours.offer = lambda command: asked.append(command)
    ear.take(orjson.loads(orjson.dumps(said)))
    # The phone has registered in the new cell since: it is rung at its address.
    assert [one.contact for one in asked] == ["sip:1001@10.0.0.7:5060"]
    assert asked[0].caller_leg_id == call_id


def command(call_id, agent) -> OfferCommand:
    return OfferCommand(
        offer_id=uuid4(),
        tenant="acme",
        caller_leg_id=call_id,
        call_id=call_id,
        agent_id=agent.pk,
        epoch=1,
        username=agent.extension,
        domain="acme.localhost",
        timeout_seconds=20,
    )


def test_a_command_nobody_hears_has_failed(cells, floor):
    agent, call_id = floor.agent(), floor.caller()
    move()
    new = Overheard("second", hears=0)
    switch = JoinedSwitch(FakeSwitch(), lambda: True, new.neighbours)
    with pytest.raises(SwitchUnreachable):
        switch.offer(command(call_id, agent))


def test_values_survive_the_road():
    entry = QueueEntry(
        tenant="acme", queue_id=1, priority=0, max_wait_seconds=9, language="en", queued_at=datetime.now(UTC)
    )
    phone = RungPhone(offer_id=uuid4(), agent_id=4, username="1004", recording=None)
    offer = OfferCommand(
        offer_id=uuid4(),
        tenant="acme",
        caller_leg_id=uuid4(),
        call_id=uuid4(),
        agent_id=3,
        epoch=2,
        username="1003",
        domain="acme.localhost",
        timeout_seconds=15,
        together=(phone,),
    )
    for said in (entry, offer):
        assert rebuild(type(said), orjson.loads(orjson.dumps(asdict(said)))) == said


def test_a_phone_that_moved_is_not_gone_when_the_old_switch_forgets_it(cells, floor):
    agent = floor.agent()
    at = floor.now + timedelta(minutes=1)
    with floor.inside():
        actions.register_device(username=agent.extension, contact="sip:a", at=at, node="second-1")
        actions.unregister_device(username=agent.extension, at=at + timedelta(minutes=1), node="main-1")
        assert Device.objects.get(agent=agent).is_registered
        assert resync.settle_registrations([], at=at + timedelta(minutes=2), nodes=["main-1"]) == []
        actions.unregister_device(username=agent.extension, at=at + timedelta(minutes=3), node="second-1")
        assert not Device.objects.get(agent=agent).is_registered
        seen = [Registration(username=agent.extension, domain="d", contact="sip:b", node="main-1")]
        resync.settle_registrations(seen, at=at + timedelta(minutes=4), nodes=["main-1"])
        assert Device.objects.get(agent=agent).node == "main-1"


def test_an_operator_moves_a_tenant_with_a_reason_and_sees_how_far_it_is(cells, floor, operator):
    floor.caller()
    page = operator.get("/cells/acme/move/").content.decode()
    assert "1 callers wait in main" in page
    assert operator.post("/cells/acme/move/", {"cell": "second", "reason": ""}).status_code == 200
    assert operator.post("/cells/acme/move/", {"cell": "third", "reason": "x"}).status_code == 200
    assert home("acme") == "main"
    assert operator.post("/cells/acme/move/", {"cell": "second", "reason": "more room"}).status_code == 302
    assert home("acme") == "second"
    page = operator.get("/cells/").content.decode()
    assert "1 caller still waits in main" in page
    assert "Finish the move" not in page
    with floor.inside():
        assert AuditEntry.objects.get(verb="moved to another cell").actor_name.endswith("operator")


def test_only_operators_move_tenants(cells, floor, member, client_of):
    for client in (client_of(member(None, "finance")), client_of(member(floor.tenant, "owner"))):
        assert client.post("/cells/acme/move/", {"cell": "second", "reason": "x"}).status_code in (
            302,
            403,
            404,
        )
        assert client.get("/cells/").status_code in (302, 403, 404)
    assert home("acme") == "main"
