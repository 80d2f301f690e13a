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
    number = page.locator("h1 .nowrap").inner_text()
    bill = urlsplit(page.url).path
    content = page.locator("#content")
    expect(content).to_contain_text("72.00")
    expect(content).to_contain_text("VAT 20 %")
    for language, words in (("en", ("Invoice", number, "72.00")), ("zh-hans", ("账单", number, "72.00"))):
        paper = f"{urlsplit(page.url).path}paper.pdf?language={language}"
        said = words_of(_fetched(billing, paper))
        assert all(word in said for word in words), said
    faults += _looks(billing, "finance bill")

    # More than is left is refused, and what was typed stays; then a part is given back.
    page.fill("#reason", "Half of it was a test")
    amount = page.locator("input[name^=line]")
    amount.fill("6000")
    page.get_by_role("button", name="Issue for these amounts").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#reason")).to_have_value("Half of it was a test")
    page.locator("input[name^=line]").fill("30")
    page.get_by_role("button", name="Issue for these amounts").click()
    expect(page.locator("h1")).to_contain_text("Credit note")
    expect(content).to_contain_text("36.00")
    note = page.locator("h1 .nowrap").inner_text()

    billing.go("/finance/accounts/globex/")
    reference = f"BACS {number}"
    page.fill("[name=amount]", "36.00")
    page.fill("[name=reference]", reference)
    page.get_by_role("button", name="Record the payment").click()
    paid = page.locator("section", has=page.locator("#paid-title")).locator("tr", has_text=reference)
    expect(paid).to_contain_text("36.00 GBP")
    billing.go(bill)
    expect(page.locator("h1")).to_contain_text("Settled")
    billing.go("/finance/accounts/globex/")
    paid.locator("[name=reason]").fill("Bounced")
    paid.get_by_role("button").click()
    billing.go(bill)
    expect(page.locator("h1")).to_contain_text("open: 36.00 GBP")
    for path in PAGES:
        billing.go(path)
        faults += _looks(billing, path)

    lines = [row for row in _sheet(billing, "/finance/bills/sheet.csv") if row["number"] in (number, note)]
    assert sum(Decimal(row["net"]) + Decimal(row["tax"]) for row in lines) == Decimal("36.00")
    books = _sheet(billing, f"/finance/books.csv?month={lines[0]['issued_on'][:7]}")
    assert number in {row["document"] for row in books}
    assert sum(Decimal(row["debit"]) - Decimal(row["credit"]) for row in books) == 0

    mine = visit("globex", "finance")
    mine.go("/invoices/")
    expect(mine.page.locator("#content")).to_contain_text(number)
    faults += _looks(mine, "/invoices/")
    mine.page.get_by_role("link", name=number, exact=True).first.click()
    expect(mine.page.locator("h1")).to_contain_text(number)
    foreign = visit("acme", "finance")
    foreign.go("/invoices/")
    expect(foreign.page.locator("#content")).not_to_contain_text(number)
    assert foreign.go(urlsplit(mine.page.url).path).status == 404
    assert faults == []


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
