"""Which order of the API is taken from whom: every kind, as each role, about oneself and about somebody else, compared
with what the page of rights says.
"""

from dataclasses import MISSING, fields
from uuid import uuid4

import pytest

from telephony.orders import KINDS
from tenants.context import enter
from tenants.people.matrix import OTHER, OWN, sayings
from tests.telephony_rows import an_agent

ROAD = "/api/v1/orders/"
ROLES = ("owner", "admin", "supervisor", "agent", "inspector", "finance", "team_lead", "operations",
         "project_manager", "project_member")  # fmt: skip


@pytest.fixture
def taken(monkeypatch) -> list[str]:
    """What reached the worker."""
    found: list[str] = []

    def take(order, *, member) -> str:
        found.append(order.type)
        return "1"

    monkeypatch.setattr("telephony.api.views.send_order", take)
    return found


@pytest.mark.parametrize("role", ROLES)
def test_each_order_is_taken_from_whom_the_page_of_rights_says(role, acme, globex, member, client_of, taken):
    one = member(acme, role)
    with enter("acme"):
        own = an_agent(one)
        colleague = an_agent(member(acme, "agent"))
    with enter("globex"):
        stranger = an_agent(member(globex, "agent"))
    client = client_of(one)

    def is_taken(kind: str, agent_id: int) -> bool:
        before = len(taken)
        answer = client.post(ROAD, filled(kind) | {"agent_id": agent_id}, content_type="application/json")
        assert answer.status_code in (202, 403), (kind, answer.content)
        assert (len(taken) > before) == (answer.status_code == 202), kind
        return answer.status_code == 202

    told = {(s.message, s.about): role in s.roles for s in sayings() if s.where == ROAD and s.message}
    whose = {OWN: own.pk, OTHER: colleague.pk}
    assert len(told) > 40
    assert {key: is_taken(key[0], whose[key[1]]) for key in told} == told
    assert not is_taken("set_not_ready", max(stranger.pk, colleague.pk) + 5000), "nobody here has this id"


def filled(kind: str) -> dict:
    """The order with made-up values in every field it must have."""
    needed = [one for one in fields(KINDS[kind]) if one.default is MISSING and one.name != "agent_id"]
    return {"type": kind} | {one.name: made_up(one.name, str(one.type)) for one in needed}


def made_up(name: str, kind: str):
    if "UUID" in kind:
        return str(uuid4())
    known = {"seconds": 30, "ring_on": "any"}
    return known.get(name, "1" if "str" in kind else 1)
