"""The switch's two questions over HTTP: only the switch is answered, and never with a stack trace."""

from __future__ import annotations

import base64

import pytest
from django.test import RequestFactory

from telephony import queries
from telephony.freeswitch import views
from telephony.freeswitch.documents import NOT_FOUND
from tests.contract.web import Phone, Route

SECRET = "web-secret"
ASKED: list[str] = []


@pytest.fixture(autouse=True)
def _known(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SWITCH = settings.SWITCH | {"secret": SECRET}
    phone = Phone.of("1001", "acme.localhost", "phone-secret")
    route = Route(tenant="acme", number="+862155500001", queue_id=7)
    phones = {("1001", "acme.localhost"): phone}
    monkeypatch.setattr(queries, "device_credentials", lambda user, domain: phones.get((user, domain)))
    routes = {"+862155500001": route}
    monkeypatch.setattr(
        queries, "inbound_route", lambda dialled, caller: ASKED.append(caller) or routes.get(dialled)
    )


def ask(view, secret: str = SECRET, scheme: str = "Basic", **form: str):
    credentials = base64.b64encode(f"switch:{secret}".encode()).decode()
    request = RequestFactory().post("/switch/x", form, HTTP_AUTHORIZATION=f"{scheme} {credentials}")
    return view(request)


def test_a_phone_is_found_by_name_and_domain() -> None:
    answer = ask(views.directory, user="1001", domain="ACME.localhost", action="sip_auth")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/xml")
    assert b'<user id="1001">' in answer.content


@pytest.mark.parametrize(
    "form",
    [
        {"user": "1002", "domain": "acme.localhost"},
        {"user": "1001", "domain": "globex.localhost"},
        {"domain": "acme.localhost"},
        {"purpose": "gateways", "user": "1001", "domain": "acme.localhost"},
        {"purpose": "network-list"},
        {},
    ],
)
def test_other_questions_of_the_directory_find_nothing(form: dict[str, str]) -> None:
    assert ask(views.directory, **form).content.decode() == NOT_FOUND


def test_a_dialled_number_is_led_to_its_queue_and_the_caller_is_told() -> None:
    form = {"Caller-Context": "public", "Hunt-Destination-Number": "+862155500001"}
    assert b"cc_queue=7" in ask(views.dialplan, **form, **{"Caller-Caller-ID-Number": "13812342211"}).content
    assert ASKED[-1] == "13812342211"


def test_a_number_of_nobody_is_told_so() -> None:
    form = {"Caller-Context": "public", "Caller-Destination-Number": "${system}"}
    answer = ask(views.dialplan, **form).content.decode()
    assert "unknown-number" in answer
    assert "system" not in answer


def test_other_contexts_are_the_switchs_own() -> None:
    form = {"Caller-Context": "cc", "Hunt-Destination-Number": "+862155500001"}
    assert ask(views.dialplan, **form).content.decode() == NOT_FOUND


@pytest.mark.parametrize("view", [views.directory, views.dialplan])
def test_nobody_else_is_answered(view) -> None:
    form = {"user": "1001", "domain": "acme.localhost"}
    assert ask(view, secret="wrong", **form).status_code == 401
    assert ask(view, scheme="Bearer", **form).status_code == 401
    assert view(RequestFactory().post("/switch/x", form)).status_code == 401
    assert view(RequestFactory().post("/switch/x", form, HTTP_AUTHORIZATION="Basic %%%")).status_code == 401
    assert view(RequestFactory().get("/switch/x")).status_code == 405


@pytest.mark.parametrize("view", [views.directory, views.dialplan])
def test_without_a_secret_nobody_is_answered(view, settings) -> None:
    settings.SWITCH = settings.SWITCH | {"secret": ""}
    assert ask(view, secret="").status_code == 401
