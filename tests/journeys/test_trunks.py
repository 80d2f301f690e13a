"""An operator enters a trunk: the switch registers it, a test call goes through, calls go by it, and a carrier that
goes away is told on the page by itself. With SCREENSHOTS=<folder> each page is photographed.
"""

from playwright.sync_api import expect

from tests.certificates import Authority, shown_at_a_port
from tests.journeys.keyboard import press_on, type_into
from tests.journeys.test_emergency_pages import looked_at


def test_a_trunk_is_entered_checked_tried_and_used(product, visit):
    olivia = visit("", "operator")
    page, faults = olivia.page, []
    olivia.go("/network/trunks/")
    faults += looked_at(olivia, "trunks-none")
    press_on(olivia, "a[href$='/trunks/add/']")
    for name, words in (("name", "Telecom north"), ("host", "no host"), ("username", "861055550000")):
        type_into(olivia, f"input[name={name}]", words)
    press_on(olivia, ".card__foot button.button--primary")
    expect(page.get_by_text("A host is a name such as")).to_be_visible()
    faults += looked_at(olivia, "trunk-form")
    for name, words in (
        ("name", "Telecom north"),
        ("host", "127.0.0.1"),
        ("username", "861055550000"),
        ("secret", "s3cret!pass"),
    ):
        page.fill(f"input[name={name}]", words)
    press_on(olivia, ".card__foot button.button--primary")
    check = page.locator("[data-again]")
    expect(check).to_contain_text("REGED", timeout=30_000)
    page.fill("input[name=number]", "8610000")
    press_on(olivia, "form[action$='/test/'] button")
    expect(check).to_contain_text("answered after", timeout=30_000)
    press_on(olivia, "form[action$='/use/'] button")
    expect(page.get_by_text("In use").first).to_be_visible()
    faults += looked_at(olivia, "trunk-used")
    olivia.go("/network/trunks/")
    faults += looked_at(olivia, "trunks")
    olivia.go(page.locator("tbody th a").first.get_attribute("href"))
    press_on(olivia, "form[action$='/off/'] button")
    expect(page.get_by_text("Switched off").first).to_be_visible()
    assert olivia.failures == []
    assert not faults, "\n".join(faults)


def test_a_trunk_by_tls_says_what_is_wrong_with_the_carriers_certificate(product, visit, tmp_path):
    authority = Authority("Carrier Root")
    shown = authority.sign(tmp_path / "carrier.pem", "sip.carrier.example", "sip.carrier.example")
    with shown_at_a_port(shown) as port:
        olivia = visit("", "operator")
        page, faults = olivia.page, []
        olivia.go("/network/trunks/add/")
        enter(page, port, "no certificate")
        press_on(olivia, ".card__foot button.button--primary")
        expect(page.get_by_text("This is no certificate in PEM. Paste the certificate")).to_be_visible()
        faults += looked_at(olivia, "trunk-tls-form")
        enter(page, port, authority.pem)
        press_on(olivia, ".card__foot button.button--primary")
        check = page.locator("[data-again]")
        expect(check).to_contain_text("The certificate is for another name", timeout=30_000)
        expect(check).to_contain_text("It is for: sip.carrier.example")
        page.fill("input[name=number]", "8610000")
        press_on(olivia, "form[action$='/test/'] button")
        expect(check).to_contain_text("TLS_WRONG_NAME", timeout=30_000)
        faults += looked_at(olivia, "trunk-tls")
        press_on(olivia, "form[action$='/off/'] button")
        expect(page.get_by_text("Switched off").first).to_be_visible()
    assert olivia.failures == []
    assert not faults, "\n".join(faults)


def enter(page, port, own_ca):
    page.select_option("select[name=transport]", "tls")
    page.select_option("select[name=srtp]", "optional")
    page.fill("textarea[name=own_ca]", own_ca)
    for name, words in (
        ("name", "Telecom by TLS"),
        ("host", "localhost"),
        ("port", str(port)),
        ("username", "861055550001"),
        ("secret", "s3cret!pass"),
    ):
        page.fill(f"input[name={name}]", words)
