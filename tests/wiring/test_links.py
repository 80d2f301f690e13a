"""Whatever a role of a tenant reaches by links opens for it: nobody is sent to a door that is locked.

The same walk as the browser's in tests/journeys/test_every_page.py, without a browser.
"""

import re
from collections import deque

import pytest
from django.contrib.auth.hashers import make_password

from tenants.people.models import Member
from tests.journeys import stage
from tests.journeys.test_every_page import MOST_PAGES, NOT_A_PAGE, ROLES, kind_of

LINK = re.compile(r'<a[^>]*\shref="([^"#]*)')
STARTS = {username: start for tenant, username, start in ROLES if tenant == "acme"}


@pytest.fixture
def furnished(acme):
    stage.tenant("acme", stage.NUMBERS["acme"], make_password(None))
    return acme


def links(path: str, body: str) -> list[str]:
    found = [link.replace("&amp;", "&") for link in LINK.findall(body)]
    whole = [f"{path.split('?')[0]}{link}" if link.startswith("?") else link for link in found]
    return [link for link in whole if re.match(r"/(?!/)", link) and not NOT_A_PAGE.search(link)]


def locked_doors(client, start: list[str]) -> list[str]:
    """One page of each kind, breadth first."""
    queue, opened, locked = deque((path, "the menu") for path in start), set(), []
    while queue:
        path, before = queue.popleft()
        if kind_of(path) in opened:
            continue
        opened.add(kind_of(path))
        answer = client.get(path)
        if answer.status_code >= 400:
            locked.append(f"{path} answers {answer.status_code}; {before} leads there")
        if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
            queue.extend((link, path) for link in links(path, answer.content.decode()))
    assert len(opened) <= MOST_PAGES, f"{len(opened)} kinds of pages: more than the browser looks at"
    return locked


@pytest.mark.timeout(300)
@pytest.mark.parametrize("username", STARTS)
def test_no_link_leads_to_a_locked_door(furnished, inside, client_of, username):
    with inside(furnished):
        who = Member.objects.get(username=username)
    assert locked_doors(client_of(who), STARTS[username]) == []
