"""What pages are shown of a line: who is asked, who is in the room, who is parked; told to everybody concerned."""

import pytest

from telephony import call_orders
from telephony.conversations import HELD, stretches
from telephony.models import Leg
from telephony.serializers import snapshots
from tests.telephony.office import Office
from tests.telephony.sockets import shown
from tests.telephony.test_call_control import ask, offer_of, talk  # noqa: F401

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


def line_of(office, call_id) -> dict:
    line = office.floor.call(call_id).line
    return {name: value for name, value in line.items() if value and name != "since"}


def heard(published, audience: str, kind: str) -> list[dict]:
    return [news.message for news in published if news.audience == audience and news.message["type"] == kind]


def test_who_is_asked_and_whether_they_have_answered(office, talk, published):  # noqa: F811
    ann, bob, call_id = talk
    assert office.floor.call(call_id).line == {}
    consult = ask(office, ann, bob, call_id)
    assert line_of(office, call_id) == {
        "place": "aside",
        "by": ann.pk,
        "agents": [bob.pk],
        "state": "ringing",
    }
    office.pass_seconds(1)
    office.switch.consulted_answers(consult.pk)
    office.pass_seconds(1)
    assert line_of(office, call_id)["state"] == "talking"
    for agent in (ann, bob):
        row = heard(published, f"agent.{agent.pk}", "call")[-1]["row"]
        assert (row["line"]["place"], row["line"]["state"]) == ("aside", "talking")
    office.order(call_orders.JoinAll(agent_id=ann.pk, call_id=call_id))
    assert line_of(office, call_id) == {"place": "room", "agents": [ann.pk, bob.pk]}
    office.pass_seconds(1)
    office.switch.leaves_room(offer_of(office, call_id, bob).pk, call_id)
    office.switch.leaves_room(offer_of(office, call_id, ann).pk, call_id)
    office.switch.end(call_id)
    office.settle()
    assert office.floor.call(call_id).line == {}


def test_a_number_outside_is_masked(office, talk):  # noqa: F811
    ann, _bob, call_id = talk
    office.order(call_orders.ConsultNumber(agent_id=ann.pk, call_id=call_id, number="13912345678"))
    assert line_of(office, call_id) == {
        "place": "aside", "by": ann.pk, "number": "+8613912345678", "state": "ringing",
    }  # fmt: skip
    with office.floor.inside():
        [page] = shown(ann.member)
    row = page["call"]
    assert "12345678" not in row["line"]["number"]
    assert row["line"]["number"].endswith("5678")


def test_everybody_sees_who_is_parked_until_nobody_is(office, talk, published, other_floor):  # noqa: F811
    ann, bob, call_id = talk
    office.order(call_orders.Park(agent_id=ann.pk, call_id=call_id))
    assert line_of(office, call_id) == {"place": "parked", "by": ann.pk}
    with office.floor.inside():
        assert [row["id"] for row in shown(bob.member)[0]["parked"]] == [str(call_id)]
    with other_floor.inside():
        assert snapshots.parked_rows() == []
    assert [row["id"] for row in heard(published, "workspaces", "parked")[-1]["rows"]] == [str(call_id)]
    office.order(call_orders.PickUp(agent_id=bob.pk, call_id=call_id))
    office.switch.pick_up(offer_of(office, call_id, bob).pk)
    office.settle()
    assert heard(published, "workspaces", "parked")[-1]["rows"] == []


def test_who_was_parked_too_long_and_waits_again_is_parked_no_more(office, talk, published, other_floor):  # noqa: F811
    ann, bob, call_id = talk
    office.order(call_orders.Park(agent_id=ann.pk, call_id=call_id))
    office.pass_seconds(60)
    office.start()
    office.settle()
    assert line_of(office, call_id)["place"] == "parked", "another worker has come"
    office.switch.parked_too_long(call_id)
    office.settle()
    assert line_of(office, call_id) == {}
    office.start()
    office.settle()
    assert line_of(office, call_id) == {}
    assert heard(published, "workspaces", "parked")[-1]["rows"] == []
    with office.floor.inside():
        assert shown(bob.member)[0]["parked"] == []
        [aside] = [one for one in stretches(Leg.objects.get(pk=call_id)) if one.kind == HELD]
    assert (aside.end - aside.start).total_seconds() == 60
    office.pass_seconds(5)
    office.switch.end(call_id)
    office.settle()
    with office.floor.inside():
        [aside] = [one for one in stretches(Leg.objects.get(pk=call_id)) if one.kind == HELD]
    assert (aside.end - aside.start).total_seconds() == 60
    with other_floor.inside():
        assert snapshots.parked_rows() == []
