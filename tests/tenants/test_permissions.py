"""Which role may open which address: the whole table, in permissions.txt, compared with what the product does and with
what its own page of rights says.

What the table's lines say stands in table.py.
"""

import pytest
from django.test import Client
from django.urls import get_resolver

from tenants.people.doors import doors
from tests.tenants.probing import address, ask, patterns
from tests.tenants.table import LETTERS, Line, table

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def unwritten_pages(monkeypatch):
    """Who is let in is known before a page is written: the words of thousands of pages are left out."""
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *_given, **_more: "")


def test_every_role_opens_exactly_what_the_table_says(garden, acme, someone, published, unwritten_pages):
    clients = {role: someone(acme, role) for role in LETTERS}
    found = []
    for pattern, name in patterns(get_resolver("contactcenter.urls")):
        if pattern.startswith("admin/") and not name.endswith("_changelist"):
            continue
        where = address(pattern, name, garden)
        found.append((who(clients, "get", where), who(clients, "post", where), pattern))
    assert sorted(found) == sorted(table())


def test_the_page_of_rights_says_what_the_table_says():
    """It is read from the doors themselves; what a door does not declare would be missing here."""
    told = [(written(door.reading), written(door.writing), door.pattern) for door in doors()]
    # What a page of the settings lets somebody do is said by the right beside it: its address alone says who looks.
    assert sorted(read_only(told)) == sorted(read_only(table()))


def read_only(lines: list[Line]) -> list[Line]:
    return [
        (reading, "" if where.startswith("admin/") else writing, where) for reading, writing, where in lines
    ]


def written(roles: frozenset[str]) -> str:
    return "".join(letter for role, letter in LETTERS.items() if role in roles)


def who(clients: dict[str, Client], method: str, where: str) -> str:
    return written(frozenset(role for role, client in clients.items() if is_let_in(client, method, where)))


def is_let_in(client: Client, method: str, where: str) -> bool:
    answer = ask(client, method, where, {})
    is_sent_away = answer.status_code == 302 and "/login/" in answer["Location"]
    return answer.status_code not in (401, 403, 405) and not is_sent_away
