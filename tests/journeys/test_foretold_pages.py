"""Who gains and loses what is read before a team is changed, at three widths in both languages, and undone by hand."""

import pytest
from playwright.sync_api import expect

from tests.journeys.flow_hands import PATIENCE
from tests.journeys.widths import LANGUAGES, look_at_widths

LEAD = "Supervisor Acme"
NAMES = {"en": "Night shift", "zh-hans": "夜班"}
FORM = "form:has([name=leads])"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_lead_gains_is_read_before_and_undone_after(product, visit, language):
    admin = visit("acme", "admin", language=language)
    page, name = admin.page, NAMES[language]
    admin.go("/teams/new/")
    page.fill("[name=name]", name)
    page.click(f"{FORM} button")
    expect(page.locator("h1")).to_have_text(name, timeout=PATIENCE)
    page.locator(FORM).get_by_label(LEAD).check()
    page.click(f"{FORM} button")
    expect(page.locator(".signs")).to_contain_text(name, timeout=PATIENCE)
    faults = look_at_widths(admin, "foretold-team")
    page.click("form:has([name=_foretold]) button")
    page.click("a[href*=bulkact]")
    page.wait_for_url("**/lists/bulkact/**")
    faults += look_at_widths(admin, "foretold-undo")
    assert not faults, "\n".join(faults)
    page.click("[href$='/undo/'], [formaction$='/undo/'], [action$='/undo/'] button")
    page.locator(
        "main form button, #content form button, form.bulk button, form button[type=submit]"
    ).last.click()
    admin.go("/teams/")
    page.get_by_role("link", name=name).first.click()
    expect(page.locator(FORM).get_by_label(LEAD)).not_to_be_checked(timeout=PATIENCE)
