"""A worker that takes over asks the switch for one list, and about the legs alone that do not stand as its rows say."""

from types import SimpleNamespace

import pytest

from telephony.models import Agent, Call, Difference, Leg, Offer, Queue, QueueStay
from telephony.queries.agreement import standing_so
from telephony.worker.clock import Clock
from telephony.worker.second_look import SecondLook
from telephony.worker.unheard import A_MOMENT, Unheard
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")
TALKS, WAITING = 3, 4
GO_ON = SecondLook.go_on


@pytest.fixture
def office(floor, other_floor, monkeypatch) -> Office:
    """acme with three talks and four callers who wait; globex with one of each, which is to notice nothing."""
    # What follows a resync has tests of its own.
    monkeypatch.setattr(SecondLook, "go_on", lambda _self, _waiting=0: None)
    other_floor.switch = floor.switch
    office = Office(floor)
    for whose, talks, waiting in ((other_floor, 1, 1), (floor, TALKS, WAITING)):
        for _talk in range(talks):
            whose.agent()
            office.settle()
            call_id = _dial(office, whose)
            with whose.inside():
                ringing = Offer.objects.get(call_id=call_id)
            office.switch.pick_up(ringing.pk)
            office.settle()
        for _caller in range(waiting):
            office.floor.clock.pass_seconds(1)
            _dial(office, whose)
    office.switch.commands.clear()
    return office


def _dial(office: Office, whose):
    call_id = office.switch.caller_dials(whose.tenant.schema_name, whose.number, whose.queue.pk)
    office.settle()
    return call_id


def _rows(whose) -> list:
    with whose.inside():
        return [
            list(Agent.objects.order_by("pk").values_list("pk", "version", "activity")),
            list(Call.objects.order_by("pk").values_list("pk", "version", "state")),
            list(QueueStay.objects.order_by("pk").values_list("pk", "left_at")),
            Difference.objects.count(),
        ]


def _take_over(office: Office) -> None:
    """Whatever was told up to now nobody heard."""
    office.switch.all_told()
    office.start()


def _asked(office: Office) -> list:
    """The legs asked about one by one."""
    return [leg_id for (leg_ids,) in office.switch.asked("legs_named") for leg_id in leg_ids]


def _waiting(office: Office) -> list:
    with office.floor.inside():
        stays = QueueStay.objects.filter(left_at=None).order_by("entered_at")
        return list(stays.values_list("call_id", flat=True))


def _talk(office: Office) -> Offer:
    with office.floor.inside():
        return Offer.objects.filter(ended_at=None, answered_at__isnull=False).order_by("offered_at")[0]


def test_of_calls_that_stand_as_listed_none_is_asked_about(office, other_floor):
    before, theirs = _rows(office.floor), _rows(other_floor)
    _take_over(office)
    assert (len(office.switch.asked("glimpses")), _asked(office)) == (1, [])
    assert (_rows(office.floor), _rows(other_floor)) == (before, theirs)
    first = _waiting(office)[0]
    agent = office.floor.agent()
    office.settle()
    assert (office.ringing().call_id, office.ringing().agent_id) == (first, agent.pk)


def test_a_talk_that_ended_meanwhile_is_over_and_its_agent_takes_the_next(office, other_floor):
    talk, first, theirs = _talk(office), _waiting(office)[0], _rows(other_floor)
    office.switch.end(talk.call_id)
    _take_over(office)
    assert _asked(office) == []
    assert office.floor.call(talk.call_id).ended_at is not None
    office.pass_seconds(31)
    assert (office.ringing().agent_id, office.ringing().call_id) == (talk.agent_id, first)
    assert _rows(other_floor) == theirs


def test_a_caller_who_left_meanwhile_is_offered_to_nobody(office, other_floor):
    gone, theirs = _waiting(office)[0], _rows(other_floor)
    office.switch.end(gone)
    _take_over(office)
    assert _asked(office) == []
    office.floor.agent()
    office.settle()
    assert office.ringing().call_id == _waiting(office)[0] != gone
    assert _rows(other_floor) == theirs


def test_an_agent_who_picked_up_meanwhile_talks_and_is_rung_for_nobody(office, other_floor):
    agent = office.floor.agent()
    office.settle()
    ringing, theirs = office.ringing(), _rows(other_floor)
    office.switch.pick_up(ringing.pk)
    _take_over(office)
    assert set(_asked(office)) == {ringing.pk, ringing.call_id}
    assert office.floor.call(ringing.call_id).state == "talking"
    assert (office.floor.again(agent).activity, office.ringing()) == ("talking", None)
    assert _rows(other_floor) == theirs


def test_a_caller_nobody_heard_of_waits_behind_the_others(office, other_floor):
    theirs, others = _rows(other_floor), _waiting(office)
    office.floor.clock.pass_seconds(1)
    stranger = office.switch.caller_dials("acme", office.floor.number, office.floor.queue.pk)
    _take_over(office)
    assert _asked(office) == [stranger]
    assert _waiting(office) == [*others, stranger]
    assert _rows(other_floor) == theirs


def test_a_caller_who_waits_in_another_line_by_now_is_asked_about(office, other_floor):
    theirs, moved = _rows(other_floor), _waiting(office)[1]
    with office.floor.inside():
        other_queue = Queue.objects.create(name="Service")
    office.floor.clock.pass_seconds(1)
    office.switch._wait(moved, other_queue.pk, office.floor.now, 0)
    _take_over(office)
    assert _asked(office) == [moved]
    assert office.floor.stay(moved).queue_id == other_queue.pk
    assert _rows(other_floor) == theirs


def test_a_leg_told_of_while_nobody_acted_is_asked_about_though_the_list_is_late(
    office, other_floor, monkeypatch
):
    agent = office.floor.agent()
    office.settle()
    ringing, theirs, late = office.ringing(), _rows(other_floor), office.switch.glimpses()
    monkeypatch.setattr(office.switch, "glimpses", lambda: late)
    office.switch.pick_up(ringing.pk)
    # A spare: it hears, and lets go what it hears.
    office.worker._lease.is_held = False
    office.signs.show_spare = lambda: None
    for fact in office.switch.all_told():
        office.inbox.put_fact(fact)
    office.worker._stand_by()
    office.switch.commands.clear()
    office.worker._lease.is_held = True
    office.worker._ask_for_resync("worker_away")
    office.settle()
    assert set(_asked(office)) == {ringing.pk, ringing.call_id}
    assert (office.floor.again(agent).activity, office.ringing()) == ("talking", None)
    assert _rows(other_floor) == theirs


def test_what_is_told_while_nobody_acts_is_forgotten_after_a_moment(office):
    now = SimpleNamespace(seconds=0.0)
    unheard = Unheard(lambda: now.seconds)
    first, second = _waiting(office)[:2]
    for leg_id in (first, second):
        office.switch.give_up_waiting(leg_id)
        for fact in office.switch.all_told():
            unheard.note(fact)
        now.seconds += 3
    assert unheard.legs() == {second}
    now.seconds += A_MOMENT
    assert unheard.legs() == set()


def test_who_stands_aside_or_in_a_room_is_believed_by_no_list(office, other_floor):
    listed = {seen.leg_id: seen for seen in office.switch.glimpses()}
    caller = _waiting(office)[0]
    with office.floor.inside():
        assert len(standing_so(listed)) == 2 * TALKS + WAITING
        leg = Leg.objects.get(pk=caller)
        leg.line_marks = [[leg.created_at.isoformat(), "held", ""]]
        leg.save()
        assert caller not in standing_so(listed)
        assert len(standing_so(listed)) == 2 * TALKS + WAITING - 1
    with other_floor.inside():
        assert len(standing_so(listed)) == 3


class TestSecondLook:
    @pytest.fixture
    def look(self, office, monkeypatch) -> SecondLook:
        monkeypatch.setattr(SecondLook, "go_on", GO_ON)
        clock = Clock()
        clock.now = office.switch.clock
        return SecondLook(office.switch, node="main-1", clock=clock, monotonic=lambda: next(self.seconds))

    seconds = iter(range(1000))

    def _expect(self, look, office, *floors) -> None:
        listed = {seen.leg_id: seen for seen in office.switch.glimpses()}
        for one in floors:
            with one.inside():
                look.expect(one.tenant.schema_name, standing_so(listed), listed)

    def test_it_asks_about_all_that_were_believed_those_who_wait_first(self, look, office, other_floor):
        before = _rows(office.floor), _rows(other_floor)
        self._expect(look, office, office.floor, other_floor)
        office.switch.commands.clear()
        for _portion in range(3):
            look.go_on()
        asked = _asked(office)
        assert (len(asked), asked[:WAITING]) == (2 * TALKS + WAITING + 3, _waiting(office))
        assert (_rows(office.floor), _rows(other_floor)) == before

    def test_what_differs_twice_is_written_down_once(self, look, office, other_floor):
        agent = office.floor.agent()
        office.settle()
        ringing, theirs = office.ringing(), _rows(other_floor)
        self._expect(look, office, office.floor, other_floor)
        office.switch.pick_up(ringing.pk)
        office.switch.all_told()
        look.go_on()
        assert office.floor.again(agent).activity == "ringing"
        for _portion in range(4):
            look.go_on()
        assert office.floor.again(agent).activity == "talking"
        with office.floor.inside():
            assert set(Difference.objects.values_list("kind", flat=True)) == {"lost_bridge"}
        assert _rows(other_floor) == theirs

    def test_facts_that_wait_come_first(self, look, office):
        self._expect(look, office, office.floor)
        office.switch.commands.clear()
        look.go_on(waiting_facts=1)
        assert _asked(office) == []
