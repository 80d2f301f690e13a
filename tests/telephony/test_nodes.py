"""Two switches in one cell: each leg is commanded where it is, and one switch away takes nothing from the other."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from telephony.actions import registrations, resync
from telephony.models import Offer
from telephony.switch import OfferCommand, SwitchRefused, SwitchUnreachable
from telephony.worker.glance import waiting
from telephony.worker.nodes import GIVE_UP_AFTER, SwitchNodes
from tests.fakes.switch import FakeSwitch
from tests.telephony.office import Office

NUMBER = "+862155500001"


class Seconds:
    passed = 0.0

    def __call__(self) -> float:
        return self.passed


@pytest.fixture
def east() -> FakeSwitch:
    return FakeSwitch(node="east")


@pytest.fixture
def west() -> FakeSwitch:
    return FakeSwitch(node="west")


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def nodes(east, west, seconds) -> SwitchNodes:
    return SwitchNodes({"east": east, "west": west}, monotonic=seconds)


def offer_for(caller, username="1001") -> OfferCommand:
    return OfferCommand(
        offer_id=uuid4(),
        tenant="acme",
        caller_leg_id=caller,
        call_id=caller,
        agent_id=1,
        epoch=1,
        username=username,
        domain="acme.localhost",
        timeout_seconds=15,
    )


def test_a_command_goes_to_the_switch_its_leg_is_on(nodes, east, west):
    here, there = east.caller_dials("acme", NUMBER, 7), west.caller_dials("acme", NUMBER, 7)
    nodes.hang_up(there)
    nodes.hold(here)
    assert (west.asked("hang_up"), east.asked("hang_up")) == ([(there, "NORMAL_CLEARING")], [])
    assert (east.asked("hold"), west.asked("hold")) == ([(here,)], [])
    with pytest.raises(SwitchRefused):
        nodes.hang_up(uuid4())
    assert len(east.asked("hang_up")) == 0


def test_an_offer_runs_at_the_caller_and_rings_a_phone_of_another_switch_by_its_address(nodes, east, west):
    caller = east.caller_dials("acme", NUMBER, 7)
    east.register("1001", "acme.localhost")
    west.register("1002", "acme.localhost")
    nodes.registrations()
    nodes.offer(offer_for(caller))
    nodes.offer(offer_for(caller, "1002"))
    assert [command.contact for (command,) in east.asked("offer")] == ["", "sip:1002@127.0.0.1:7000"]
    assert west.asked("offer") == []


def test_legs_and_phones_of_all_switches_are_told_with_their_node(nodes, east, west):
    callers = {east.caller_dials("acme", NUMBER, 7): "east", west.caller_dials("acme", NUMBER, 7): "west"}
    east.register("1001", "acme.localhost")
    west.register("1002", "acme.localhost")
    assert {leg.leg_id: leg.node for leg in nodes.legs_named(list(callers))} == callers
    assert [phone.username for phone in nodes.registrations()] == ["1001", "1002"]


def test_one_switch_away_takes_nothing_from_the_other(nodes, east, west, seconds):
    here, there = east.caller_dials("acme", NUMBER, 7), west.caller_dials("acme", NUMBER, 7)
    assert len(nodes.legs_named([here, there])) == 2
    west.is_connected = False
    assert (nodes.is_connected, nodes.away, nodes.given_up) == (True, ["west"], [])
    assert [leg.leg_id for leg in nodes.legs_named([here, there])] == [here]
    assert nodes.existing([here, there, uuid4()]) == {here}
    nodes.beat(datetime.now(UTC))
    assert (len(east.beats), list(nodes.beaten_at)) == (1, ["east"])
    with pytest.raises(SwitchUnreachable):
        nodes.hang_up(there)
    seconds.passed = GIVE_UP_AFTER
    assert (nodes.away, nodes.given_up) == ([], ["west"])
    east.is_connected = False
    assert nodes.given_up == []
    with pytest.raises(SwitchUnreachable):
        nodes.legs_named([here])
    with pytest.raises(SwitchUnreachable):
        nodes.existing([here])
    with pytest.raises(SwitchUnreachable):
        nodes.beat(datetime.now(UTC))


def test_a_new_run_has_told_nothing_before_its_word_is_heard(nodes, east, west):
    heard = {"east": east.core_uuid, "west": west.core_uuid}
    assert not nodes.are_told({})
    assert nodes.are_told(heard)
    west.restart()
    assert not nodes.are_told(heard)
    assert nodes.are_told(heard | {"west": west.core_uuid})
    west.is_connected = False
    assert nodes.are_told({"east": east.core_uuid})


def test_who_waits_on_a_switch_that_is_away_is_neither_offered_nor_lost(floor):
    call_id = floor.caller()
    with floor.inside():
        stay = floor.stay(call_id)
        assert list(waiting([])) == [stay]
        assert list(waiting(["elsewhere"])) == [stay]
        assert list(waiting(["main-1"])) == []
        assert resync.missing_legs([], nodes=["main-1"]) == [call_id]
        assert resync.missing_legs([], nodes=["elsewhere"]) == []


@pytest.mark.usefixtures("at_once")
def test_an_offer_to_a_caller_on_a_switch_that_is_away_stays_open(floor):
    office = Office(floor)
    floor.agent()
    office.settle()
    office.caller()
    with floor.inside():
        [offer] = Offer.objects.all()
        assert resync.missing_offers([]) == [offer.pk]
        assert resync.missing_offers([], away=["elsewhere"]) == [offer.pk]
        assert resync.missing_offers([], away=["main-1"]) == []


def test_a_list_without_the_switch_that_is_away_signs_no_phone_off(floor):
    agent = floor.agent()
    with floor.inside():
        device = agent.devices.get()
        assert device.is_registered
        assert registrations.settle_registrations([], at=floor.now, is_whole=False) == []
        device.refresh_from_db()
        assert device.is_registered
        floor.clock.pass_seconds(1)
        assert registrations.settle_registrations([], at=floor.now) == [device]
        device.refresh_from_db()
        assert not device.is_registered
