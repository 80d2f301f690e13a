"""Every page a role can reach by links opens, fits a telephone, leaves nothing to axe and sends nothing elsewhere.

Each kind of page is looked at once per tenant, each template in both languages. With SCREENSHOTS=<folder> every kind
is photographed, in both.
"""

import re
from collections import deque
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import press_on
from tests.journeys.looks import FOLDER, look, look_in_chinese
from tests.journeys.visitor import NARROW, WIDE, Visitor

OWN_PAGES = ["/floor/", "/calls/", "/customers/", "/tickets/", "/quality/", "/reports/"]
ROLES = [
    # Who sees most goes first: what was looked at once is only opened for those who follow.
    ("acme", "owner", [*OWN_PAGES, "/usage/", "/operations/", "/mentees/", "/admin/"]),
    ("acme", "ann", ["/workspace/", "/phone-check/", "/figures/", "/voicemails/?show=all", "/password/"]),
    ("acme", "inspector", ["/quality/"]),
    ("acme", "supervisor", [*OWN_PAGES, "/admin/telephony/"]),
    ("acme", "finance", ["/usage/", "/invoices/"]),
    ("globex", "supervisor", OWN_PAGES),
    ("globex", "ann", ["/workspace/"]),
    ("", "operator", ["/admin/"]),
    ("", "billing", ["/admin/"]),
]
WITHOUT_OWN_ADMIN = {"globex"}
"""Its admin is acme's with less in it; its own pages are those of a tenant where nothing has happened yet."""
NOT_A_PAGE = re.compile(
    r"/(sign-out|language|audio|export|logout|import|delete|static|api|switch|metrics|healthz)\b|\.(csv|xlsx|pdf)"
)
IDS = re.compile(r"/[0-9a-f]{8}-[0-9a-f-]{27}/|/\d+/|(?<=/behind)/\w+/")
SAME_TEMPLATE = [
    (re.compile(r"^/admin/\w+/$"), "/admin/app/"),
    (re.compile(r"^/admin/.*/history/$"), "/admin/app/model/…/history/"),
]
OF_ONE_APP = re.compile(r"^(/admin/\w+/)\w+/(…/)?(add/|change/)?$")
MOST_PAGES = 220
SEEN: dict[tuple[str, str], str] = {}
"""(tenant, kind of page) → who looked at it in this session."""


def kind_of(path: str) -> str:
    kind = IDS.sub("/…/", urlsplit(path).path)
    return next((name for pattern, name in SAME_TEMPLATE if pattern.match(kind)), kind)


def template_of(kind: str) -> str:
    """Lists of one app in the admin are one template, and its forms another; elsewhere each kind has its own."""
    found = OF_ONE_APP.match(kind)
    return f"{found[1]}{'form' if found[3] else 'list'}" if found else kind


def links(visitor: Visitor) -> list[str]:
    own = visitor.product.address(visitor.tenant, "")
    found = visitor.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return [url.removeprefix(own).split("#")[0] for url in found if url.startswith(own + "/")]


def is_worth_opening(visitor: Visitor, path: str) -> bool:
    if NOT_A_PAGE.search(path):
        return False
    is_admin = path.startswith("/admin/")
    if is_admin and visitor.tenant in WITHOUT_OWN_ADMIN:
        return False
    return not (is_admin and (visitor.tenant, kind_of(path)) in SEEN)


def crawl(visitor: Visitor, who: str, start: list[str]) -> list[str]:
    """Opens one page of each kind, breadth first, and looks at those nobody has looked at; the faults found."""
    # A second try looks again at what the first has seen.
    for key in [key for key, seer in SEEN.items() if (key[0], seer) == (visitor.tenant, who)]:
        del SEEN[key]
    queue, opened, in_chinese, faults = deque(start), set(), set(), []
    while queue:
        path = queue.popleft()
        kind = kind_of(path)
        if kind in opened or not (path in start or is_worth_opening(visitor, path)):
            continue
        opened.add(kind)
        assert len(opened) <= MOST_PAGES, f"{who} finds more pages than are looked at"
        answer = visitor.go(path)
        assert answer.status < 400, f"{visitor.page.url} answered {answer.status} to {who}"
        queue.extend(links(visitor))
        if SEEN.setdefault((visitor.tenant, kind), who) != who:
            continue
        faults += look(visitor, kind)
        if FOLDER or template_of(kind) not in in_chinese:
            in_chinese.add(template_of(kind))
            faults += look_in_chinese(visitor, path, kind)
    return faults


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("tenant", "username", "start"), ROLES, ids=[f"{t or 'operators'}-{u}" for t, u, _ in ROLES]
)
def test_every_page_of_a_role(product, visit, tenant, username, start):
    faults = crawl(visit(tenant, username), username, start)
    assert not faults, "\n".join(sorted(set(faults)))


def test_on_a_telephone_filters_are_folded_until_they_are_wanted(visit):
    boss = visit("acme", "supervisor", width=NARROW)
    boss.go("/calls/?number=13812342211")
    label, filters = boss.page.locator(".fold__label"), boss.page.locator(".filters")
    expect(label).to_contain_text("1 in use")
    expect(filters).to_be_hidden()
    press_on(boss, "#fold-filters", "Space")
    expect(filters).to_be_visible()
    boss.page.set_viewport_size({"width": WIDE, "height": 900})
    expect(label).to_be_hidden()
    expect(filters).to_be_visible()
