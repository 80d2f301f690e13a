"""The door of sockets: Host says which tenant, the session says who, Origin must be Host."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.testing import ApplicationCommunicator
from django.db import connection

from contactcenter.middleware import socket_door
from contactcenter.middleware.socket_door import (
    FOREIGN_ORIGIN,
    NO_TENANT,
    NOT_SIGNED_IN,
    TOO_MANY,
    SocketDoor,
)


@pytest.fixture(autouse=True)
def _in_this_thread(monkeypatch):
    """The test's transaction is seen by its own thread alone."""
    monkeypatch.setattr(socket_door, "database_sync_to_async", lambda function, **_: sync_to_async(function))


async def room(scope, receive, send):
    """A consumer that only says who came in."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": f"{scope['schema_name']} {scope['member'].name}"})


def knock(host="acme.localhost:8000", origin="http://acme.localhost:8000", session="", door=None):
    """What the browser gets: the text of the first message, or the close code."""
    headers = [(b"host", host.encode())]
    if origin:
        headers.append((b"origin", origin.encode()))
    if session:
        headers.append((b"cookie", f"sessionid={session}".encode()))
    scope = {"type": "websocket", "path": "/ws/workspace/", "headers": headers, "query_string": b""}

    async def talk():
        browser = ApplicationCommunicator(door or SocketDoor(room), scope)
        await browser.send_input({"type": "websocket.connect"})
        await browser.receive_output()
        said = await browser.receive_output()
        return said.get("text", said.get("code"))

    return async_to_sync(talk)()


def session_of(client):
    return client.cookies["sessionid"].value


def test_a_signed_in_member_comes_into_his_tenant(acme, member, client_of):
    client = client_of(member(acme, "agent", name="Wang Fang"))
    assert knock(session=session_of(client)) == "acme Wang Fang"
    assert connection.schema_name == "public"


def test_nobody_comes_in_without_a_session(acme):
    assert knock() == NOT_SIGNED_IN
    assert knock(session="made-up") == NOT_SIGNED_IN


def test_a_session_of_one_tenant_opens_no_other(acme, globex, member, client_of):
    session = session_of(client_of(member(acme, "agent")))
    assert (
        knock(host="globex.localhost:8000", origin="http://globex.localhost:8000", session=session)
        == NOT_SIGNED_IN
    )


def test_a_page_of_another_host_may_not_use_these_cookies(acme, member, client_of):
    session = session_of(client_of(member(acme, "agent")))
    for origin in (
        "http://globex.localhost:8000",
        "http://evil.example",
        "null",
        "",
        "http://acme.localhost:9999",
    ):
        assert knock(origin=origin, session=session) == FOREIGN_ORIGIN, origin


def test_a_suspended_tenants_door_is_shut(acme, member, client_of):
    session = session_of(client_of(member(acme, "agent")))
    acme.state = "suspended"
    acme.save()
    assert knock(session=session) == NO_TENANT


def test_a_disabled_member_stays_outside(acme, member, client_of, inside):
    who = member(acme, "agent")
    session = session_of(client_of(who))
    with inside(acme):
        who.is_active = False
        who.save()
    assert knock(session=session) == NOT_SIGNED_IN


def test_there_is_no_socket_at_the_operators_host(db):
    assert knock(host="localhost:8000", origin="http://localhost:8000") == NO_TENANT


def test_who_opens_sockets_in_heaps_is_refused_and_the_other_tenant_comes_in(
    acme, globex, member, client_of, settings, monkeypatch
):
    wang, li, ann = (
        member(acme, "agent", name="Wang"),
        member(acme, "agent", name="Li"),
        member(globex, "agent"),
    )
    mine, colleagues, theirs = (session_of(client_of(who)) for who in (wang, li, ann))
    elsewhere = {"host": "globex.localhost:8000", "origin": "http://globex.localhost:8000"}
    monkeypatch.setattr(socket_door, "MOST_OF_A_MEMBER", 2)
    settings.SOCKETS_SHARE = 3
    door = SocketDoor(room)
    for _ in range(5):
        assert knock(session=mine, door=door) == "acme Wang"
    assert not door._inside, "who has left keeps no place"
    for _ in range(2):
        door._take_places("acme", wang.pk)
    assert knock(session=mine, door=door) == TOO_MANY
    assert knock(session=colleagues, door=door) == "acme Li"
    door._take_places("acme", 0)
    assert knock(session=colleagues, door=door) == TOO_MANY
    assert knock(session=theirs, door=door, **elsewhere).startswith("globex ")
