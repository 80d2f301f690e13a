"""The door before Django: who is answered from memory, and what reaches Django exactly as it came."""

from __future__ import annotations

import asyncio
import base64
from typing import Any
from urllib.parse import urlencode

import pytest

from telephony.freeswitch import door
from telephony.freeswitch.door import LARGEST_FORM, SwitchDoor
from telephony.freeswitch.known import KnownAnswers
from telephony.queries import InboundRoute, Treatment
from telephony.queries.known_answers import KnownRoute, KnownTenant
from tenants.queries import TenantOnLine

SECRET, NUMBER, DJANGO = "web-secret", "+862155500001", b"<from django/>"
TENANT = TenantOnLine(
    schema="acme", state="active", language="en", country="CN", time_zone="UTC",
    domains=("acme.localhost",), numbers=(NUMBER, "+862155500002"),
)  # fmt: skip


def route(queue_id: int, **more: Any) -> InboundRoute:
    return InboundRoute(
        tenant="acme", treatment=Treatment.QUEUE, number=NUMBER, language="en", queue_id=queue_id, **more
    )


class Knowledge:
    def __init__(self, is_fresh: bool = True, is_away: bool = False) -> None:
        entries = {NUMBER: KnownRoute(route(7), True), "+862155500002": KnownRoute(route(8), False)}
        self.answers = KnownAnswers([KnownTenant(TENANT, {"1001": (11, "a" * 32)}, entries)])
        self.is_fresh, self.is_away, self.started = is_fresh, is_away, 0

    def start(self) -> None:
        self.started += 1


class Web:
    """Django, as the door sees it."""

    def __init__(self, status: int = 200, seconds: float = 0.0) -> None:
        self.status, self.seconds, self.heard = status, seconds, []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.heard.append((scope["path"], body))
        await asyncio.sleep(self.seconds)
        if self.status == 0:
            raise RuntimeError
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": DJANGO})


def ask(
    knowledge: Knowledge,
    web: Web,
    path: str = "/switch/dialplan",
    *,
    body: bytes | None = None,
    pieces: int = 1,
    told: dict[bytes, bytes] | None = None,
    method: str = "POST",
    secret: str = SECRET,
    **form: str,
) -> tuple[int, bytes]:
    content = urlencode(form).encode() if body is None else body
    credentials = base64.b64encode(f"switch:{SECRET}".encode())
    headers = {
        b"host": b"localhost:8000",
        b"authorization": b"Basic " + credentials,
        b"content-type": b"application/x-www-form-urlencoded",
    } | (told or {})
    size = max(1, -(-len(content) // pieces))
    parts = [content[at : at + size] for at in range(0, max(1, len(content)), size)]
    waiting = [
        {"type": "http.request", "body": part, "more_body": place < len(parts) - 1}
        for place, part in enumerate(parts)
    ]
    sent: list[dict[str, Any]] = []

    async def talk() -> None:
        async def receive() -> dict[str, Any]:
            return waiting.pop(0) if waiting else await asyncio.sleep(60)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "headers": list(headers.items())}
        await SwitchDoor(web, lambda: knowledge, secret=secret, hosts=["localhost"])(scope, receive, send)

    asyncio.run(talk())
    return sent[0]["status"], b"".join(one.get("body", b"") for one in sent)


PHONE = {"user": "1001", "domain": "ACME.localhost", "action": "sip_auth"}
CALL = {"Caller-Context": "public", "Hunt-Destination-Number": NUMBER}


@pytest.mark.parametrize("pieces", [1, 7])
@pytest.mark.parametrize("slash", ["", "/"])
def test_what_is_known_is_answered_without_django(pieces: int, slash: str) -> None:
    knowledge, web = Knowledge(), Web()
    status, said = ask(knowledge, web, "/switch/directory" + slash, pieces=pieces, **PHONE)
    assert (status, b'<user id="1001">' in said) == (200, True)
    assert b"cc_queue=7" in ask(knowledge, web, "/switch/dialplan" + slash, pieces=pieces, **CALL)[1]
    assert web.heard == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/switch/directory", PHONE | {"user": "1002"}),
        ("/switch/directory", PHONE | {"purpose": "gateways"}),
        ("/switch/dialplan", CALL | {"Caller-Context": "flow", "Hunt-Destination-Number": "ask-n1"}),
        ("/switch/dialplan", CALL | {"Caller-Context": "cc"}),
        ("/switch/dialplan", CALL | {"Hunt-Destination-Number": "+99912345"}),
        ("/switch/dialplan", CALL | {"x": "y" * LARGEST_FORM}),
        ("/switch/dialplan", CALL | {f"x{n}": "" for n in range(600)}),
        ("/sign-in/", CALL),
    ],
)
def test_everything_else_reaches_django_as_it_came(path: str, form: dict[str, str]) -> None:
    for pieces in (1, 5):
        web = Web(status=201)
        assert ask(Knowledge(), web, path, pieces=pieces, **form) == (201, DJANGO)
        assert web.heard == [(path, urlencode(form).encode())]


@pytest.mark.parametrize(
    "more",
    [
        {"told": {b"authorization": b"Basic d3Jvbmc6d3Jvbmc="}},
        {"told": {b"authorization": b""}},
        {"told": {b"host": b"acme.localhost:8000"}},
        {"told": {b"content-type": b"text/plain"}},
        {"method": "GET"},
        {"secret": ""},
        {"body": b"Caller-Context=public&Hunt-Destination-Number=\xff"},
    ],
)
def test_who_does_not_ask_as_the_switch_does_is_djangos_to_judge(more: dict[str, Any]) -> None:
    knowledge, web = Knowledge(is_away=True), Web(status=401)
    assert ask(knowledge, web, **{**CALL, **more})[0] == 401
    assert len(web.heard) == 1
    assert knowledge.started == 0


def test_the_last_of_two_fields_counts_and_names_may_be_written_in_code() -> None:
    twice = (
        b"Caller-Context=cc&Caller%2DContext=public&Hunt-Destination-Number=1&"
        + urlencode({"Hunt-Destination-Number": NUMBER}).encode()
    )
    assert b"cc_queue=7" in ask(Knowledge(), Web(), body=twice)[1]


def test_what_is_not_sure_or_not_fresh_is_asked_of_django_and_told_all_the_same_when_it_cannot(
    monkeypatch,
) -> None:
    monkeypatch.setattr(door, "PATIENCE_SECONDS", 0.05)
    unsure = CALL | {"Hunt-Destination-Number": "+862155500002"}
    assert ask(Knowledge(), Web(), **unsure) == (200, DJANGO)
    assert ask(Knowledge(is_fresh=False), Web(), **CALL) == (200, DJANGO)
    for broken in (Web(status=500), Web(status=0), Web(seconds=5)):
        assert b"cc_queue=8" in ask(Knowledge(), broken, **unsure)[1]
    away, web = Knowledge(is_fresh=False, is_away=True), Web()
    assert b"cc_queue=8" in ask(away, web, **unsure)[1]
    assert b"cc_queue=7" in ask(away, web, **CALL)[1]
    assert web.heard == []
