"""The host name alone decides whose pages these are."""

import pytest
from django.test import Client


def get(host, path="/", **headers):
    return Client(SERVER_NAME=host).get(path, headers=headers)


def test_a_host_of_nobody_is_said_to_be_nobodys(db):
    answer = get("nobody.localhost")
    assert answer.status_code == 404
    assert "This address belongs to no call centre" in answer.content.decode()


def test_a_program_at_a_host_of_nobody_gets_json(db):
    answer = get("nobody.localhost", accept="application/json")
    assert answer.status_code == 404
    assert answer.json()["code"] == "no_tenant"


@pytest.mark.parametrize(
    "host", ["acme.localhost.evil.example", "evil.example", "acme", "[::1]", "acme.localhost."]
)
def test_a_host_that_only_resembles_a_tenants_is_nobodys(acme, host):
    assert get(host, "/sign-in/").status_code in (400, 404)


def test_a_suspended_tenant_gets_a_clear_page_and_nothing_else(acme, globex):
    acme.state = "suspended"
    acme.save()
    answer = get("acme.localhost", "/admin/")
    assert answer.status_code == 403
    assert "This call centre is suspended" in answer.content.decode()
    assert get("globex.localhost", "/sign-in/").status_code == 200


def test_a_suspended_tenant_is_told_in_its_language(acme):
    acme.state, acme.language = "suspended", "zh-hans"
    acme.save()
    assert "该呼叫中心已停用" in get("acme.localhost").content.decode()


def test_a_closed_tenant_is_nobody(acme):
    acme.state = "closed"
    acme.save()
    assert get("acme.localhost").status_code == 404


def test_a_session_of_one_tenant_is_nothing_at_another(acme, globex, member, client_of):
    agent = client_of(member(acme, "admin"))
    assert agent.get("/admin/").status_code == 200
    elsewhere = agent.get("/admin/", headers={"host": "globex.localhost"}, SERVER_NAME="globex.localhost")
    assert elsewhere.status_code == 302
    assert "sign-in" in elsewhere["Location"] or "login" in elsewhere["Location"]


def test_operators_pages_are_not_at_a_tenants_host(acme):
    for path in ("/healthz", "/metrics", "/switch/dialplan"):
        assert get("acme.localhost", path).status_code == 404, path


def test_cookies_stay_with_their_host(acme):
    cookies = get("acme.localhost", "/sign-in/").cookies
    assert cookies["csrftoken"]["domain"] == ""
    assert cookies["csrftoken"]["samesite"] == "Lax"
