"""The what-if of the API: the page's answer in figures; leaders only, each tenant its own, and nothing is written."""

import pytest

from telephony.models import AgentSkill, Queue, RoutingRule
from tests.telephony.line import rows_of

ADDRESS = "/api/v1/what-if/"


def ask(client, **body):
    return client.post(ADDRESS, body, content_type="application/json")


def test_a_made_up_call_is_answered_as_on_the_page(floor, line, boss):
    with floor.inside():
        AgentSkill.objects.filter(agent=line["cid"]).update(level=8)
    before = rows_of(floor)
    told = ask(boss, number=floor.number, caller="138 0000 0002").json()
    assert [(rule["fits"]) for rule in told["rules"]] == [True]
    assert (told["asks"]["priority"], told["asked"], told["ahead"]) == (300, [], 0)
    free = ask(boss, number=floor.number, caller="138 0000 0002", is_everybody_free=True).json()
    assert free["asked"] == [{"id": line["cid"].pk, "name": line["cid"].name}]
    assert free["expected_seconds"] == 0.0
    assert rows_of(floor) == before


def test_a_draft_takes_the_place_of_the_rules_and_is_not_kept(floor, line, boss):
    with floor.inside():
        night = Queue.objects.create(name="Night desk")
    before = rows_of(floor)
    rules = [{"name": "Night", "conditions": [], "effects": [{"do": "queue", "queue_id": night.pk}]}]
    told = ask(boss, call_id=str(line["second"]), rules=rules).json()
    assert told["queue"] == {"id": night.pk, "name": "Night desk"}
    assert [rule["rule"] for rule in told["rules"]] == [1]
    assert rows_of(floor) == before
    with floor.inside():
        assert RoutingRule.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"number": "+8699"}, 404),
        ({"queue_id": 99999}, 404),
        ({"queue_id": "x"}, 400),
        ({"call_id": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"queue_id": 1, "rules": [{"effects": [{"do": "fly"}]}]}, 400),
        ({"queue_id": 1, "rules": "x"}, 400),
        ({"queue_id": 1, "level": "king"}, 400),
    ],
)
def test_what_cannot_be_tried_is_refused(floor, line, boss, body, status):
    assert ask(boss, **body).status_code == status


def test_it_is_for_leaders_of_this_tenant(floor, other_floor, line, member, client_of):
    foreign = other_floor.caller()
    for role in ("agent", "inspector", "finance"):
        assert ask(client_of(member(floor.tenant, role)), number=floor.number).status_code == 403
    stranger = client_of(member(other_floor.tenant, "owner"))
    assert ask(stranger, call_id=str(line["first"])).status_code == 404
    assert ask(stranger, call_id=str(foreign)).status_code == 200
