"""The house's list of callbacks, its API, and the page a customer opens by a link: who may, and what is told."""

import pytest

from telephony.models import Callback
from telephony.queries.callbacks import promises_kept
from tenants.people.models import AuditEntry
from tests.telephony.callbacks.desk import row, terms, wants_a_callback
from tests.telephony.office import Office

pytestmark = pytest.mark.usefixtures("at_once")
ANN = "+8613800000001"


@pytest.fixture
def office(floor, settings) -> Office:
    settings.SWITCH = {**settings.SWITCH, "gateway": "127.0.0.1:5999"}
    made = Office(floor)
    terms(made)
    return made


@pytest.fixture
def boss(floor, member, client_of):
    return client_of(member(floor.tenant, "supervisor", name="Boss"))


def guest(floor, client_of):
    from django.test import Client

    return Client(headers={"host": floor.tenant.host})


def test_the_list_shows_masked_numbers_and_the_state(office, boss):
    wants_a_callback(office, ANN)
    page = boss.get("/callbacks/")
    assert page.status_code == 200
    text = page.content.decode()
    assert ANN not in text
    assert "138" in text
    assert "Waiting for an agent" in text
    assert boss.get("/callbacks/?show=done&queue=1").status_code == 200


def test_finance_sees_no_callbacks_and_changes_none(office, floor, member, client_of):
    callback_id = wants_a_callback(office, ANN)
    stranger = client_of(member(floor.tenant, "finance"))
    assert stranger.get("/callbacks/").status_code in (302, 403)
    assert stranger.post(f"/callbacks/{callback_id}/cancel/").status_code in (302, 403)
    assert stranger.get("/api/v1/callbacks/").status_code == 403
    assert row(office, callback_id).state == Callback.State.WAITING


def test_cancelling_is_written_into_the_audit(office, boss, floor):
    callback_id = wants_a_callback(office, ANN)
    assert boss.post(f"/callbacks/{callback_id}/cancel/").status_code == 302
    cancelled = row(office, callback_id)
    assert (cancelled.state, cancelled.cancelled_by) == (Callback.State.CANCELLED, "agent")
    with floor.inside():
        assert AuditEntry.objects.filter(verb="cancelled").count() == 1


def test_an_agent_puts_a_customer_in_line_once(office, boss, floor):
    sent = {"number": "13800000009", "queue": floor.queue.pk, "language": "zh"}
    for _twice in range(2):
        assert boss.post("/callbacks/new/", sent).status_code == 302
    with floor.inside():
        assert Callback.objects.get().number == "+8613800000009"


@pytest.mark.parametrize("number", ["${api}", "911'", "x" * 60, "", "1;transport=tcp"])
def test_what_is_no_number_is_refused_in_words(office, boss, floor, number):
    page = boss.post("/callbacks/new/", {"number": number, "queue": floor.queue.pk}, follow=True)
    assert "cannot be called back" in page.content.decode()
    with floor.inside():
        assert not Callback.objects.exists()


def test_the_customer_sees_the_promise_by_the_link_alone_and_cancels_it(office, floor, client_of):
    callback_id = wants_a_callback(office, ANN)
    address = f"/callback/{row(office, callback_id).cancel_key}/"
    customer = guest(floor, client_of)
    page = customer.get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert "13800000001" not in text
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert customer.post(address).status_code == 302
    assert row(office, callback_id).cancelled_by == "customer"
    assert "cancelled" in customer.get(address).content.decode()


def test_a_guessed_link_shows_nothing(office, floor, client_of):
    wants_a_callback(office, ANN)
    assert guest(floor, client_of).get(f"/callback/{'a' * 32}/").status_code == 404


def test_a_link_of_one_tenant_is_nothing_at_another(office, other_floor, client_of):
    key = row(office, wants_a_callback(office, ANN)).cancel_key
    assert guest(other_floor, client_of).get(f"/callback/{key}/").status_code == 404


def test_the_api_tells_enters_and_cancels(office, boss, floor):
    sent = {"number": "+8613800000009", "queue": floor.queue.pk}
    made = boss.post("/api/v1/callbacks/", sent, content_type="application/json")
    assert made.status_code == 201
    assert boss.post("/api/v1/callbacks/", sent, content_type="application/json").status_code == 200
    told = boss.get("/api/v1/callbacks/").json()
    assert [one["state"] for one in told] == ["waiting"]
    assert "13800000009" not in str(told)
    ended = boss.post(f"/api/v1/callbacks/{made.json()['id']}/cancel/")
    assert ended.json().get("state") == "cancelled", ended.json()
    assert boss.get("/api/v1/callbacks/kept/").json()["tried"] == 0


def test_how_promises_were_kept_is_counted(office, floor):
    callback_id = wants_a_callback(office, ANN)
    from tests.telephony.callbacks.desk import speaks

    office.floor.agent()
    office.settle()
    speaks(office)
    done = row(office, callback_id)
    with floor.inside():
        kept = promises_kept(done.asked_at, floor.now)
    assert (kept.tried, kept.in_time, kept.reached, kept.share) == (1, 1, 1, 1.0)


def test_a_house_without_a_line_to_the_outside_is_told_before_it_promises(office, boss, settings):
    assert 'name="number"' in boss.get("/callbacks/").content.decode()
    settings.SWITCH = {**settings.SWITCH, "gateway": ""}
    page = boss.get("/callbacks/").content.decode()
    assert "nobody can be called back" in page
    assert 'name="number"' not in page
