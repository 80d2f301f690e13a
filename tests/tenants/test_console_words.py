"""What the doors and the admin say: the same order in both languages, deeds in words, empty lists that teach."""

import ast
import re

import pytest
from django.test import Client

from contactcenter.environment import PROJECT
from telephony.models import CustodyEntry
from tenants.people.actions import record_audit
from tenants.people.verbs import KNOWN, OF_A_THING

DOOR = {"headers": {"host": "acme.localhost"}}


@pytest.fixture
def owner(acme, member, client_of) -> Client:
    return client_of(member(acme, "owner"))


def in_chinese(client: Client, path: str) -> str:
    client.cookies["django_language"] = "zh-hans"
    return client.get(path).content.decode()


def test_the_language_changed_at_the_door_leads_where_one_wanted(acme, client):
    wanted = "/sign-in/?next=/calls/"
    answer = client.post("/language/", {"language": "zh-hans", "next": wanted}, **DOOR)
    assert (answer.status_code, answer.url) == (302, wanted)
    assert client.post("/language/", {"language": "en", "next": "//elsewhere.example/"}, **DOOR).url == "/"


def test_a_refused_sign_in_waits_in_the_password(acme, client):
    page = client.post("/sign-in/", {"username": "nobody", "password": "x"}, **DOOR).content.decode()
    assert re.findall(r'<input[^>]*name="(\w+)"[^>]*autofocus', page) == ["password"]


def test_a_form_without_its_token_says_what_to_do(acme):
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "x"}, **DOOR)
    assert answer.status_code == 403
    assert "This page is out of date" in answer.content.decode()


def test_the_menu_of_the_admin_has_one_order_in_both_languages(owner):
    menu = re.compile(r'href="(/admin/\w+/\w+/)"')
    english = menu.findall(owner.get("/admin/").content.decode())
    assert english == menu.findall(in_chinese(owner, "/admin/"))
    assert english.index("/admin/telephony/queue/") < english.index("/admin/people/member/")


def test_the_audit_log_says_in_words_what_was_done_to_what(owner, in_acme):
    record_audit(verb="customer.number_revealed", subject="ticketing.customer:7")
    page = in_chinese(owner, "/admin/people/auditentry/")
    assert "查看完整号码" in page
    assert ">customer.number_revealed<" not in page
    assert "ticketing.customer" not in page


def test_every_verb_of_the_audit_log_has_words():
    """A verb the log writes and the pages do not know would stand there in English in a Chinese page."""
    written = set()
    for app in ("tenants", "telephony", "ticketing", "quality", "reporting", "contactcenter"):
        for path in (PROJECT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.keyword) and node.arg == "verb":
                    written |= _texts(node.value)
    # What the ledger of recordings says has words of its own.
    of_custody = set(CustodyEntry.Verb.values)
    assert written - set(KNOWN) - set(OF_A_THING) - of_custody == set()


def _texts(value: ast.expr) -> set[str]:
    """A text, or both of a choice between two; a text with something filled in is not looked at."""
    if isinstance(value, ast.IfExp):
        return _texts(value.body) | _texts(value.orelse)
    return {value.value} if isinstance(value, ast.Constant) else set()


def test_an_empty_list_says_what_belongs_into_it(owner):
    assert "A skill is what an agent can do" in owner.get("/admin/telephony/skill/").content.decode()
    searched = owner.get("/admin/telephony/skill/?q=none").content.decode()
    assert "Nothing matches" in searched
    assert "A skill is" not in searched
