"""The desk with a switch in memory: strategies, groups, phones rung together, overflow, and what is kept of it all."""

import json
from datetime import timedelta

import pytest

from telephony import actions, orders
from telephony.actions.agent_activity import follow_agent
from telephony.models import (
    AgentGroup,
    AgentSkill,
    Call,
    Offer,
    Queue,
    QueueAgent,
    QueueSkill,
    QueueStay,
    QueueStep,
    Skill,
)
from telephony.routing import replay
from telephony.serializers import snapshots
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")


@pytest.fixture
def office(floor) -> Office:
    return Office(floor)


def change(office, **fields) -> None:
    """The queue as configured anew; the worker reads the floor again."""
    with office.floor.inside():
        Queue.objects.filter(pk=office.floor.queue.pk).update(**fields)
        office.floor.queue.refresh_from_db()
    office.order(orders.ReadFloorAgain())


def offers_of(office, call_id) -> list[Offer]:
    with office.floor.inside():
        return list(Offer.objects.filter(call_id=call_id).order_by("offered_at", "agent_id"))


def stays_of(office, call_id) -> list[QueueStay]:
    with office.floor.inside():
        return list(QueueStay.objects.filter(call_id=call_id).order_by("entered_at"))


def take_a_call(office, seconds=30) -> int:
    """Whoever is rung talks for so long and wraps up; their id."""
    call_id = office.caller()
    offer = office.ringing()
    office.switch.pick_up(offer.pk)
    office.settle()
    office.pass_seconds(seconds)
    office.switch.end(call_id)
    office.settle()
    office.pass_seconds(31)
    return offer.agent_id


# ---- strategies


def test_round_robin_asks_each_in_turn_also_after_a_restart(office):
    change(office, strategy="round_robin")
    agents = [office.floor.agent().pk for _number in range(3)]
    office.settle()
    asked = [take_a_call(office) for _call in range(2)]
    office.start()
    asked += [take_a_call(office) for _call in range(2)]
    assert asked == [*agents, agents[0]]


def test_the_least_busy_of_today_is_asked_first(office):
    change(office, strategy="least_busy")
    first, second = office.floor.agent().pk, office.floor.agent().pk
    office.settle()
    assert take_a_call(office, seconds=300) == first
    assert [take_a_call(office, seconds=60) for _call in range(3)] == [second] * 3
    explained = stays_explained(office)
    assert explained["strategy"] == "least_busy"
    assert explained["rank"]["busy_seconds"] == 2 * (60 + 30)


def test_a_scored_queue_asks_whom_the_score_puts_first_and_says_what_it_is_made_of(office):
    change(office, strategy="longest_idle", wrap_up_seconds=0)
    first, second = office.floor.agent(), office.floor.agent()
    office.settle()
    with office.floor.inside():
        at = office.floor.now - timedelta(days=3)
        Call.objects.create(
            caller_number="+8613812342211", arrived_at=at, answered_at=at, ended_at=at, agent=second
        )
    change(office, is_scored=True)
    offer = offers_of(office, office.caller())[0]
    candidates = {one["agent"]: one for one in offer.explanation["inputs"]["match"]["candidates"]}
    assert offer.agent_id == second.pk
    assert candidates[second.pk]["score"] > candidates[first.pk]["score"]
    assert "spoke_before" in candidates[second.pk]["features"]
    office.switch.end(offer.call_id)
    office.settle()
    change(office, is_scored=False)
    assert offers_of(office, office.caller())[0].agent_id == first.pk


def stays_explained(office) -> dict:
    with office.floor.inside():
        return Offer.objects.latest("offered_at").explanation


def test_a_step_for_a_group_widens_to_everybody_when_its_time_has_come(office):
    with office.floor.inside():
        seniors = AgentGroup.objects.create(name="Seniors")
        QueueStep.objects.create(queue=office.floor.queue, after_seconds=0, group=seniors)
        QueueStep.objects.create(queue=office.floor.queue, after_seconds=20)
    junior = office.floor.agent()
    office.settle()
    call_id = office.caller()
    office.pass_seconds(19)
    assert office.ringing() is None
    office.pass_seconds(1)
    [offer] = offers_of(office, call_id)
    assert (offer.agent_id, offer.explanation["step"]) == (junior.pk, len(asks(office, call_id)["steps"]))


def asks(office, call_id) -> dict:
    return stays_of(office, call_id)[-1].routing["asks"]


def test_a_place_in_a_group_or_queue_ends_at_its_time_by_itself(office):
    change(office, wrap_up_seconds=0)
    lent = office.floor.agent()
    until = office.floor.now + timedelta(minutes=10)
    with office.floor.inside():
        QueueAgent.objects.filter(agent=lent).update(until=until)
    office.order(orders.ReadFloorAgain())
    assert take_a_call(office) == lent.pk
    office.pass_seconds(600)
    call_id = office.caller()
    assert offers_of(office, call_id) == []
    assert office.floor.again(lent).can_take_calls


# ---- phones rung together


@pytest.fixture
def trio(office):
    """Three agents of a queue that rings all at once."""
    change(office, strategy="ring_group", ring_group_size=3)
    agents = [office.floor.agent() for _number in range(3)]
    office.settle()
    return agents


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
        shown = [snapshots.workspace(agent)["call"]["offer"]["agent"]["id"] for agent in trio]
    assert shown == [agent.pk for agent in trio]
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


# ---- overflow


@pytest.fixture
def second_queue(office) -> Queue:
    """Where callers of the first queue go after 30 s."""
    with office.floor.inside():
        queue = Queue.objects.create(name="Backstop", wrap_up_seconds=0)
    change(office, overflow_queue=queue, overflow_after_seconds=30)
    return queue


def test_an_overflow_keeps_the_time_waited_and_closes_the_first_stay(office, second_queue):
    early = office.caller(number="+8613800000001")
    office.pass_seconds(10)
    with office.floor.inside():
        late = office.switch.caller_dials(
            "acme", office.floor.number, second_queue.pk, number="+8613800000002"
        )
    office.pass_seconds(20)
    first, second = stays_of(office, early)
    assert (first.exit, second.queue_id, second.left_at) == ("flow_out", second_queue.pk, None)
    assert second.waiting_since == first.entered_at
    assert second.entered_at == first.left_at == first.entered_at + timedelta(seconds=30)
    agent = office.floor.agent(queue=second_queue)
    office.settle()
    [offer] = offers_of(office, early)
    assert (offer.agent_id, offer.stay_id) == (agent.pk, second.pk)
    assert offer.explanation["waited_seconds"] == pytest.approx(31, abs=0.5)
    assert offers_of(office, late) == []


def test_an_overflow_happens_once_also_when_the_worker_restarts_in_between(office, second_queue):
    call_id = office.caller()
    office.pass_seconds(20)
    office.start()
    office.pass_seconds(10)
    assert len(office.switch.asked("send_to_queue")) == 1
    office.start()
    office.pass_seconds(300)
    assert len(office.switch.asked("send_to_queue")) == 1
    assert [stay.exit for stay in stays_of(office, call_id)] == ["flow_out", ""]
    office.switch.end(call_id)
    office.settle()
    with office.floor.inside():
        exits = sorted(QueueStay.objects.values_list("exit", flat=True))
        entered, left = QueueStay.objects.count(), QueueStay.objects.exclude(left_at=None).count()
    assert (exits, entered, left) == (["abandoned", "flow_out"], 2, 2)


def test_a_move_the_switch_did_not_confirm_is_asked_again_and_counts_once(office, second_queue, monkeypatch):
    from telephony.switch import CommandTimedOut

    moved = office.switch.send_to_queue
    asked = []

    def late(leg_id, entry):
        asked.append(entry.queued_at)
        if len(asked) == 2:
            moved(leg_id, entry)
        raise CommandTimedOut

    monkeypatch.setattr(office.switch, "send_to_queue", late)
    call_id = office.caller()
    office.pass_seconds(30)
    assert [stay.exit for stay in stays_of(office, call_id)] == [""]
    office.pass_seconds(5)
    assert asked == [asked[0]] * 2
    assert [stay.exit for stay in stays_of(office, call_id)] == ["flow_out", ""]


def test_a_phone_that_rings_is_let_ring_before_the_caller_moves_on(office, second_queue):
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    office.pass_seconds(15)
    office.switch.end(office.ringing().pk, cause="NO_ANSWER")
    office.settle()
    office.pass_seconds(6)
    assert office.ringing().agent_id == agent.pk
    office.pass_seconds(10)
    assert office.switch.asked("send_to_queue") == []
    office.switch.end(office.ringing().pk, cause="NO_ANSWER")
    office.settle()
    assert [stay.queue_id for stay in stays_of(office, call_id)][1:] == [second_queue.pk]


def test_nobody_overflows_into_a_closed_queue_or_back_again(office, second_queue):
    with office.floor.inside():
        Queue.objects.filter(pk=second_queue.pk).update(
            overflow_queue=office.floor.queue, overflow_after_seconds=30, state="closed"
        )
    call_id = office.caller()
    office.pass_seconds(60)
    assert len(stays_of(office, call_id)) == 1
    with office.floor.inside():
        Queue.objects.filter(pk=second_queue.pk).update(state="open")
    office.pass_seconds(5)
    office.pass_seconds(200)
    assert [stay.queue_id for stay in stays_of(office, call_id)] == [office.floor.queue.pk, second_queue.pk]


def test_a_redirected_call_keeps_its_place_in_time(office):
    with office.floor.inside():
        other = Queue.objects.create(name="Other")
    call_id = office.caller()
    office.pass_seconds(40)
    office.order(orders.Redirect(call_id=call_id, queue_id=other.pk))
    first, second = stays_of(office, call_id)
    assert (first.exit, second.queue_id, second.waiting_since) == ("flow_out", other.pk, first.entered_at)


def test_a_transfer_after_a_talk_begins_a_wait_of_its_own(office):
    with office.floor.inside():
        other = Queue.objects.create(name="Other")
    agent = office.floor.agent()
    office.settle()
    call_id = office.caller()
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    office.pass_seconds(30)
    office.order(orders.TransferToQueue(agent_id=agent.pk, call_id=call_id, queue_id=other.pk))
    assert stays_of(office, call_id)[1].waiting_since == stays_of(office, call_id)[1].entered_at


# ---- what a person changes, what is kept


def test_a_pulled_call_rings_the_chosen_agent_at_once(office):
    with office.floor.inside():
        skill = Skill.objects.create(name="Law")
        QueueSkill.objects.create(queue=office.floor.queue, skill=skill)
    chosen = office.floor.agent()
    office.settle()
    call_id = office.caller()
    assert offers_of(office, call_id) == []
    with office.floor.inside():
        actions.pull_call(call_id=call_id, to_agent_id=chosen.pk, at=office.floor.now)
    office.settle()
    assert [offer.agent_id for offer in offers_of(office, call_id)] == [chosen.pk]


def test_a_call_given_time_comes_before_one_that_waited_longer(office):
    first, second = office.caller(number="+8613800000001"), office.caller(number="+8613800000002")
    with office.floor.inside():
        actions.reprioritise_call(call_id=second, seconds=600, at=office.floor.now)
    office.settle()
    office.floor.agent()
    office.settle()
    assert office.ringing().call_id == second
    assert offers_of(office, first) == []


def test_what_is_stored_with_an_offer_decides_the_same_again(office, trio):
    with office.floor.inside():
        skill = Skill.objects.create(name="Chinese")
        for level, agent in zip((3, 9, 6), trio, strict=True):
            AgentSkill.objects.create(agent=agent, skill=skill, level=level)
        QueueSkill.objects.create(queue=office.floor.queue, skill=skill, min_level=2)
    for strategy, size in (("ring_group", 2), ("most_skilled", 5), ("round_robin", 5)):
        change(office, strategy=strategy, ring_group_size=size)
        call_id = office.caller()
        offers = offers_of(office, call_id)
        stored = json.loads(json.dumps(offers[0].explanation["inputs"]))
        assert set(replay(stored)) == {offer.agent_id for offer in offers}
        assert stored["analyse"]["strategy"] == strategy
        office.switch.end(call_id)
        office.settle()
    assert {offer.agent_id for offer in offers} <= {agent.pk for agent in trio}


def test_the_expected_wait_is_kept_with_the_stay(office):
    agent = office.floor.agent()
    office.settle()
    assert take_a_call(office, seconds=85) == agent.pk
    call_id = office.caller()
    assert office.floor.stay(call_id).expected_wait_seconds == 0.0
    office.pass_seconds(1)
    waiting = [office.caller(number="+8613800000001")]
    office.pass_seconds(1)
    waiting += [office.caller(number="+8613800000002")]
    assert [office.floor.stay(each).expected_wait_seconds for each in waiting] == [115.0, 230.0]
