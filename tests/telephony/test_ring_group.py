"""Phones rung together for one caller: one talks, the others missed nothing, nobody is left ringing."""

import pytest

from telephony import actions
from telephony.actions.agent_activity import follow_agent
from tests.telephony.desks import offers_of, three_at_once
from tests.telephony.office import Office
from tests.telephony.sockets import shown

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


@pytest.fixture
def trio(office):
    return three_at_once(office)


def test_all_phones_of_a_ring_group_ring_and_the_first_to_answer_talks(office, trio):
    call_id = office.caller()
    offers = offers_of(office, call_id)
    assert [(offer.agent_id, offer.is_group) for offer in offers] == [(agent.pk, True) for agent in trio]
    assert len({offer.recording_path for offer in offers}) == 3
    assert len(office.switch.asked("offer")) == 1
    office.switch.pick_up(offers[1].pk)
    office.settle()
    assert [offer.outcome for offer in offers_of(office, call_id)] == ["lost_race", "bridged", "lost_race"]
    assert office.switch.asked("withdraw") == []
    call, stay = office.floor.call(call_id), office.floor.stay(call_id)
    assert (call.state, call.agent_id, stay.exit, stay.agent_id) == (
        "talking",
        trio[1].pk,
        "answered",
        trio[1].pk,
    )
    for loser in (trio[0], trio[2]):
        again = office.floor.again(loser)
        assert (again.activity, again.routing_status, again.missed_offers) == ("idle", "ready", 0)
    second = office.caller(number="+8613800000002")
    assert [offer.agent_id for offer in offers_of(office, second)] == [trio[0].pk, trio[2].pk]
    assert office.signs.failures == 0


def test_each_of_a_ring_group_sees_their_own_offer(office, trio, published):
    call_id = office.caller()
    told = {}
    for news in published:
        if news.audience.startswith("agent.") and news.message["type"] == "call":
            told[news.audience] = news.message["row"]["offer"]["agent"]["id"]
    assert told == {f"agent.{agent.pk}": agent.pk for agent in trio}
    with office.floor.inside():
        pages = shown(*(agent.member for agent in trio))
    assert [page["call"]["offer"]["agent"]["id"] for page in pages] == [agent.pk for agent in trio]
    published.clear()
    office.switch.pick_up(offers_of(office, call_id)[1].pk)
    office.settle()
    last = {}
    for news in published:
        if news.message["type"] == "call":
            last[news.audience] = news.message["row"]
    assert last[f"agent.{trio[1].pk}"]["state"] == "talking"
    still = [agent.pk for agent in trio if rings(last[f"agent.{agent.pk}"], agent)]
    assert still == []
    assert {news.schema for news in published} == {"acme"}


def rings(row, agent) -> bool:
    return row["offer"] is not None and row["offer"]["agent"]["id"] == agent.pk


def test_a_ring_group_that_nobody_answers_is_a_missed_call_of_each(office, trio):
    call_id = office.caller()
    for offer in offers_of(office, call_id):
        office.switch.end(offer.pk, cause="NO_ANSWER")
    office.settle()
    assert [offer.outcome for offer in offers_of(office, call_id)] == ["missed"] * 3
    assert [office.floor.again(agent).missed_offers for agent in trio] == [1, 1, 1]
    assert office.floor.call(call_id).state == "waiting"
    office.pass_seconds(5.1)
    assert [offer.agent_id for offer in offers_of(office, call_id)[3:]] == [agent.pk for agent in trio]


def test_one_who_refuses_leaves_the_others_ringing(office, trio):
    call_id = office.caller()
    first, second, third = offers_of(office, call_id)
    office.switch.end(first.pk, cause="CALL_REJECTED")
    office.settle()
    assert [offer.outcome for offer in offers_of(office, call_id)] == ["refused", "", ""]
    assert office.floor.call(call_id).state == "ringing"
    office.switch.pick_up(third.pk)
    office.settle()
    assert [offer.outcome for offer in offers_of(office, call_id)] == ["refused", "lost_race", "bridged"]
    assert [office.floor.again(agent).missed_offers for agent in trio] == [1, 0, 0]


def test_a_caller_who_leaves_silences_all_phones_without_a_miss(office, trio):
    call_id = office.caller()
    rung = offers_of(office, call_id)
    office.switch.end(call_id)
    office.settle()
    assert {leg_id for leg_id, _cause in office.switch.asked("withdraw")} == {offer.pk for offer in rung}
    assert [offer.outcome for offer in offers_of(office, call_id)] == ["caller_left"] * 3
    assert [office.floor.again(agent).can_take_calls for agent in trio] == [True] * 3


def test_a_phone_of_the_group_that_could_not_be_rung_does_not_stay_ringing(office, trio):
    gone = office.switch.phones.pop((trio[0].extension, office.floor.tenant.host))
    call_id = office.caller()
    office.switch.pick_up(offers_of(office, call_id)[1].pk)
    office.settle()
    assert [offer.outcome for offer in offers_of(office, call_id)] == ["failed", "bridged", "lost_race"]
    again = office.floor.again(trio[0])
    assert (again.activity, again.routing_status) == ("idle", "not_ready")
    assert gone.username == trio[0].extension


def test_what_an_offer_writes_is_what_would_have_followed_from_it(office, trio):
    call_id = office.caller()
    agents = [office.floor.again(agent) for agent in trio]
    call = office.floor.call(call_id)
    assert (call.state, {agent.activity for agent in agents}) == ("ringing", {"ringing"})
    with office.floor.inside():
        actions.follow_call(call_id, office.floor.now)
        for agent in trio:
            follow_agent(agent.pk, at=office.floor.now, cause="call")
    assert office.floor.call(call_id).version == call.version
    assert [office.floor.again(agent).version for agent in trio] == [agent.version for agent in agents]
