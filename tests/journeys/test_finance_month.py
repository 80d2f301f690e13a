"""Finance's month in a browser: globex's month is closed with its warning read, its bill opened on paper in both
languages, the sheet added up, a line credited, a payment recorded and one taken back; then globex reads its own bill
and acme sees nothing of it. Each page is looked at in both languages, light and dark.
"""

import csv
import io
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.closing.test_paper import words_of
from tests.journeys.looks import LANGUAGES, look

PAGES = ["/finance/", "/finance/bills/", "/finance/accounts/", "/finance/accounts/globex/"]


def test_finance_closes_bills_and_is_paid(product, visit) -> None:
    billing = visit("", "billing")
    faults = _close_globex(product, billing)
    number = billing.page.locator("h1 .nowrap").inner_text()
    bill = urlsplit(billing.page.url).path
    for language, word in (("en", "Invoice"), ("zh-hans", "账单")):
        said = words_of(_fetched(billing, f"{bill}paper.pdf?language={language}"))
        assert all(each in said for each in (word, number, "72.00")), said
    faults += _looks(billing, "finance bill")
    note = _give_half_back(billing.page)
    _pay_and_bounce(billing, bill, number)
    for path in PAGES:
        billing.go(path)
        faults += _looks(billing, path)

    lines = [row for row in _sheet(billing, "/finance/bills/sheet.csv") if row["number"] in (number, note)]
    assert sum(Decimal(row["net"]) + Decimal(row["tax"]) for row in lines) == Decimal("36.00")
    books = _sheet(billing, f"/finance/books.csv?month={lines[0]['issued_on'][:7]}")
    assert number in {row["document"] for row in books}
    assert sum(Decimal(row["debit"]) - Decimal(row["credit"]) for row in books) == 0

    mine = visit("globex", "finance")
    mine.go("/usage/")
    mine.page.locator("section", has=mine.page.locator("#invoices-title")).get_by_text(number).click()
    expect(mine.page.locator("h1")).to_contain_text(number)
    foreign = visit("acme", "finance")
    for path in ("/usage/", "/invoices/"):
        foreign.go(path)
        expect(foreign.page.locator("#content")).not_to_contain_text(number)
    assert foreign.go(urlsplit(mine.page.url).path).status == 404
    mine.go("/invoices/")
    faults += _looks(mine, "/invoices/")
    assert faults == []


def _close_globex(product, billing) -> list[str]:
    """Ends on the invoice; what its pages have of faults on the way."""
    page = billing.page
    billing.go("/admin/")
    page.get_by_role("link", name="Months and bills").first.click()
    month = product._program("-m", "tests.journeys.closing_stage", "open").strip()
    billing.go(f"/finance/?month={month}")
    blocked = page.get_by_role("region", name="In the way").get_by_role("row").filter(has_text="Globex")
    expect(blocked).to_contain_text("without a contract")
    blocked.get_by_role("button").click()
    expect(page.locator("h1")).to_contain_text("Closing")
    expect(page.locator("progress")).to_have_attribute("value", "0")
    faults = _looks(billing, "finance run waiting")
    product._program("-m", "tests.journeys.closing_stage", "work")
    # The page asks again by itself.
    expect(page.locator("h1")).to_contain_text("Done")
    expect(page.locator("tbody tr")).to_contain_text("Closed")
    page.get_by_role("link", name="Globex").first.click()
    page.locator("a[href^='/finance/bills/']").last.click()
    expect(page.locator("#content")).to_contain_text("VAT 20 %")
    expect(page.locator("#content")).to_contain_text("72.00 GBP")
    return faults


def _give_half_back(page) -> str:
    """More than is left is refused, and what was typed stays; the number of the credit note."""
    page.fill("#reason", "Half of it was a test")
    amount = page.locator("input[name^=line]")
    amount.fill("6000")
    page.get_by_role("button", name="Issue for these amounts").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#reason")).to_have_value("Half of it was a test")
    amount.fill("30")
    page.get_by_role("button", name="Issue for these amounts").click()
    expect(page.locator("h1")).to_contain_text("Credit note")
    expect(page.locator("#content")).to_contain_text("36.00")
    return page.locator("h1 .nowrap").inner_text()


def _pay_and_bounce(billing, bill: str, number: str) -> None:
    page = billing.page
    billing.go("/finance/accounts/globex/")
    page.fill("[name=amount]", "36.00")
    page.fill("[name=reference]", f"BACS {number}")
    page.get_by_role("button", name="Record the payment").click()
    paid = page.locator("section", has=page.locator("#paid-title")).locator("tr", has_text=f"BACS {number}")
    expect(paid).to_contain_text("36.00 GBP")
    billing.go(bill)
    expect(page.locator("h1")).to_contain_text("Settled")
    billing.go("/finance/accounts/globex/")
    paid.locator("[name=reason]").fill("Bounced")
    paid.get_by_role("button").click()
    billing.go(bill)
    expect(page.locator("h1")).to_contain_text("open: 36.00 GBP")


@pytest.mark.parametrize("who", ["finance", "owner"])
def test_what_a_tenant_pays_and_gets_in_both_languages_light_and_dark(visit, who) -> None:
    tenant = visit("acme", who)
    faults = []
    for path in ("/usage/", "/invoices/", *(("/status/", "/status/month/") if who == "owner" else ())):
        tenant.go(path)
        faults += _looks(tenant, f"{who} {path}")
    assert faults == []


def _looks(visitor, kind: str) -> list[str]:
    """Both languages, light and dark; the visitor ends where it was, in English."""
    path, found = visitor.page.url, []
    for theme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=theme)
        for language in LANGUAGES:
            visitor.speak(language)
            visitor.page.goto(path)
            found += look(visitor, f"{theme} {kind}")
    visitor.page.emulate_media(color_scheme="light")
    visitor.speak("en")
    visitor.page.goto(path)
    return found


def _fetched(visitor, path: str) -> bytes:
    """A file as the browser would get it, with the visitor's session."""
    answer = visitor.context.request.get(visitor.product.address(visitor.tenant, path))
    assert answer.status == 200, path
    return answer.body()


def _sheet(visitor, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_fetched(visitor, path).decode("utf-8-sig"))))
