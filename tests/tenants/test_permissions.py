"""Which role may open which address: the whole table, in permissions.txt, compared with what the product does.

A line is who may GET, who may POST, and the address: o owner, a administrator, s supervisor, g agent, i inspector,
f finance. "May" means not turned away (401, 403, 405, or sent to sign in); what is found there may still be nothing.
"""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.tenants.probing import ROLES, address, ask, patterns

pytestmark = pytest.mark.timeout(900)
TABLE = Path(__file__).with_name("permissions.txt")
LETTERS = dict(zip(ROLES, "oasgif", strict=True))


def test_every_role_opens_exactly_what_the_table_says(garden, acme, someone, published):
    clients = {role: someone(acme, role) for role in ROLES}
    lines = []
    for pattern, name in patterns(get_resolver("contactcenter.urls")):
        if pattern.startswith("admin/") and not name.endswith("_changelist"):
            continue
        where = address(pattern, name, garden)
        lines.append(f"{who(clients, 'get', where)} {who(clients, 'post', where)} {pattern}".strip())
    assert sorted(lines) == sorted(TABLE.read_text().split("\n")[:-1])


def who(clients: dict[str, Client], method: str, where: str) -> str:
    return "".join(
        LETTERS[role] if is_let_in(client, method, where) else "-" for role, client in clients.items()
    )


def is_let_in(client: Client, method: str, where: str) -> bool:
    answer = ask(client, method, where, {})
    is_sent_away = answer.status_code == 302 and "/login/" in answer["Location"]
    return answer.status_code not in (401, 403, 405) and not is_sent_away
