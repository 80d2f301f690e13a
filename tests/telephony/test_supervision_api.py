"""Machines and pages give leaders' orders: by role, for this tenant alone, and the worker is told of nothing else."""

import json

import pytest

from telephony import floor_orders
from telephony.models import Listening
from tenants.people.models import AuditEntry

ACTS = [
    ("calls/{call}/listen/", {}, "Listen"),
    ("calls/{call}/ear/", {"mode": "whisper"}, "SetEar"),
    ("calls/{call}/stop-listening/", {}, "StopListening"),
    ("calls/{call}/take-over/", {}, "TakeOverCall"),
    ("calls/{call}/hang-up/", {}, "HangUpCall"),
    ("agents/{agent}/state/", {"state": "not_ready"}, "ForceState"),
]


@pytest.fixture
def given(monkeypatch) -> list:
    """Orders that reached the road."""
    orders: list = []

    def keep(order, *, member):
        orders.append((order, member))
        return "o1"

    monkeypatch.setattr("telephony.api.supervision.send_order", keep)
    return orders


@pytest.mark.parametrize(("path", "body", "kind"), ACTS)
def test_each_act_is_for_leaders_of_this_tenant(
    floor, other_floor, member, client_of, given, path, body, kind
):
    call_id, offer = floor.talk(floor.agent())
    address = "/api/v1/" + path.format(call=call_id, agent=offer.agent_id)
    for role in ("agent", "inspector", "finance"):
        assert (
            client_of(member(floor.tenant, role)).post(address, body, "application/json").status_code == 403
        )
    stranger = client_of(member(other_floor.tenant, "owner"))
    assert stranger.post(address, body, "application/json").status_code == 404
    assert given == []
    for role in ("owner", "admin", "supervisor"):
        boss = member(floor.tenant, role)
        assert client_of(boss).post(address, body, "application/json").status_code == 202
        order, sender = given.pop()
        assert (type(order), sender.pk) == (getattr(floor_orders, kind), boss.pk)


def test_what_cannot_be_read_is_refused(floor, member, client_of, given):
    call_id, offer = floor.talk(floor.agent())
    boss = client_of(member(floor.tenant, "supervisor"))
    for path, body in (
        (f"calls/{call_id}/ear/", {"mode": "shout"}),
        (f"calls/{call_id}/ear/", {}),
        (f"agents/{offer.agent_id}/state/", {"state": "asleep"}),
    ):
        assert boss.post(f"/api/v1/{path}", body, "application/json").status_code == 400
    gone = "/api/v1/calls/00000000-0000-4000-8000-000000000000/listen/"
    assert boss.post(gone, {}, "application/json").status_code == 404
    assert (
        boss.post("/api/v1/agents/999999/state/", {"state": "ready"}, "application/json").status_code == 404
    )
    assert given == []
    order = {"type": "hang_up_call", "call_id": str(call_id)}
    assert boss.post("/api/v1/orders/", order, "application/json").status_code == 400


def test_a_forced_state_is_audited_with_the_name(floor, member, client_of, given):
    agent = floor.agent()
    boss = member(floor.tenant, "supervisor", name="Wang Li")
    body = {"state": "signed_out"}
    client_of(boss).post(f"/api/v1/agents/{agent.pk}/state/", body, "application/json")
    with floor.inside():
        entry = AuditEntry.objects.get(verb="ordered force_state")
    assert (entry.actor_name, entry.after["state"]) == ("Wang Li", "signed_out")


def test_ears_are_listed_on_the_calls_page_and_in_the_settings_for_leaders_alone(
    floor, other_floor, member, client_of
):
    call_id, offer = floor.talk(floor.agent())
    boss = member(floor.tenant, "supervisor", name="Wang Li")
    with floor.inside():
        supervisor = floor.agent()
        supervisor.name = "Wang Li"
        supervisor.save()
        at = floor.now.isoformat()
        Listening.objects.create(
            id="11111111-1111-4111-8111-111111111111",
            call_id=call_id,
            agent_id=offer.agent_id,
            supervisor=supervisor,
            agent_leg=offer.pk,
            mode="barge",
            modes=[[at, "listen"], [at, "barge"]],
            asked_at=floor.now,
            began_at=floor.now,
            ended_at=floor.now,
        )
    page = client_of(boss).get(f"/calls/{call_id}/").content.decode()
    assert "Who listened in" in page
    assert "Listens → Barges in" in page
    inspector = client_of(member(floor.tenant, "inspector"))
    assert "Who listened in" not in inspector.get(f"/calls/{call_id}/").content.decode()
    listed = json.loads(client_of(boss).get("/api/v1/listenings/").content)["results"]
    assert [(row["supervisor"]["name"], row["mode"]) for row in listed] == [("Wang Li", "barge")]
    assert inspector.get("/api/v1/listenings/").status_code == 403
    stranger = client_of(member(other_floor.tenant, "owner"))
    assert json.loads(stranger.get("/api/v1/listenings/").content)["results"] == []
    owner = client_of(member(floor.tenant, "owner"))
    assert "Wang Li" in owner.get("/admin/telephony/listening/").content.decode()
    assert owner.get("/admin/telephony/supervisionterms/add/").status_code == 200
    assert client_of(boss).get("/admin/telephony/supervisionterms/add/").status_code == 403
