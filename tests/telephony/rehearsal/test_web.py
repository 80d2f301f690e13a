"""Asking the web application, and going on without it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.telephony.rehearsal.theatre import DOMAIN, Theatre, play, text

DIALPLAN = """<document type="freeswitch/xml">
<section name="dialplan"><context name="public"><extension name="web"><condition>
<action application="set" data="from_web=yes"/><action application="answer"/><action application="park"/>
</condition></extension></context></section></document>"""
DIRECTORY = f"""<document type="freeswitch/xml">
<section name="directory"><domain name="{DOMAIN}"><user id="1009"><params>
<param name="password" value="from-web"/></params></user></domain></section></document>"""
NOT_FOUND = """<document type="freeswitch/xml">
<section name="result"><result status="not found"/></section></document>"""


class Web:
    """Answers each question with one body; remembers the questions."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.body, self.status, self.delay = NOT_FOUND, "200 OK", 0.0

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().split("content-length:")[1].split("\r\n")[0])
        form = parse_qs((await reader.readexactly(length)).decode(), keep_blank_values=True)
        self.asked.append((head, {name: values[0] for name, values in form.items()}))
        await asyncio.sleep(self.delay)
        body = self.body.encode()
        writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        writer.close()


def with_web(directory: Path, scene: Callable[[Theatre, Web], Awaitable[Any]]) -> Any:
    async def run(on: Theatre) -> Any:
        web = Web()
        server = await asyncio.start_server(web.meet, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        conf = on.switch.conf.directory / "freeswitch.xml"
        conf.write_text(conf.read_text().replace("http://web", f"http://127.0.0.1:{port}"))
        await on.ask("reloadxml")
        try:
            return await scene(on, web)
        finally:
            server.close()

    return play(directory, run, web="http://web")


def test_the_web_is_asked_first_with_the_fields_of_the_real_switch(tmp_path: Path) -> None:
    async def scene(on: Theatre, web: Web) -> None:
        web.body = DIALPLAN
        leg_id = await on.caller("4001", name="王芳 & co")
        await on.ear.wait("CHANNEL_PARK", Unique_ID=leg_id)
        assert on.switch.legs[leg_id].get("from_web") == "yes"
        [(head, form)] = web.asked
        assert head.startswith("POST /dialplan HTTP/1.1")
        assert "Authorization: Basic c3dpdGNoOndlYi1zZWNyZXQ=" in head
        assert form["section"] == "dialplan"
        assert (form["Hunt-Destination-Number"], form["Caller-Destination-Number"]) == ("4001", "4001")
        assert (form["Caller-Context"], form["Unique-ID"]) == ("public", leg_id)
        assert form["Caller-Caller-ID-Name"] == "王芳 & co"
        assert form["variable_sip_req_user"] == "4001"

    with_web(tmp_path, scene)


@pytest.mark.parametrize("trouble", ["not found", "500", "late", "not xml", "one line"])
def test_without_an_answer_the_static_dialplan_is_used(tmp_path: Path, trouble: str) -> None:
    async def scene(on: Theatre, web: Web) -> None:
        web.body = {
            "not xml": "<h1>oops",
            "one line": "<?xml version='1.0'?>" + DIALPLAN.replace("\n", ""),
        }.get(trouble, DIALPLAN if trouble == "late" else NOT_FOUND)
        web.status = "500 Broken" if trouble == "500" else "200 OK"
        web.delay = 1.0 if trouble == "late" else 0.0
        leg_id = await on.queued()
        assert "from_web" not in on.switch.legs[leg_id].variables
        assert on.switch.legs[leg_id].get("cc_tenant") == "acme"

    with_web(tmp_path, scene)


def test_an_unreachable_web_is_no_reason_to_lose_a_call(tmp_path: Path) -> None:
    async def scene(on: Theatre) -> None:
        await on.queued()

    play(tmp_path, scene, web="http://127.0.0.1:1")


def test_a_phone_registers_with_what_the_directory_knows(tmp_path: Path) -> None:
    async def scene(on: Theatre, web: Web) -> None:
        web.body = DIRECTORY
        register = f"rehearsal phone 1009@{DOMAIN} register"
        for wrong in ("password=wrong", "a1=00", "", "a1=", "password="):
            assert await on.ask(f"{register} {wrong}") == "-ERR 403 Forbidden\n"
        assert (
            await on.ask("rehearsal phone 1010@acme.localhost register password=from-web")
            == "-ERR 403 Forbidden\n"
        )
        assert [event for event in on.ear.heard if event.name == "CUSTOM"] == []
        assert await on.ask(f"{register} password=from-web") == "+OK\n"
        told = await on.ear.wait("sofia::register")
        assert (text(told, "from-user"), text(told, "from-host")) == ("1009", DOMAIN)
        assert web.asked[-1][1]["action"] == "sip_auth"
        assert (web.asked[-1][1]["user"], web.asked[-1][1]["domain"]) == ("1009", DOMAIN)
        assert await on.ask(f"rehearsal phone 1009@{DOMAIN} unregister") == "+OK\n"
        assert text(await on.ear.wait("sofia::unregister"), "from-user") == "1009"

    with_web(tmp_path, scene)
