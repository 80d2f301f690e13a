"""Agents call numbers: their own phone first, then the number; and every way a page asks for it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from telephony import call_orders, orders
from telephony.console.call_lines import drawn_lines
from telephony.models import Agent, AgentGroup, Call, Callback, FollowUp, GroupMember, Leg, Offer, PhoneTerms
from telephony.queries.timeline import timeline
from tenants.people.models import AuditEntry
from tests.telephony.callbacks.desk import ANN, BEN, row, terms, wants_a_callback
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")
ABROAD, HOTLINE = "+442079460958", "95588"


@pytest.fixture
def office(floor, settings) -> Office:
    settings.SWITCH = settings.SWITCH | {"gateway": "127.0.0.1:5999"}
    made = Office(floor)
    terms(made)
    return made


@pytest.fixture
def refusals(published):
    return lambda: [news.message["code"] for news in published if news.message["type"] == "order_refused"]


@pytest.fixture
def ordered(monkeypatch) -> list:
    """The orders pages sent."""
    found: list = []
    monkeypatch.setattr("telephony.actions.dialling.send_order", lambda order, *, member: found.append(order))
    return found


def dial(office, agent, number=ANN, **more) -> Offer | None:
    office.order(call_orders.Dial(agent_id=agent.pk, number=number, **more))
    return office.ringing()


def who(floor):
    return member_of(floor, floor.agent())


def member_of(floor, agent):
    with floor.inside():
        return Agent.objects.select_related("member").get(pk=agent.pk).member


def not_ready(office) -> Agent:
    """Signed in, and taking no callers."""
    agent = office.floor.agent()
    office.order(orders.SetNotReady(agent_id=agent.pk))
    return office.floor.again(agent)


def the_call(office) -> Call:
    with office.floor.inside():
        return Call.objects.get()


def told(office, call: Call) -> list[str]:
    with office.floor.inside():
        return [moment.text for moment in timeline(call)]


def test_the_agents_phone_rings_then_the_number_and_a_talk_is_a_talk(office, refusals):
    agent = not_ready(office)
    offer = dial(office, agent, "138 0000 0001")
    assert (offer.kind, offer.agent_id, offer.stay_id) == ("dial", agent.pk, None)
    command = next(given[0] for name, *given in office.switch.commands if name == "offer")
    # The agent's phone shows our own number: the customer's may be masked for them.
    assert (command.dials, command.shown_number, command.caller_number) == (
        ANN,
        office.floor.number,
        office.floor.number,
    )
    assert office.floor.again(agent).activity == Agent.Activity.RINGING

    office.switch.pick_up(offer.pk)
    office.settle()
    office.pass_seconds(6)
    office.switch.joins(offer.pk)
    office.settle()
    assert office.floor.again(agent).activity == Agent.Activity.TALKING
    office.pass_seconds(20)
    office.switch.end(offer.call_id)
    office.settle()
    call = office.floor.call(offer.call_id)
    assert (call.direction, call.caller_number, call.queue_id) == ("outbound", ANN, office.floor.queue.pk)
    assert (call.exit, call.talk_seconds, call.agent_id) == ("answered", 20, agent.pk)
    assert told(office, call)[2:] == [f"{agent.name} reached them", "The call ended (Customer)"]
    with office.floor.inside():
        [them, _own] = drawn_lines(call)
        assert (them.name, [piece.kind for piece in them.pieces][:2]) == ("Customer", ["ring", "talk"])
    assert office.floor.again(agent).activity == Agent.Activity.WRAP_UP
    assert refusals() == []


def test_nobody_answers_and_the_agent_is_free_again_without_a_miss(office):
    agent = office.floor.agent()
    offer = dial(office, agent)
    office.switch.pick_up(offer.pk)
    office.settle()
    office.switch.declines(offer.pk)
    office.settle()
    call = office.floor.call(offer.call_id)
    assert (call.ended_at, call.answered_at, call.exit_words) == (office.floor.now, None, "Not reached")
    assert told(office, call) == [
        "We called",
        f"Rang {agent.name}",
        "Nobody was reached: nobody answered",
        "The call ended (System)",
    ]
    with office.floor.inside():
        assert Offer.objects.get().outcome_words == "Not reached"
    again = office.floor.again(agent)
    assert (again.activity, again.missed_offers, again.routing_status) == ("idle", 0, "ready")


def test_an_agent_who_hangs_up_while_it_rings_gave_up_and_no_caller_left(office):
    agent = office.floor.agent()
    offer = dial(office, agent)
    office.switch.pick_up(offer.pk)
    office.settle()
    office.switch.end(offer.pk)
    office.switch.end(offer.call_id, cause="ORIGINATOR_CANCEL")
    office.settle()
    assert f"{agent.name} hung up before anybody answered" in told(office, office.floor.call(offer.call_id))


def test_the_call_has_the_name_its_number_was_last_known_by(office):
    agent, at = office.floor.agent(), office.floor.now
    with office.floor.inside():
        for days, name in ((3, "Wang"), (2, "Wang Fang"), (1, "")):
            Call.objects.create(
                arrived_at=at - timedelta(days=days),
                ended_at=at,
                state="ended",
                caller_number=ANN,
                caller_name=name,
            )
    assert office.floor.call(dial(office, agent).call_id).caller_name == "Wang Fang"


def test_an_own_phone_not_picked_up_dials_nobody_and_ends_the_call(office):
    agent = office.floor.agent()
    offer = dial(office, agent)
    office.switch.end(offer.pk, cause="NO_ANSWER")
    office.settle()
    call = office.floor.call(offer.call_id)
    assert call.ended_at is not None
    with office.floor.inside():
        leg = Leg.objects.get(pk=offer.call_id)
    assert (leg.cause, leg.billable_seconds) == ("NOT_DIALLED", 0)
    assert f"{agent.name} did not pick up the own phone: nobody was called" in told(office, call)
    again = office.floor.again(agent)
    assert (again.activity, again.missed_offers, again.routing_status) == ("idle", 0, "ready")


def test_a_worker_that_died_before_the_end_leaves_no_call_open(office):
    agent = office.floor.agent()
    offer = dial(office, agent)
    with office.floor.inside():
        Offer.objects.filter(pk=offer.pk).update(outcome="missed", ended_at=office.floor.now)
    office.start()
    assert office.floor.call(offer.call_id).ended_at is not None


def test_one_number_is_not_dialled_twice_at_once(office, refusals):
    first, second = office.floor.agent(), office.floor.agent()
    dial(office, first)
    dial(office, second)
    dial(office, first, BEN)
    assert refusals() == ["on_the_line_already", "busy_on_call"]
    assert the_call(office).caller_number == ANN


def test_who_calls_somebody_a_callback_was_promised_to_keeps_the_promise(office):
    agent = not_ready(office)
    callback_id = wants_a_callback(office, ANN)
    offer = dial(office, agent)
    office.switch.pick_up(offer.pk)
    office.settle()
    assert row(office, callback_id).state == Callback.State.WAITING
    office.switch.joins(offer.pk)
    office.settle()
    assert row(office, callback_id).cancelled_by == "answered"


@pytest.mark.parametrize(
    ("number", "code"),
    [(ABROAD, "dialled_abroad"), ("${system}", "number_not_diallable"),
     ("110", "number_not_diallable"), ("+4490912345678", "number_not_diallable"), ("+449098790000", "dialled_premium")],
)  # fmt: skip
def test_no_way_out_leads_where_the_terms_of_phones_do_not(office, refusals, number, code):
    """Calls, consults and transfers alike."""
    agent = office.floor.agent()
    call_id = office.caller()
    office.switch.pick_up(office.ringing().pk)
    office.settle()
    office.order(call_orders.TransferToNumber(agent_id=agent.pk, call_id=call_id, number=number))
    office.order(call_orders.ConsultNumber(agent_id=agent.pk, call_id=call_id, number=number))
    office.switch.end(call_id)
    office.settle()
    office.pass_seconds(60)
    assert dial(office, agent, number) is None
    assert refusals() == [code] * 3
    assert {name for name, *_given in office.switch.commands} & {"consult", "send_to_number"} == set()


def test_what_the_terms_allow_and_service_numbers_are_called(office, refusals):
    agent = office.floor.agent()
    with office.floor.inside():
        PhoneTerms.objects.create(may_ring_abroad=True)
    for number in (ABROAD, HOTLINE):
        offer = dial(office, agent, number)
        assert office.floor.call(offer.call_id).caller_number == number
        office.switch.end(offer.pk, cause="NO_ANSWER")
        office.settle()
    assert refusals() == []


def test_the_worker_refuses_what_the_page_should_have_refused(office, refusals, settings):
    agent = office.floor.agent()
    with office.floor.inside():
        group = AgentGroup.objects.create(name="Inside", limits_transfers=True)
        GroupMember.objects.create(group=group, agent=agent)
    dial(office, agent)
    with office.floor.inside():
        GroupMember.objects.all().delete()
    office.switch.unregister(agent.extension, office.floor.tenant.host)
    office.settle()
    dial(office, agent)
    settings.SWITCH = {**settings.SWITCH, "gateway": ""}
    dial(office, agent)
    assert refusals() == ["dial_not_allowed", "no_phone_to_call_with", "no_line_to_dial"]
    with office.floor.inside():
        assert not Call.objects.exists()


@pytest.fixture
def desk(office, client_of, ordered):
    """An agent's browser, and what stands on its pages: a call and a task."""
    agent = office.floor.agent()
    with office.floor.inside():
        queue, at = office.floor.queue, office.floor.now
        call = Call.objects.create(
            arrived_at=at,
            ended_at=at,
            state="ended",
            exit="answered",
            caller_number=ANN,
            agent=agent,
            queue=queue,
        )
        work = FollowUp.objects.create(
            kind="task",
            title="Ring back",
            number=BEN,
            created_at=at,
            due_at=at + timedelta(hours=1),
            owner=agent.member,
        )
    return SimpleNamespace(browser=client_of(agent.member), agent=agent, call=call, work=work, orders=ordered)


JSON = {"Accept": "application/json"}


def test_pages_name_a_row_and_the_server_dials_its_number(office, desk):
    for address, page, number in (
        (f"/calls/{desk.call.pk}/dial/", "/calls/", ANN),
        (f"/calls/{desk.call.pk}/dial/", f"/calls/{desk.call.pk}/", ANN),
        (f"/follow-ups/{desk.work.pk}/dial/", "/follow-ups/", BEN),
    ):
        shown = desk.browser.get(page).content.decode()
        assert f'data-dial="{address}"' in shown, page
        assert number[3:] not in shown
        told = desk.browser.post(address, headers=JSON)
        assert (told.status_code, told.json()) == (
            200,
            {"message": f"Your telephone rings. Pick it up: then 138****000{number[-1]} is dialled."},
        )
    asked = [(order.type, order.number, order.agent_id, order.queue_id) for order in desk.orders]
    of_call = ("dial", ANN, desk.agent.pk, office.floor.queue.pk)
    assert asked == [of_call, of_call, ("dial", BEN, desk.agent.pk, 0)]
    with office.floor.inside():
        written = AuditEntry.objects.filter(verb="dialled").order_by("pk")
        assert [entry.after for entry in written] == [
            {"number": "138****0001"}, {"number": "138****0001"}, {"number": "138****0002"}
        ]  # fmt: skip


def test_a_page_says_what_keeps_the_agent_from_calling(office, desk):
    def told(number="13800000001") -> str:
        return desk.browser.post("/dial/", {"number": number}, headers=JSON).json()["code"]

    assert told("") == "no_number_here"
    assert told(ABROAD) == "dialled_abroad"
    with office.floor.inside():
        Agent.objects.filter(pk=desk.agent.pk).update(activity="talking")
        assert told() == "busy_on_call"
        Agent.objects.filter(pk=desk.agent.pk).update(activity="idle", presence="offline")
        assert told() == "workspace_not_open"
        Agent.objects.filter(pk=desk.agent.pk).update(presence="online", is_active=False)
        assert told() == "agent_switched_off"
    assert desk.orders == []


def test_another_tenants_rows_are_not_there_to_be_dialled(office, other_floor, desk, client_of):
    stranger = client_of(who(other_floor))
    for address in (
        f"/calls/{desk.call.pk}/dial/",
        f"/follow-ups/{desk.work.pk}/dial/",
        f"/callbacks/{desk.call.pk}/dial/",
    ):
        assert stranger.post(address, headers=JSON).status_code == 404
    assert desk.orders == []
    with other_floor.inside():
        assert not AuditEntry.objects.filter(verb="dialled").exists()


def test_a_colleagues_call_is_no_number_to_dial_and_leaders_without_a_phone_see_none(
    office, desk, client_of, member
):
    colleague = client_of(who(office.floor))
    assert colleague.post(f"/calls/{desk.call.pk}/dial/", headers=JSON).status_code == 404
    boss = client_of(member(office.floor.tenant, "supervisor"))
    assert "data-dial" not in boss.get("/calls/").content.decode()
    assert boss.post(f"/calls/{desk.call.pk}/dial/", headers=JSON).json()["code"] == "not_an_agent"
    assert desk.orders == []


def test_a_promised_callback_may_be_made_by_hand(office, client_of, ordered):
    browser = client_of(member_of(office.floor, not_ready(office)))
    callback_id = wants_a_callback(office, ANN)
    address = f"/callbacks/{callback_id}/dial/"
    assert address in browser.get("/callbacks/").content.decode()
    assert browser.post(address, headers=JSON).status_code == 200
    assert [order.number for order in ordered] == [ANN]
