"""Webhooks for the people of a tenant and for its programs."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from contactcenter.environment import PROJECT
from telephony.actions.queue_alerts import watch_queues
from telephony.models import AlertTerms
from telephony.queries.queue_alerts import Paces
from tenants.context import enter
from tenants.hooks import kinds, signing
from tenants.hooks.models import Delivery, Endpoint
from tenants.people.actions import create_token
from tenants.people.models import AuditEntry
from tests.hooks.conftest import rows, send
from tests.hooks.test_sending import a_call

NEW = {"name": "CRM", "url": "https://crm.example/events", "kinds": ["call.ended", "call.answered"]}


def text_of(client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_admin_adds_a_webhook_and_sees_its_secret_once(acme, globex, someone_of, receiver, floor):
    admin = someone_of("acme", "admin")
    added = admin.post("/webhooks/new/", NEW | {"url": receiver.url}, follow=True)
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]+", added.content.decode().replace("&#x2B;", "+"))
    where = added.request["PATH_INFO"]
    assert "whsec_" not in text_of(admin, where)
    a_call(floor)
    send()
    [answered, ended] = receiver.heard
    assert signing.is_signed(secret, ended.headers, ended.body, now=int(ended.headers["Webhook-Timestamp"]))
    page = text_of(admin, where)
    assert page.count("✓ Delivered") == 2
    assert someone_of("globex", "owner").get(where).status_code == 404
    assert "No webhook yet" in text_of(someone_of("globex", "owner"), "/webhooks/")
    with enter("acme"):
        audited = AuditEntry.objects.get(verb="added", subject__startswith="hooks.endpoint")
        assert secret not in json.dumps(audited.after)


@pytest.mark.parametrize("role", ["supervisor", "agent", "inspector", "finance"])
def test_others_do_not_lead_events_out(endpoint_of, someone_of, role):
    endpoint, _secret = endpoint_of("acme", NEW["url"])
    client = someone_of("acme", role)
    for where in ("/webhooks/", "/webhooks/new/", f"/webhooks/{endpoint.pk}/"):
        assert client.get(where).status_code == 403
    for where in (f"/webhooks/{endpoint.pk}/delete/", f"/api/v1/webhooks/{endpoint.pk}/pause/"):
        assert client.post(where).status_code == 403
    with enter("acme"):
        assert Endpoint.objects.get(removed_at=None).state == "active"


def test_only_an_owner_lets_numbers_out_and_it_is_written_down(endpoint_of, someone_of):
    endpoint, _secret = endpoint_of("acme", NEW["url"])
    where = f"/webhooks/{endpoint.pk}/change/"
    admin, owner = someone_of("acme", "admin"), someone_of("acme", "owner")
    assert "Send callers" not in text_of(admin, where)
    admin.post(where, NEW | {"sees_numbers": "on"})
    api = admin.put(
        f"/api/v1/webhooks/{endpoint.pk}/",
        json.dumps(NEW | {"sees_numbers": True}),
        content_type="application/json",
    )
    assert api.status_code == 403
    with enter("acme"):
        assert not Endpoint.objects.get().sees_numbers
    owner.post(where, NEW | {"sees_numbers": "on"})
    with enter("acme"):
        assert Endpoint.objects.get().sees_numbers
        assert AuditEntry.objects.filter(verb="changed", after__sees_numbers=True).count() == 1
    assert "sent whole" in text_of(admin, f"/webhooks/{endpoint.pk}/")


def test_a_delivery_shows_request_and_answer_without_anybodys_number(
    endpoint_of, receiver, floor, acme, member, someone_of
):
    endpoint_of("acme", receiver.url, "call.ended", sees_numbers=True, by=member(acme, "owner"))
    receiver.text = "kept +8613812342211 <script>alert(1)</script>" + "x" * 5000
    a_call(floor)
    send()
    [row] = rows()
    assert "+8613812342211" in receiver.heard[0].body
    admin = someone_of("acme", "admin")
    page = text_of(admin, f"/webhooks/deliveries/{row.pk}/")
    assert "138****2211" in page
    assert "13812342211" not in page
    assert "<script>alert" not in page
    told = admin.get(f"/api/v1/webhook-deliveries/{row.pk}/").json()
    assert "13812342211" not in json.dumps(told)
    assert len(told["tries"][0]["answer"]) <= 2000


def test_pause_resume_test_and_again_by_buttons(endpoint_of, receiver, floor, someone_of):
    endpoint, _secret = endpoint_of("acme", receiver.url)
    admin, where = someone_of("acme", "admin"), f"/webhooks/{endpoint.pk}/"
    admin.post(f"{where}test/")
    send()
    assert [heard.said["type"] for heard in receiver.heard] == ["test"]
    [row] = rows()
    admin.post(f"/webhooks/deliveries/{row.pk}/again/")
    send()
    assert [heard.headers["Webhook-Id"] for heard in receiver.heard] == [str(row.key)] * 2
    admin.post(f"{where}pause/")
    refused = admin.post(f"{where}test/", follow=True).content.decode()
    assert "This webhook is paused" in refused
    admin.post(f"{where}resume/")
    admin.post(f"{where}delete/")
    assert admin.get(where).status_code == 404
    a_call(floor)
    assert len(rows()) == 2


def test_the_log_is_filtered_and_turned_by_key(endpoint_of, receiver, floor, someone_of):
    endpoint, _secret = endpoint_of("acme", receiver.url, "call.ended", "call.answered")
    calls = [a_call(floor) for _call in range(2)]
    receiver.behaviour = 422
    send()
    admin, where = someone_of("acme", "admin"), f"/webhooks/{endpoint.pk}/"
    assert text_of(admin, f"{where}?about={calls[0]}").count("/webhooks/deliveries/") == 2
    assert text_of(admin, f"{where}?state=waiting&kind=call.ended").count("/webhooks/deliveries/") == 2
    assert "No delivery fits" in text_of(admin, f"{where}?state=delivered")
    newest = rows()[-1]
    assert text_of(admin, f"{where}?before={newest.pk}").count("/webhooks/deliveries/") == 3
    assert "Fails" not in text_of(admin, "/webhooks/")


def test_programs_manage_webhooks_by_a_key(acme, globex, member, client):
    with enter("acme"):
        _token, key = create_token(member=member(acme, "admin"), name="k")
    told = {"SERVER_NAME": "acme.localhost", "HTTP_AUTHORIZATION": f"Bearer {key}"}
    made = client.post("/api/v1/webhooks/", json.dumps(NEW), content_type="application/json", **told)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    pk = made.json()["id"]
    assert "secret" not in client.get(f"/api/v1/webhooks/{pk}/", **told).json()
    assert [row["id"] for row in client.get("/api/v1/webhooks/", **told).json()["results"]] == [pk]
    assert client.post(f"/api/v1/webhooks/{pk}/secret/", **told).json()["secret"] != made.json()["secret"]
    assert client.post(f"/api/v1/webhooks/{pk}/pause/", **told).json()["state"] == "paused"
    assert client.post(f"/api/v1/webhooks/{pk}/test/", **told).status_code == 409
    bad = client.post(
        "/api/v1/webhooks/", json.dumps(NEW | {"url": "http://x"}), content_type="application/json", **told
    )
    assert (bad.status_code, bad.json()["field"]) == (400, "url")
    assert client.delete(f"/api/v1/webhooks/{pk}/", **told).status_code == 204
    assert client.get(f"/api/v1/webhooks/{pk}/", **told).status_code == 404
    assert len(client.get("/api/v1/webhook-events/", **told).json()) == len(kinds.choosable())
    elsewhere = told | {"SERVER_NAME": "globex.localhost"}
    assert client.get("/api/v1/webhooks/", **elsewhere).status_code == 401


def test_every_event_says_what_its_schema_says(endpoint_of, receiver, floor, at_once):
    """docs/webhooks.schema.json is what receivers are written against."""
    schema = json.loads((PROJECT / "docs" / "webhooks.schema.json").read_text())
    every = [kind.name for kind in kinds.choosable()]
    assert set(schema["properties"]["type"]["enum"]) == {*every, "test"}
    endpoint_of("acme", receiver.url, *every)
    agent = floor.agent()
    _call, offer = floor.talk(agent)
    floor.switch.hold(offer.pk)
    floor.listen()
    floor.clock.pass_seconds(3)
    floor.switch.unhold(offer.pk)
    floor.listen()
    floor.switch.hang_up(offer.pk)
    floor.listen()
    gone = floor.caller()
    floor.switch.end(gone)
    floor.listen()
    told_of_the_limit(floor)
    send()
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    told = {heard.said["type"] for heard in receiver.heard}
    assert told >= {"call.arrived", "call.queued", "call.ringing", "call.answered", "call.held", "call.unheld",
                    "call.ended", "call.abandoned", "wrap_up.started", "queue.over_limit",
                    "queue.within_limit"}  # fmt: skip
    for heard in receiver.heard:
        assert [error.message for error in validator.iter_errors(heard.said)] == []
        assert heard.said["type"] in (PROJECT / "docs" / "webhooks.md").read_text()


def told_of_the_limit(floor) -> None:
    """Nobody is ready; then nobody wants to know any more."""
    with floor.inside():
        terms = AlertTerms.objects.create(queue=floor.queue, waiting_over=0)
        floor.caller()
        watch_queues(at=floor.now, paces=Paces())
        terms.delete()
        watch_queues(at=floor.now, paces=Paces())


def test_old_deliveries_are_forgotten(endpoint_of, floor, now):
    from datetime import timedelta

    from django.utils import timezone

    from tenants.hooks import actions

    endpoint_of("acme", NEW["url"], "call.ended")
    a_call(floor)
    a_call(floor)
    with enter("acme"):
        old = Delivery.objects.order_by("pk").first()
        Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
        assert actions.forget_old(at=timezone.now()) == 1
        assert Delivery.objects.count() == 1
