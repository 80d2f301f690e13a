"""Somebody else's page beside a ringing call is told, signed, whose call it is; of a silent one words are read."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from tests.journeys.test_agent_day import ready_agent, rest, stage, wrap_up
from tests.journeys.widths import LANGUAGES, look_at_widths
from tests.ticketing.test_panels import documented

PAGE = (
    "<!doctype html><html lang=en><title>CRM</title><h1>CRM</h1><p id=said>{said}</p><button>Open the order</button>"
    "<script>parent.postMessage({{type: 'panel.ready'}}, '{issuer}')</script></html>"
)


class Crm:
    """A third party: knows its secret, checks as documented, shows what it was told."""

    def __init__(self) -> None:
        self.secret, self.issuer, self.audience = "", "", ""
        self.told: list[dict] = []
        self.asked: list[str] = []
        self.is_silent = False

    def answer(self, path: str, body: str, referrer: str) -> str:
        self.asked.append(f"{path} {referrer}")
        claims = documented()(
            parse_qs(body)["context"][0],
            self.secret,
            issuer=self.issuer,
            audience=self.audience,
            now=int(time.time()),
        )
        self.told.append(claims)
        return PAGE.format(said=claims.get("caller_number", ""), issuer="" if self.is_silent else self.issuer)


@contextmanager
def listening(crm: Crm, port: int):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            page = crm.answer(self.path, body, self.headers.get("Referer", ""))
            if crm.is_silent:
                page = "<!doctype html><p>…</p>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_given) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def crm(product):
    made = Crm()
    made.audience = f"http://127.0.0.1:{product.panel_port}"
    made.issuer = product.address("acme", "").rstrip("/")
    with listening(made, product.panel_port):
        yield made


def add_panel(owner, crm) -> str:
    """By its page; its own page's path."""
    page = owner.page
    owner.go("/panels/new/")
    page.fill("[name=name]", "CRM")
    page.fill("[name=url]", f"{crm.audience}/beside?of=acme")
    for place in ("call", "customer", "ticket"):
        page.locator(f"[name=places][value={place}]").check()
    page.locator("[name=roles][value=owner]").check()
    page.click("form.form .button--primary")
    crm.secret = page.locator(".note--warning code").inner_text()
    return page.url.partition(owner.product.address("acme", ""))[2] or page.url


def went_only_to(visitor, crm) -> None:
    """The one place outside where it may have gone; whoever ends the visit looks for others."""
    assert [url for url in visitor.left_the_server if not url.startswith(crm.audience)] == []
    visitor.left_the_server.clear()


def drop_panel(owner, where: str) -> None:
    """What the next test would ask somebody outside."""
    owner.go(where)
    owner.page.locator("main details summary").last.click()
    owner.page.click("form[action$='/delete/'] button")
    owner.page.wait_for_url("**/panels/")


@pytest.mark.timeout(600)
def test_a_panel_is_told_whose_call_rings(product, visit, crm):
    owner = visit("acme", "owner")
    where = add_panel(owner, crm)
    ann = ready_agent(product, visit, "ann", "1001")
    for number, masked in (("13812342211", "2211"), ("13900001111", "1111")):
        product.call("acme", number)
        stage(ann, "ringing")
        expect(ann.page.locator("#pop tenant-panel")).to_have_attribute("data-state", "ready")
        ann.page.keyboard.press("Alt+A")
        stage(ann, "talking")
        inside = ann.page.frame_locator("#pop tenant-panel iframe")
        expect(inside.locator("#said")).to_contain_text(masked)
        assert (crm.told[-1]["place"], crm.told[-1]["roles"]) == ("call", ["agent"])
        assert number not in str(crm.told[-1])
        faults = look_at_widths(ann, f"panel-call-{masked}")
        assert not faults, faults
        wrap_up(ann)
    assert crm.told[0]["call_id"] != crm.told[-1]["call_id"]
    assert set(crm.asked) == {"/beside?of=acme "}
    went_only_to(ann, crm)
    rest(ann)
    drop_panel(owner, where)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_panels_suit_three_widths(visit, crm, language):
    owner = visit("acme", "owner")
    where = add_panel(owner, crm)
    owner.speak(language)
    faults = []
    pages = {"panels": "/panels/", "panel-new": "/panels/new/", "panel": where}
    for name, path in pages.items():
        owner.go(path)
        faults += look_at_widths(owner, name)
    owner.go("/customers/")
    customer = owner.page.locator("tbody a").first.get_attribute("href")
    owner.go(customer)
    panels = owner.page.locator("tenant-panel")
    panels.first.scroll_into_view_if_needed()
    expect(panels.first).to_have_attribute("data-state", "ready", timeout=60_000)
    owner.page.locator("tenant-panel iframe").first.focus()
    owner.page.keyboard.press("Tab")
    owner.page.keyboard.press("Tab")
    assert owner.page.evaluate("document.activeElement.tagName") != "IFRAME"
    faults += look_at_widths(owner, "panel-customer")
    crm.is_silent = True
    owner.go(customer)
    owner.page.locator("tenant-panel").first.scroll_into_view_if_needed()
    again = owner.page.locator("tenant-panel").first.get_by_role("button")
    expect(again).to_be_visible(timeout=60_000)
    faults += look_at_widths(owner, "panel-silent")
    crm.is_silent = False
    again.click()
    expect(owner.page.locator("tenant-panel").first).to_have_attribute("data-state", "ready", timeout=60_000)
    went_only_to(owner, crm)
    drop_panel(owner, where)
    assert not faults, "\n".join(faults)
