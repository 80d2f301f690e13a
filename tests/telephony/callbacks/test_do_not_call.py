"""Numbers nobody may call: no promise, no try, no click; a leader may with a reason. Page, sheet, API; two tenants."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from telephony import call_orders
from telephony.actions.callbacks import enter_callback
from telephony.actions.do_not_call import bar_number
from telephony.errors import CallbackBarred
from telephony.freeswitch import waiting_answers
from telephony.models import Agent, Callback, DoNotCall, DoNotCallPass
from telephony.queries.callbacks import promises_kept
from tenants.people.models import AuditEntry
from tests.telephony.callbacks.desk import ANN, BEN, outcomes, row, speaks, terms, wants_a_callback

pytestmark = pytest.mark.usefixtures("at_once")
LONDON = "+442079460958"
LIST = "/admin/telephony/donotcall/"


def bar(floor, number: str = ANN) -> DoNotCall:
    with floor.inside():
        return bar_number(number=number, reason="asked us", at=floor.now)[0]


def asks(office, what: str, call_id) -> str:
    form = {
        "Hunt-Destination-Number": what,
        "Unique-ID": str(call_id),
        "variable_cc_tenant": office.floor.tenant.schema_name,
        "variable_cc_queue": str(office.floor.queue.pk),
        "variable_cc_lang": "en",
    }
    return waiting_answers.answer(form, office.floor.now)


@pytest.fixture
def ordered(monkeypatch) -> list:
    found: list = []
    monkeypatch.setattr("telephony.actions.dialling.send_order", lambda order, *, member: found.append(order))
    return found


@pytest.fixture
def refusals(published):
    return lambda: [news.message["code"] for news in published if news.message["type"] == "order_refused"]


def clicks(client, reason: str = "", number: str = "138 0000 0001"):
    """The button beside a number."""
    return client.post("/dial/", {"number": number, "reason": reason}, headers={"Accept": "application/json"})


def member_of(floor, agent, *roles: str):
    """The agent's member, with these roles."""
    with floor.inside():
        who = Agent.objects.select_related("member").get(pk=agent.pk).member
        if roles:
            who.roles = list(roles)
            who.save(update_fields=["roles"])
        return who


def test_nobody_on_the_list_is_promised_a_call_and_a_message_is_taken_instead(office, other_floor):
    bar(other_floor)
    wants_a_callback(office, ANN)
    bar(office.floor, BEN)
    call_id = office.caller(number=BEN)
    office.pass_seconds(20)
    assert "callback-refused.wav" in asks(office, "promise", call_id)
    terms(office, when_too_long="callback")
    with office.floor.inside():
        assert not Callback.objects.filter(number=BEN).exists()
        with pytest.raises(CallbackBarred) as refused:
            enter_callback(
                number="138 0000 0002",
                queue_id=office.floor.queue.pk,
                at=office.floor.now,
                language="en",
                source="agent",
            )
    assert "do-not-call list" in refused.value.message
    assert "voicemail" in asks(office, "timed-out", call_id)


def test_who_comes_onto_the_list_later_is_not_called_and_breaks_no_promise(office, other_floor):
    kept, gone = wants_a_callback(office, BEN), wants_a_callback(office, ANN)
    bar(other_floor, BEN)
    with office.floor.inside():
        # As a sheet of long ago brings it: nothing was cancelled at that moment.
        DoNotCall.objects.create(number=ANN, added_at=office.floor.now)
    office.floor.agent()
    office.settle()
    speaks(office)
    office.pass_seconds(60)
    assert office.ringing() is None
    assert (row(office, gone).state, row(office, gone).cancelled_by) == ("cancelled", "do_not_call")
    assert outcomes(office, gone) == []
    assert row(office, kept).state == "done"
    with office.floor.inside():
        figures = promises_kept(office.floor.now - timedelta(days=1), office.floor.now + timedelta(days=1))
        assert (figures.tried, figures.in_time, figures.ended, figures.reached) == (1, 1, 1, 1)


def test_entering_a_number_cancels_its_promise_at_once(office, other_floor):
    promised = wants_a_callback(office, ANN)
    bar(office.floor)
    assert row(office, promised).cancelled_by == "do_not_call"
    with other_floor.inside():
        assert not DoNotCall.objects.exists()


def test_an_agent_is_refused_in_words_and_by_the_worker_too(
    office, other_floor, client_of, ordered, refusals
):
    agent = office.floor.agent()
    bar(office.floor)
    page = client_of(member_of(office.floor, agent))
    said = clicks(page, "I want to")
    assert (said.status_code, said.json()["code"]) == (400, "number_must_not_be_called")
    assert "do-not-call list" in said.json()["message"]
    office.order(call_orders.Dial(agent_id=agent.pk, number=ANN))
    assert (refusals(), ordered, office.ringing()) == (["number_must_not_be_called"], [], None)
    bar(office.floor, LONDON)
    theirs = other_floor.agent()
    assert clicks(client_of(member_of(other_floor, theirs)), number=LONDON).status_code == 200


def test_a_leader_says_why_once_and_it_is_written_down(office, other_floor, client_of, ordered, refusals):
    agent = office.floor.agent()
    boss = client_of(member_of(office.floor, agent, "supervisor", "agent"))
    bar(office.floor)
    assert clicks(boss, " ").json()["code"] == "say_why_called"
    assert ordered == []
    assert clicks(boss, "They asked us by mail").status_code == 200
    office.order(ordered[0])
    offer = office.ringing()
    with office.floor.inside():
        passed = DoNotCallPass.objects.get()
        assert (passed.call_id, passed.reason) == (offer.call_id, "They asked us by mail")
        entry = AuditEntry.objects.get(verb="called in spite of the list")
        assert (entry.reason, entry.after) == ("They asked us by mail", {"number": "138****0001"})
    office.switch.end(offer.pk)
    office.settle()
    office.pass_seconds(40)
    office.order(ordered[0])
    assert refusals() == ["number_must_not_be_called"]
    with other_floor.inside():
        assert not DoNotCallPass.objects.exists()


def test_a_pass_is_good_for_a_moment_only(office, client_of, ordered, refusals):
    agent = office.floor.agent()
    boss = client_of(member_of(office.floor, agent, "supervisor", "agent"))
    bar(office.floor)
    clicks(boss, "yes")
    with office.floor.inside():
        DoNotCallPass.objects.update(given_at=office.floor.now - timedelta(minutes=3))
    office.order(ordered[0])
    assert refusals() == ["number_must_not_be_called"]


def test_the_page_enters_lists_masked_and_lifts(office, other_floor, member, client_of):
    boss = client_of(member(office.floor.tenant, "supervisor"))
    promised = wants_a_callback(office, ANN)
    assert "no telephone number" in boss.post(LIST + "add/", {"number": "12", "reason": ""}).content.decode()
    assert boss.post(LIST + "add/", {"number": "138 0000 0001", "reason": "asked"}).status_code == 302
    assert row(office, promised).cancelled_by == "do_not_call"
    listed = boss.get(LIST + "?q=13800000001").content.decode()
    assert "138****0001" in listed
    assert ANN not in listed.replace("13800000001", "")
    assert "138****0001" not in boss.get(LIST + "?q=1380000").content.decode()
    with office.floor.inside():
        entry = DoNotCall.objects.get()
    assert boss.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 302
    with office.floor.inside():
        assert not DoNotCall.objects.exists()
        verbs = AuditEntry.objects.filter(verb__in=("barred a number", "lifted a bar"))
        assert sorted(verbs.values_list("verb", flat=True)) == ["barred a number", "lifted a bar"]
        assert not AuditEntry.objects.filter(after__icontains="13800000001").exists()
    for role in ("agent", "inspector", "finance"):
        client = client_of(member(office.floor.tenant, role))
        assert client.get(LIST, follow=True).status_code == 403


def test_a_sheet_names_the_rows_it_cannot_take(office, other_floor, member, client_of):
    bar(office.floor, BEN)
    promised = wants_a_callback(office, ANN)
    boss = client_of(member(office.floor.tenant, "admin"))

    def upload(text: str):
        file = SimpleUploadedFile("list.csv", text.encode())
        return boss.post(LIST + "import/", {"format": "0", "resource": "0", "import_file": file})

    page = upload("number,reason\n138 0000 0001,asked\nnonsense,\n,empty\n").content.decode()
    assert page.count("This is no telephone number") >= 2
    with office.floor.inside():
        assert DoNotCall.objects.count() == 1
    page = upload("number,reason\n138 0000 0001,asked\n13800000002,again\n+8613800000001,twice\n")
    confirmed = boss.post(LIST + "process_import/", page.context["confirm_form"].initial)
    assert confirmed.status_code == 302
    with office.floor.inside():
        assert sorted(DoNotCall.objects.values_list("number", "source")) == [(ANN, "sheet"), (BEN, "house")]
    assert row(office, promised).cancelled_by == "do_not_call"
    with other_floor.inside():
        assert not DoNotCall.objects.exists()


def test_machines_ask_add_and_lift(office, other_floor, member, client_of):
    bar(other_floor, BEN)
    boss = client_of(member(office.floor.tenant, "supervisor"))
    there = "/api/v1/do-not-call/"
    assert boss.get(there).json() == []
    made = boss.post(there, {"number": "13800000001", "reason": "asked"}, content_type="application/json")
    assert (made.status_code, made.json()["number"], made.json()["source"]) == (201, "138****0001", "api")
    again = boss.post(there, {"number": ANN}, content_type="application/json")
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    assert (
        boss.post(there, {"number": "x' or 1=1"}, content_type="application/json").json()["field"] == "number"
    )
    assert [one["reason"] for one in boss.get(there, {"number": "138 0000 0001"}).json()] == ["asked"]
    assert boss.get(there, {"number": BEN}).json() == []
    assert client_of(member(office.floor.tenant, "agent")).get(there).status_code == 403
    with other_floor.inside():
        theirs = DoNotCall.objects.get().pk
    foreign = client_of(member(other_floor.tenant, "supervisor"))
    assert boss.delete(f"{there}{made.json()['id']}/").status_code == 204
    assert boss.delete(f"{there}{made.json()['id']}/").status_code == 404
    assert [one["id"] for one in foreign.get(there).json()] == [theirs]
