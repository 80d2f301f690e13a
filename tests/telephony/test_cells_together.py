"""Two workers of two cells: what they tell each other, and the calls one has of the other's tenant."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone

from telephony import actions, events
from telephony.actions import registrations
from telephony.models import Device
from telephony.switch import OfferCommand, QueueEntry, Registration, RungPhone, SwitchUnreachable
from telephony.worker.between import JoinedSwitch, NeighbourEar, rebuild
from telephony.worker.inbox import Inbox
from telephony.worker.neighbours import Neighbours
from tests.fakes.switch import FakeSwitch
from tests.telephony.housing import move


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
        assert registrations.settle_registrations([], at=at + timedelta(minutes=2), nodes=["main-1"]) == []
        actions.unregister_device(username=agent.extension, at=at + timedelta(minutes=3), node="second-1")
        assert not Device.objects.get(agent=agent).is_registered
        seen = [Registration(username=agent.extension, domain="d", contact="sip:b", node="main-1")]
        registrations.settle_registrations(seen, at=at + timedelta(minutes=4), nodes=["main-1"])
        assert Device.objects.get(agent=agent).node == "main-1"
