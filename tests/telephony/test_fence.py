"""A worker whose time is over commands nothing, even when it wakes in the middle of what it was doing."""

from uuid import uuid4

import pytest

from telephony import orders
from telephony.errors import EpochIsOver
from telephony.models import Offer
from telephony.switch import EarMode, OfferCommand, QueueEntry
from telephony.worker.fence import FencedSwitch
from tests.fakes.switch import FakeSwitch
from tests.telephony.office import Office

OFFER = OfferCommand(
    offer_id=uuid4(),
    tenant="acme",
    caller_leg_id=uuid4(),
    call_id=uuid4(),
    agent_id=1,
    epoch=1,
    username="1001",
    domain="acme.localhost",
    timeout_seconds=15,
)
ENTRY = QueueEntry(tenant="acme", queue_id=7, priority=0, max_wait_seconds=300, language="en")


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("offer", (OFFER,)),
        ("hang_up", (uuid4(),)),
        ("withdraw", (uuid4(),)),
        ("answer", (uuid4(),)),
        ("hold", (uuid4(),)),
        ("unhold", (uuid4(),)),
        ("send_to_queue", (uuid4(), ENTRY)),
        ("consult", (None,)),
        ("complete_consult", (uuid4(),)),
        ("end_consult", (uuid4(),)),
        ("conference", (uuid4(), uuid4(), uuid4())),
        ("send_to_number", (None,)),
        ("park", (None,)),
        ("send_digits", (uuid4(), "1")),
        ("start_recording", (uuid4(), "acme/a.wav")),
        ("stop_recording", (uuid4(), "acme/a.wav")),
        ("listen", (None,)),
        ("set_ear", (uuid4(), EarMode.BARGE)),
        ("move_ear", (uuid4(), uuid4())),
        ("take_over", (uuid4(), uuid4(), uuid4())),
    ],
)
def test_no_command_of_an_expired_holder_reaches_the_switch(command, arguments):
    switch = FakeSwitch()
    with pytest.raises(EpochIsOver):
        getattr(FencedSwitch(switch, lambda: False), command)(*arguments)
    assert switch.commands == []


def test_questions_and_beats_pass_the_fence():
    switch = FakeSwitch()
    fenced = FencedSwitch(switch, lambda: False)
    assert (fenced.legs_named([uuid4()]), fenced.registrations(), fenced.existing([uuid4()])) == (
        [],
        [],
        set(),
    )
    fenced.beat(switch.clock())
    assert switch.beats == [switch.clock()]
    assert fenced.is_connected


class FencedOffice(Office):
    """Its switch lets commands through only while `may_act`; the worker's own idea of its lease is left as it is."""

    may_act = True

    def start(self) -> None:
        self.real_switch = self.floor.switch
        super().start()
        self.worker._errands._switch = FencedSwitch(self.real_switch, lambda: self.may_act)

    def fence_desks(self) -> None:
        for desk in self.worker._desks.values():
            desk._offering._switch = FencedSwitch(self.real_switch, lambda: self.may_act)


@pytest.mark.usefixtures("at_once")
def test_a_paused_leader_that_wakes_between_row_and_command_rings_nobody(floor):
    office = FencedOffice(floor)
    agent = floor.agent()
    office.settle()
    office.fence_desks()
    office.may_act = False
    call_id = office.caller()
    assert office.switch.asked("offer") == []
    with floor.inside():
        written = Offer.objects.get(call_id=call_id)
    assert (written.agent_id, written.answered_at, written.ended_at) == (agent.pk, None, None)
    assert not office.worker._is_routing
    # Whoever acts next finds an offer without a leg, and offers the caller anew.
    office.may_act = True
    office.start()
    office.pass_seconds(5.1)
    with floor.inside():
        first, second = Offer.objects.order_by("offered_at")
    assert (first.pk, first.outcome) == (written.pk, "failed")
    assert (second.call_id, second.ended_at) == (call_id, None)
    assert len(office.switch.asked("offer")) == 1


@pytest.mark.usefixtures("at_once")
def test_an_order_to_a_paused_leader_touches_no_call_and_is_refused(floor, monkeypatch):
    heard = []
    monkeypatch.setattr("telephony.worker.errands.publish", lambda *said: heard.append(said))
    office = FencedOffice(floor)
    agent = floor.agent()
    office.settle()
    call_id = office.caller()
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    office.may_act = False
    for order in (orders.HangUp, orders.Hold):
        office.order(order(agent_id=agent.pk, call_id=call_id))
    assert office.switch.asked("hang_up") == office.switch.asked("hold") == []
    assert floor.call(call_id).state == "talking"
    assert [message["code"] for _group, message in heard] == ["epoch_is_over", "epoch_is_over"]
