# ruff: noqa: F811  (fixtures are imported by name)
"""Which role may listen at which socket, and which message and order is taken from whom: every one of them, as each
role, compared with what the page of rights says. What is there of another tenant is never spoken of.
"""

from dataclasses import MISSING, fields
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync

from telephony.consumers import websocket_urlpatterns
from telephony.orders import KINDS
from telephony.policies import can_work
from tenants.context import enter
from tenants.people.matrix import OTHER, OWN, sayings
from tests.telephony.sockets import sockets  # noqa: F401  (a fixture)
from tests.telephony_rows import an_agent

pytestmark = pytest.mark.timeout(300)
ROLES = ("owner", "admin", "supervisor", "agent", "inspector", "finance", "team_lead", "operations",
         "project_manager", "project_member")  # fmt: skip
ROADS = ("/ws/workspace/", "/ws/floor/")
OF_THE_PHONE = {"/ws/phone/", "/ws/phone-check/", "/ws/phone-echo/"}
"""What is said there is SIP and pings: whoever is let in says it."""


@pytest.fixture
def no_limit(monkeypatch):
    monkeypatch.setattr("tenants.sockets.BURST", 10_000)


def test_every_socket_is_in_the_matrix():
    known = {said.where for said in sayings()} | OF_THE_PHONE
    assert {"/" + str(one.pattern) for one in websocket_urlpatterns} <= known


@pytest.mark.parametrize("role", ROLES)
def test_each_message_is_taken_from_whom_the_page_of_rights_says(
    role,
    acme,
    globex,
    member,
    client_of,
    sockets,
    redis_server,
    no_limit,
):
    """Nobody carries orders out here: what is allowed is refused because nobody answers, all else by name."""
    one = member(acme, role)
    with enter("acme"):
        an_agent(one)
        colleague = an_agent(member(acme, "agent"))
    with enter("globex"):
        an_agent(member(globex, "agent"))
    client = client_of(one)
    told = {(said.where, said.message, said.about): role in said.roles for said in sayings()}

    @async_to_sync
    async def story() -> dict:
        found = {}
        for road in ROADS:
            async with sockets(client, road) as page:
                found[road, "", OWN] = is_open = await _is_open(page)
                for message in {key[1] for key in told if key[0] == road and key[1]}:
                    for about in (OWN, OTHER):
                        # For somebody else nothing is said in the workspace: it would be closed for nonsense.
                        is_said = is_open and not (road == ROADS[0] and about == OTHER)
                        agent = colleague.pk if about == OTHER else 0
                        found[road, message, about] = is_said and await _is_taken(page, message, agent)
        return found

    found = story()
    expected = {key: value for key, value in told.items() if key[0] in ROADS}
    assert {key: found.get(key) for key in expected} == expected
    assert found[ROADS[0], "", OWN] == can_work(one)


async def _is_open(page) -> bool:
    output = await page.receive_output(15)
    return output["type"] == "websocket.send"


async def _is_taken(page, message: str, agent_id: int) -> bool:
    await page.say(_filled(message) | {"agent_id": agent_id})
    while True:
        answer = await page.hear("order_refused")
        if answer["order"] == message:
            return answer["code"] != "not_allowed"


def _filled(message: str) -> dict:
    """The order with made-up values in every field it must have."""
    needed = [one for one in fields(KINDS[message]) if one.default is MISSING and one.name != "agent_id"]
    return {"type": message} | {one.name: _made_up(str(one.type)) for one in needed}


def _made_up(kind: str):
    if "UUID" in kind:
        return str(uuid4())
    return "1" if "str" in kind else 1


def test_a_role_that_is_taken_away_is_out_of_pages_at_once_and_of_sockets_within_a_minute(
    acme,
    globex,
    member,
    client_of,
    sockets,
    redis_server,
    monkeypatch,
):
    """The socket asks again by itself, though nobody tells it; so does every page. globex's stay."""
    from tenants import sockets as road
    from tenants.people.models import Member

    assert road.CHECK_SECONDS + road.BEAT_SECONDS < 60
    monkeypatch.setattr(road, "CHECK_SECONDS", 0.2)
    boss, stays = member(acme, "supervisor"), member(globex, "supervisor")
    client, other = client_of(boss), client_of(stays)

    @async_to_sync
    async def story() -> None:
        async with sockets(client, "/ws/floor/") as page, sockets(other, "/ws/floor/") as theirs:
            await page.hear("snapshot")
            await theirs.hear("snapshot")
            await _in_thread(lambda: _demote(boss))
            assert await page.closed_with() == road.SIGNED_OUT
            await theirs.hear("figures")

    def _demote(who: Member) -> None:
        with enter("acme"):
            Member.objects.filter(pk=who.pk).update(roles=["finance"])

    story()
    assert client.get("/floor/").status_code == 403
    assert other.get("/floor/").status_code == 200


def test_a_seat_that_ends_is_out_of_its_socket_within_a_minute(
    acme,
    globex,
    member,
    client_of,
    sockets,
    redis_server,
    monkeypatch,
):
    from datetime import timedelta

    from django.utils import timezone

    from tenants import sockets as road
    from tenants.people.models import Member

    monkeypatch.setattr(road, "CHECK_SECONDS", 0.2)
    temp = member(acme, "supervisor", seat="temporary", seat_ends_at=timezone.now() + timedelta(hours=1))
    stays = member(globex, "supervisor", seat="temporary", seat_ends_at=timezone.now() + timedelta(hours=1))
    client, other = client_of(temp), client_of(stays)

    def end() -> None:
        with enter("acme"):
            Member.objects.filter(pk=temp.pk).update(seat_ends_at=timezone.now())

    @async_to_sync
    async def story() -> None:
        async with sockets(client, "/ws/floor/") as page, sockets(other, "/ws/floor/") as theirs:
            await page.hear("snapshot")
            await theirs.hear("snapshot")
            await _in_thread(end)
            assert await page.closed_with() == road.SIGNED_OUT
            await theirs.hear("figures")

    story()


async def _in_thread(function) -> None:
    from asgiref.sync import sync_to_async

    await sync_to_async(function)()
