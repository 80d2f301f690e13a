"""Which role may open which address: the whole table, in permissions.txt, compared with what the product does and with
what its own page of rights says.

A line is who may GET, who may POST, and the address. A letter is a role, a dash nothing: o owner, a administrator,
s supervisor, g agent, i inspector, f finance, t team lead, h operations, m project manager, p project member. "May" is
not being turned away (401, 403, 405, or sent to sign in); what is found there may still be nothing.
"""

from pathlib import Path

import pytest
from django.test import Client

from tenants.people.doors import doors
from tests.tenants.probing import ask, named_addresses

pytestmark = pytest.mark.timeout(900)
TABLE = Path(__file__).with_name("permissions.txt")
LETTERS = {
    "owner": "o", "admin": "a", "supervisor": "s", "agent": "g", "inspector": "i", "finance": "f",
    "team_lead": "t", "operations": "h", "project_manager": "m", "project_member": "p",
}  # fmt: skip
Line = tuple[str, str, str]


@pytest.fixture
def unwritten_pages(monkeypatch):
    """Who is let in is known before a page is written: the words of thousands of pages are left out."""
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *_given, **_more: "")


def test_every_role_opens_exactly_what_the_table_says(garden, acme, someone, published, unwritten_pages):
    clients = {role: someone(acme, role) for role in LETTERS}
    found = []
    for where, pattern, name in named_addresses(garden):
        if pattern.startswith("admin/") and not name.endswith("_changelist"):
            continue
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


def table() -> list[Line]:
    return [_line(text) for text in TABLE.read_text().split("\n")[:-1]]


def _line(text: str) -> Line:
    """Letters in any order, and as many dashes as one likes: a line says the same to whoever wrote it."""
    reading, writing, *pattern = text.split(" ", 2)
    return sorted_letters(reading), sorted_letters(writing), pattern[0] if pattern else ""


def sorted_letters(text: str) -> str:
    return "".join(letter for letter in LETTERS.values() if letter in text)


def written(roles: frozenset[str]) -> str:
    return "".join(letter for role, letter in LETTERS.items() if role in roles)


def who(clients: dict[str, Client], method: str, where: str) -> str:
    return written(frozenset(role for role, client in clients.items() if is_let_in(client, method, where)))


def is_let_in(client: Client, method: str, where: str) -> bool:
    answer = ask(client, method, where, {})
    is_sent_away = answer.status_code == 302 and "/login/" in answer["Location"]
    return answer.status_code not in (401, 403, 405) and not is_sent_away
