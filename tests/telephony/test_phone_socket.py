"""The road of the phone in a page: who comes through to the switch, as whom, and what ends it."""

from contextlib import asynccontextmanager

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings as product
from django.utils import timezone
from websockets.asyncio.server import serve

from telephony import phone_socket
from telephony.actions.page_phones import close_page_phone, open_page_phone
from telephony.models import Agent
from tenants.context import enter
from tenants.sockets import BAD_MESSAGE, NOT_ALLOWED, SIGNED_OUT, TOO_MANY, TROUBLE
from tests.telephony.sockets import browser, sockets  # noqa: F401  (a fixture)
from tests.telephony.staffed import floor  # noqa: F401  (a fixture)
from tests.telephony.test_sip_frames import REGISTER, request


@pytest.fixture(autouse=True)
def _in_this_thread(sockets, monkeypatch):  # noqa: F811
    def here(function, thread_sensitive=True):
        return sync_to_async(function, thread_sensitive=True)

    monkeypatch.setattr(phone_socket, "database_sync_to_async", here)


def phone_of(agent: Agent, client) -> str:
    """Made as the page asks for it; the user name."""
    with enter("acme"):
        key = client.session.session_key
        return open_page_phone(agent_id=agent.pk, session_key=key, at=timezone.now()).username


@asynccontextmanager
async def switch(settings):
    """Says each frame back with a word before it, and remembers who came."""
    came: list[str] = []

    async def answer(line):
        came.append(line.subprotocol)
        async for frame in line:
            await line.send(f"SIP/2.0 200 {frame}")

    async with serve(answer, "127.0.0.1", 0, subprotocols=["sip"]) as server:
        port = server.sockets[0].getsockname()[1]
        settings.SWITCH = product.SWITCH | {"host": "127.0.0.1", "ws_port": port}
        yield came


def page(client, **options):
    return browser(client, "/ws/phone/", **options)


def registering(username: str) -> str:
    own = f"<sip:{username}@acme.localhost>"
    return request(REGISTER, sender=own, to=own)


def test_a_page_speaks_with_the_switch_as_its_own_phone(floor, client_of, settings):  # noqa: F811
    client = client_of(floor["members"]["ann"])
    username = phone_of(floor["ann"], client)

    @async_to_sync
    async def story():
        async with switch(settings) as came:
            one = page(client)
            assert await one.connect(15) == (True, "sip")
            await one.send_to(text_data=registering(username))
            assert await one.receive_from(15) == f"SIP/2.0 200 {registering(username)}"
            assert came == ["sip"]
            await one.send_to(text_data="\r\n\r\n")
            assert await one.receive_from(15) == "\r\n"
            await one.send_to(text_data=registering("page-ffffffffffffffff"))
            assert await one.closed_with() == BAD_MESSAGE

    story()


def test_a_page_that_tries_its_way_for_sound_calls_the_echo_beside_its_phone(floor, client_of, settings):  # noqa: F811
    client = client_of(floor["members"]["ann"])
    username = phone_of(floor["ann"], client)
    own = f"<sip:{username}@acme.localhost>"
    calls = request("INVITE sip:echo@acme.localhost", sender=own, to="<sip:echo@acme.localhost>")

    @async_to_sync
    async def story():
        async with switch(settings):
            phone, check = page(client), browser(client, "/ws/phone-echo/")
            for one in (phone, check):
                assert await one.connect(15) == (True, "sip")
            await check.send_to(text_data=calls)
            assert await check.receive_from(15) == f"SIP/2.0 200 {calls}"
            await phone.send_to(text_data=registering(username))
            assert await phone.receive_from(15) == f"SIP/2.0 200 {registering(username)}"
            await check.send_to(text_data=registering(username))
            assert await check.closed_with() == BAD_MESSAGE
            await phone.send_to(text_data=calls)
            assert await phone.closed_with() == BAD_MESSAGE

    story()


def test_nobody_without_a_phone_of_this_sign_in_comes_through(floor, globex, member, client_of, settings):  # noqa: F811
    ann, ben = client_of(floor["members"]["ann"]), client_of(floor["members"]["ben"])
    phone_of(floor["ann"], ann)
    stranger, elsewhere = client_of(member(globex, "agent")), client_of(floor["members"]["ann"])

    @async_to_sync
    async def story():
        async with switch(settings) as came:
            for other in (ben, stranger, elsewhere):
                one = page(other)
                assert await one.connect(15) == (True, "sip")
                assert await one.closed_with() == NOT_ALLOWED
            foreign = page(ann, origin="http://globex.localhost:8000")
            assert await foreign.connect(15) == (True, "sip")
            assert await foreign.closed_with() == 4403
            plain = browser(ann, "/ws/phone/")
            plain.scope["subprotocols"] = []
            assert (await plain.connect(15))[0] is False
            assert came == []

    story()


def test_it_ends_with_the_sign_in_and_with_the_switch(floor, client_of, settings, monkeypatch):  # noqa: F811
    monkeypatch.setattr(phone_socket, "CHECK_SECONDS", 0.05)
    client = client_of(floor["members"]["ann"])
    phone_of(floor["ann"], client)

    def sign_out():
        with enter("acme"):
            close_page_phone(session_key=client.session.session_key, at=timezone.now())

    @async_to_sync
    async def story():
        async with switch(settings):
            one = page(client)
            await one.connect(15)
        assert await one.closed_with() == TROUBLE
        gone = page(client)
        await gone.connect(15)
        assert await gone.closed_with() == TROUBLE
        async with switch(settings):
            last = page(client)
            await last.connect(15)
            await sync_to_async(sign_out)()
            assert await last.closed_with() == SIGNED_OUT

    story()


def test_a_phone_that_comes_again_has_one_line(floor, client_of, settings):  # noqa: F811
    """Its old line may be dead unnoticed; the switch must not hear of that end after the new beginning."""
    client = client_of(floor["members"]["ann"])
    username = phone_of(floor["ann"], client)

    @async_to_sync
    async def story():
        async with switch(settings) as came:
            old, new = page(client), page(client)
            await old.connect(15)
            await old.send_to(text_data=registering(username))
            await old.receive_from(15)
            await new.connect(15)
            assert await old.closed_with() == phone_socket.REPLACED
            await old.disconnect(15)
            await new.send_to(text_data=registering(username))
            assert await new.receive_from(15) == f"SIP/2.0 200 {registering(username)}"
            assert came == ["sip", "sip"]
            await new.disconnect(15)
        assert ("acme", username) not in phone_socket.PhoneConsumer.here

    story()


def test_floods_and_monsters_are_closed(floor, client_of, settings):  # noqa: F811
    client = client_of(floor["members"]["ann"])
    username = phone_of(floor["ann"], client)

    @async_to_sync
    async def story():
        async with switch(settings):
            big = page(client)
            await big.connect(15)
            await big.send_to(text_data=registering(username) + "x" * 17_000)
            assert await big.closed_with() == BAD_MESSAGE
            busy = page(client)
            await busy.connect(15)
            for _ in range(phone_socket.BURST + 20):
                await busy.send_to(text_data="\r\n\r\n")
            assert await busy.closed_with() == TOO_MANY

    story()
