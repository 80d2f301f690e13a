"""Refusals become answers that say what to do; headers keep pages to their own server."""

import json

import pytest
from django.http import Http404
from django.test import Client, RequestFactory
from drf_spectacular.generators import SchemaGenerator

from contactcenter import errors
from contactcenter.middleware.refusals import RefusalsAsAnswers
from tenants.errors import BadInput, DomainError, NotAllowed


class PhoneNotRegistered(DomainError):
    """Your phone is not registered. Switch it on, then try again."""


def page(error, **headers):
    request = RequestFactory().get("/workspace/", headers=headers)
    return RefusalsAsAnswers(lambda request: None).process_exception(request, error)


def test_a_refusal_on_a_page_is_a_page():
    answer = page(PhoneNotRegistered())
    assert answer.status_code == 409
    assert "Your phone is not registered. Switch it on, then try again." in answer.content.decode()


def test_a_refusal_to_a_program_is_json():
    answer = page(NotAllowed("Ask your supervisor."), accept="application/json")
    assert answer.status_code == 403
    assert json.loads(answer.content) == {"code": "not_allowed", "message": "Ask your supervisor."}


def test_a_refusal_in_the_api_names_the_field():
    answer = errors.api_answer(BadInput("Eleven digits, please.", field="number"), {})
    assert answer.status_code == 400
    assert answer.data == {"code": "bad_input", "message": "Eleven digits, please.", "field": "number"}


def test_a_hostile_message_is_shown_as_text():
    assert "<script>" not in page(BadInput("<script>alert(1)</script>")).content.decode()


def test_what_is_not_ours_is_left_to_django():
    assert page(ValueError("bug")) is None
    assert page(Http404()) is None


@pytest.mark.parametrize("path", ["/no-such-page/", "/calls/not-a-uuid/"])
def test_a_missing_page_is_ours_and_says_so(acme, path):
    answer = Client(SERVER_NAME="acme.localhost").get(path)
    assert answer.status_code == 404
    assert "This page does not exist, or it is not yours to see." in answer.content.decode()


def test_pages_may_load_from_their_own_server_alone(acme):
    policy = Client(SERVER_NAME="acme.localhost").get("/sign-in/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


def test_the_api_is_described(acme, member, client_of):
    answer = client_of(member(acme, "admin")).get("/api/v1/schema/", headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")
    assert all(path.startswith("/api/v1/") for path in answer.json()["paths"])


def test_the_description_has_one_name_for_each_thing(capsys):
    """Two things of one name would be described as one of them."""
    SchemaGenerator().get_schema(request=None, public=True)
    assert "Warning" not in capsys.readouterr().err


def test_the_api_wants_to_know_who_asks(acme):
    anonymous = Client(SERVER_NAME="acme.localhost")
    paths = anonymous.get("/api/v1/schema/", headers={"accept": "application/json"}).json()["paths"]
    lists = [path for path in paths if "{" not in path and "get" in paths[path]]
    assert lists
    assert {path: anonymous.get(path).status_code for path in lists} == dict.fromkeys(lists, 401)
