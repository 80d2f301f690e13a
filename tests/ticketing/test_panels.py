"""Panels: who keeps them, who sees them, what they are told, and that nobody else can have said it."""

import json
import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contactcenter.environment import PROJECT
from tenants.context import enter
from tenants.people.models import AuditEntry
from tenants.secrets import unseal
from tests.telephony_rows import a_call
from ticketing import actions
from ticketing.panels.models import Panel
from ticketing.panels.tokens import new_secret, sign

URL = "https://crm.example.com:8443/panel?of=us"
ORIGIN = "https://crm.example.com:8443"
NEW = {
    "name": "CRM", "url": URL, "is_on": "on", "places": ["call", "customer", "ticket"],
    "roles": ["agent", "supervisor"],
}  # fmt: skip
ISSUER = "http://acme.localhost"


def documented():
    """The check of docs/panels.md, as a reader would copy it."""
    [code] = re.findall(r"```python\n(.*?)```", (PROJECT / "docs/panels.md").read_text(), re.DOTALL)
    names = {}
    exec(code, names)
    return names["context_of"]


def checked(token, secret, **other):
    return documented()(
        token, secret, **({"issuer": ISSUER, "audience": ORIGIN, "now": int(time.time())} | other)
    )


@pytest.fixture
def browser(acme, globex, member, client_of):
    """browser("admin"), browser("owner", globex)"""
    return lambda role, tenant=None: client_of(member(tenant or acme, role))


@pytest.fixture
def panel(browser):
    """A panel of acme and its secret."""
    page = browser("owner").post("/panels/new/", NEW, follow=True).content.decode()
    [secret] = re.findall(r"panel_[\w-]{43}", page)
    with enter("acme"):
        return Panel.objects.get(), secret


@pytest.fixture
def wang(acme, panel, in_acme, now):
    return actions.create_customer(name="Wang", numbers=["13812342211"], country="CN", at=now)


@pytest.fixture
def call(wang, now):
    return a_call(now, caller_number="+8613812342211")


def told(client, panel, place, subject):
    return client.post(f"/panels/{panel.pk}/open/", {"place": place, "subject": str(subject)})


def policy(client, path) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.headers["Content-Security-Policy"]


def test_an_admin_keeps_panels_and_sees_the_secret_once(browser, acme, globex):
    admin = browser("admin")
    added = admin.post("/panels/new/", NEW, follow=True)
    [secret] = re.findall(r"panel_[\w-]{43}", added.content.decode())
    where = added.request["PATH_INFO"]
    assert "panel_" not in admin.get(where).content.decode()
    admin.post(f"{where}change/", NEW | {"name": "<b>Shop</b>"})
    assert "&lt;b&gt;Shop&lt;/b&gt;" in admin.get("/panels/").content.decode()
    [renewed] = re.findall(r"panel_[\w-]{43}", admin.post(f"{where}secret/", follow=True).content.decode())
    assert renewed != secret
    other = browser("owner", globex)
    assert other.get(where).status_code == 404
    assert "No panel yet" in other.get("/panels/").content.decode()
    assert other.post(f"{where}delete/").status_code == 404
    with enter("acme"):
        assert unseal(Panel.objects.get().secret) == renewed
    admin.post(f"{where}delete/")
    with enter("acme"):
        assert not Panel.objects.exists()
        entries = AuditEntry.objects.filter(subject__startswith="ticketing.panel").order_by("id")
        assert [entry.verb for entry in entries] == ["added", "changed", "secret renewed", "deleted"]
        everything = json.dumps([[entry.before, entry.after] for entry in entries])
        assert secret not in everything
        assert renewed not in everything


def test_only_an_owner_lets_numbers_out(panel, browser, call):
    where = f"/panels/{panel[0].pk}/change/"
    agent, admin = browser("supervisor"), browser("admin")
    admin.post(where, NEW | {"sees_numbers": "on"})
    masked = checked(told(agent, panel[0], "call", call.pk).json()["token"], panel[1])
    assert (masked["caller_number"].count("*") > 0, masked["is_masked"]) == (True, True)
    browser("owner").post(where, NEW | {"sees_numbers": "on"})
    whole = checked(told(agent, panel[0], "call", call.pk).json()["token"], panel[1])
    assert (whole["caller_number"], whole["is_masked"]) == ("+8613812342211", False)
    with enter("acme"):
        assert AuditEntry.objects.filter(verb="changed", after__sees_numbers=True).count() == 1


def test_a_tenant_has_ten_panels_at_most(browser):
    admin = browser("admin")
    for number in range(10):
        admin.post("/panels/new/", NEW | {"name": f"Panel {number}"})
    refused = admin.post("/panels/new/", NEW)
    assert refused.status_code == 422
    assert "There are 10 panels already." in refused.content.decode()
    with enter("acme"):
        assert Panel.objects.count() == 10


def test_a_panel_is_told_what_is_open_and_can_check_it(panel, browser, call, wang, now):
    row, secret = panel
    with enter("acme"):
        ticket = actions.open_ticket(subject="Fridge", customer_id=wang.pk, call_id=call.pk, at=now)
    boss = browser("supervisor")
    answer = told(boss, row, "call", call.pk)
    assert (answer.json()["url"], answer.json()["origin"]) == (URL, ORIGIN)
    assert answer.headers["Cache-Control"].count("no-store") == 1
    claims = checked(answer.json()["token"], secret)
    assert claims["exp"] - claims["iat"] == 60
    kept = ("iss", "aud", "tenant", "panel", "roles", "language", "theme", "place", "call_id", "customer_id")
    assert [claims[name] for name in kept] == [
        ISSUER, ORIGIN, "acme", row.pk, ["supervisor"], "en", "system", "call", str(call.pk), wang.pk,
    ]  # fmt: skip
    again = checked(told(boss, row, "call", call.pk).json()["token"], secret)
    assert again["jti"] != claims["jti"]
    of_ticket = checked(told(boss, row, "ticket", ticket.number).json()["token"], secret)
    assert (of_ticket["ticket_number"], of_ticket["call_id"]) == (ticket.number, str(call.pk))
    of_customer = checked(told(boss, row, "customer", wang.pk).json()["token"], secret)
    assert of_customer["customer_id"] == wang.pk
    assert "caller_number" not in of_customer


def test_a_page_asks_once_for_its_panels(panel, browser, wang):
    supervisor = browser("supervisor")
    with CaptureQueriesContext(connection) as asked:
        assert ORIGIN in policy(supervisor, f"/customers/{wang.pk}/")
    assert sum('FROM "ticketing_panel"' in query["sql"] for query in asked) == 1


def test_nobody_else_can_have_said_it(panel, browser, wang):
    row, secret = panel
    token = told(browser("supervisor"), row, "customer", wang.pk).json()["token"]
    head, body, signature = token.split(".")
    none = "eyJhbGciOiJub25lIn0"
    forged = sign({"iss": ISSUER, "aud": ORIGIN}, new_secret(), now=int(time.time()))
    late = sign({"iss": ISSUER, "aud": ORIGIN}, secret, now=int(time.time()) - 66)
    early = sign({"iss": ISSUER, "aud": ORIGIN}, secret, now=int(time.time()) + 10)
    elsewhere = sign({"iss": "http://globex.localhost", "aud": ORIGIN}, secret, now=int(time.time()))
    for bad in (forged, late, early, elsewhere, f"{none}.{body}.", f"{none}.{body}.{signature}",
                f"{head}.{body[:-4]}AAAA.{signature}", head, ""):  # fmt: skip
        with pytest.raises(ValueError):  # noqa: PT011  (the documented check raises it)
            checked(bad, secret)
    with pytest.raises(ValueError, match="for somebody else"):
        checked(token, secret, audience="https://other.example")
    assert checked(sign({"iss": ISSUER, "aud": ORIGIN}, secret, now=int(time.time()) - 62), secret)


def test_a_panel_is_opened_only_by_who_sees_it_and_what_is_open(panel, browser, call, wang, globex, in_acme):
    row, _secret = panel
    assert told(browser("inspector"), row, "customer", wang.pk).status_code == 404
    assert told(browser("finance"), row, "customer", wang.pk).status_code == 403
    assert told(browser("supervisor", globex), row, "customer", wang.pk).status_code == 404
    agent, boss = browser("agent"), browser("supervisor")
    assert told(agent, row, "call", call.pk).status_code == 404
    assert told(agent, row, "customer", wang.pk).status_code == 200
    for place, subject in (
        ("call", "x"),
        ("customer", "999999"),
        ("customer", "²"),
        ("ticket", "-1"),
        ("", "1"),
    ):
        assert told(boss, row, place, subject).status_code == 404
    Panel.objects.update(is_on=False)
    assert told(boss, row, "customer", wang.pk).status_code == 404


def test_a_page_may_frame_the_panels_of_its_own_tenant_and_reader_alone(panel, browser, call, wang, globex):
    boss, paths = browser("supervisor"), (f"/calls/{call.pk}/", f"/customers/{wang.pk}/")
    for path in paths:
        found = policy(boss, path)
        assert {f"frame-src {ORIGIN}", f"form-action 'self' {ORIGIN}", "script-src 'self'"} <= set(
            found.split("; ")
        )
    assert "<tenant-panel" in boss.get(paths[1]).content.decode()
    assert "<tenant-panel" in boss.get(f"/customers/pop/{call.pk}/").content.decode()
    for client, path in (
        (browser("inspector"), paths[1]), (boss, "/customers/"), (browser("supervisor", globex), "/calls/"),
        (browser("agent", globex), "/customers/"),
    ):  # fmt: skip
        found = policy(client, path)
        assert "frame-src" not in found
        assert "crm.example" not in found
    with enter("globex"):
        theirs = actions.create_customer(name="Li", numbers=[], country="CN", at=wang.created_at)
    page = browser("supervisor", globex).get(f"/customers/{theirs.pk}/")
    assert "frame-src" not in page.headers["Content-Security-Policy"]
    assert "tenant-panel" not in page.content.decode()


def test_a_refused_form_keeps_what_was_typed_and_changes_nothing(browser):
    for wrong in (
        {"url": "javascript:alert(1)"},
        {"places": []},
        {"roles": ["owner2"]},
        {"name": "\u202e\n"},
    ):
        answer = browser("admin").post("/panels/new/", NEW | wrong)
        assert answer.status_code == 422, wrong
    with enter("acme"):
        assert not Panel.objects.exists()
