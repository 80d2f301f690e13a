"""Machines step in while a call waits: leaders' keys only, each tenant its own."""

import pytest

from telephony.models import Call

pytestmark = pytest.mark.usefixtures("sent")


def standing(floor, call_id) -> tuple:
    stay = floor.stay(call_id)
    return stay.priority, stay.target_agent_id, stay.routing


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("pull", {"agent_id": 1}),
        ("priority", {"seconds": 60}),
        ("redirect", {"queue_id": 1}),
        ("escalate", {"trigger": "anger", "group_id": 1}),
    ],
)
def test_the_api_is_for_leaders_of_this_tenant(floor, other_floor, member, client_of, path, body):
    call_id = floor.caller()
    address = f"/api/v1/calls/{call_id}/{path}/"
    before = standing(floor, call_id)
    for role in ("agent", "inspector", "finance"):
        page = client_of(member(floor.tenant, role))
        assert page.post(address, body, content_type="application/json").status_code == 403
    stranger = client_of(member(other_floor.tenant, "owner"))
    assert stranger.post(address, body, content_type="application/json").status_code == 404
    assert standing(floor, call_id) == before


def test_the_api_moves_a_call_and_names_who_did_it(floor, member, client_of):
    call_id = floor.caller()
    boss = client_of(member(floor.tenant, "supervisor", name="Wang Li"))
    address = f"/api/v1/calls/{call_id}/priority/"
    answer = boss.post(address, {"seconds": 120}, content_type="application/json")
    assert (answer.status_code, answer.json()["priority"]) == (200, 120)
    assert [change["by"] for change in answer.json()["changes"]] == ["Wang Li"]
    for wrong in ({}, {"seconds": 5, "is_next": True}, {"seconds": 9999}):
        assert boss.post(address, wrong, content_type="application/json").status_code == 400
    assert floor.stay(call_id).priority == 120
    ended = floor.call(call_id)
    with floor.inside():
        Call.objects.filter(pk=ended.pk).update(ended_at=floor.now)
    refusal = boss.post(address, {"is_next": True}, content_type="application/json")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "call_waits_no_longer")
