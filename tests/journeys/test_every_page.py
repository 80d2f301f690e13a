"""Every page a role can reach by links opens, fits a telephone, leaves nothing to axe and sends nothing elsewhere.

With SCREENSHOTS=<folder> each page is also photographed, wide and narrow, in both languages.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.journeys.visitor import NARROW, WIDE, Visitor

ROLES = [
    ("acme", "ann", ["/workspace/", "/figures/", "/voicemails/?show=all", "/password/"]),
    ("acme", "supervisor", ["/floor/", "/calls/", "/customers/", "/tickets/", "/quality/", "/reports/"]),
    ("acme", "inspector", ["/quality/"]),
    ("acme", "owner", ["/usage/", "/admin/"]),
    ("globex", "ann", ["/workspace/"]),
    ("globex", "supervisor", ["/floor/", "/calls/", "/customers/", "/tickets/", "/quality/", "/reports/"]),
    ("", "operator", ["/admin/"]),
    ("", "billing", ["/admin/"]),
]
NOT_A_PAGE = re.compile(
    r"/(sign-out|language|audio|export|logout|import|delete|static|api|switch|metrics|healthz)\b|\.(csv|xlsx)"
)
IDS = re.compile(r"/[0-9a-f]{8}-[0-9a-f-]{27}/|/\d+/|(?<=/behind)/\w+/")
MOST_PAGES = 40
SEEN: set[tuple[str, str]] = set()
"""(tenant, kind of page) looked at by an earlier role of this session: once is enough."""


def pattern_of(path: str) -> str:
    return IDS.sub("/…/", urlsplit(path).path)


def links(visitor: Visitor) -> list[str]:
    own = visitor.product.address(visitor.tenant, "")
    found = visitor.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return [url.removeprefix(own).split("#")[0] for url in found if url.startswith(own + "/")]


def reachable(visitor: Visitor, start: list[str], look: Callable[[str], None]) -> list[str]:
    """One path of each kind of page, breadth first; `look` is called on each."""
    queue, pages = list(start), []
    while queue and len(pages) < MOST_PAGES:
        path = queue.pop(0)
        kind = (visitor.tenant, pattern_of(path))
        if kind in SEEN or NOT_A_PAGE.search(path):
            continue
        SEEN.add(kind)
        answer = visitor.go(path)
        assert answer.status < 400, f"{visitor.page.url} answered {answer.status}"
        pages.append(path)
        queue += links(visitor)
        look(path)
    return pages


def settle(visitor: Visitor) -> None:
    """Fragments are in, sockets live."""
    if visitor.page.locator("#live").count():
        visitor.page.wait_for_selector('#live[data-state="live"]')
    else:
        visitor.page.wait_for_load_state("networkidle")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("tenant", "username", "start"), ROLES, ids=[f"{t or 'operators'}-{u}" for t, u, _ in ROLES]
)
def test_every_page_of_a_role(product, visit, tenant, username, start):
    visitor = visit(tenant, username)
    faults: list[str] = []

    def look(path: str) -> None:
        settle(visitor)
        faults.extend(visitor.grave_faults() + too_wide(visitor, path))
        photograph(visitor, path)

    pages = reachable(visitor, start, look)
    visitor.speak("zh-hans")
    for path in pages:
        # The admin's pages are the theme's; what they say in Chinese is looked at with the photographs.
        if not path.startswith("/admin/") or os.environ.get("SCREENSHOTS"):
            visitor.go(path)
            look(path)
    assert not faults, "\n".join(sorted(set(faults)))


def too_wide(visitor: Visitor, path: str) -> list[str]:
    """At a telephone's width nothing but a table's own frame scrolls sideways."""
    visitor.page.set_viewport_size({"width": NARROW, "height": 844})
    width = visitor.page.evaluate("document.documentElement.scrollWidth")
    visitor.page.set_viewport_size({"width": WIDE, "height": 900})
    return [f"{path} is {width} px wide"] if width > NARROW else []


def photograph(visitor: Visitor, path: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        return
    name = re.sub(r"\W+", "_", pattern_of(path).replace("…", "one")).strip("_") or "home"
    for width, height in ((WIDE, 900), (NARROW, 844)):
        visitor.page.set_viewport_size({"width": width, "height": height})
        target = Path(folder) / f"{visitor.tenant or 'operators'}-{name}-{visitor.language}-{width}.png"
        visitor.page.screenshot(path=target, full_page=True)
    visitor.page.set_viewport_size({"width": WIDE, "height": 900})
