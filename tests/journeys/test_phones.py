"""An agent and their phone: what rings is chosen by keyboard, and the phone is checked before the shift."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.journeys.conftest import ARGUMENTS, CHROMIUM
from tests.journeys.looks import look, look_in_chinese

FAKES = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    """With a microphone that beeps once a second."""
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *FAKES])
        yield browser
        browser.close()


def test_what_rings_is_chosen_and_the_phone_is_checked_before_the_shift(visit):
    ann = visit("acme", "ann")
    ann.go("/workspace/")
    ann.settle()
    ann.page.locator("#phone").press("Enter")
    sip = ann.page.locator('[data-ring-on="sip"]')
    expect(sip).to_contain_text(re.compile("registered"))
    expect(ann.page.locator('[data-ring-on="number"]')).to_be_disabled()
    sip.focus()
    sip.press("Enter")
    expect(sip).to_have_attribute("aria-pressed", "true")
    expect(ann.page.locator("[data-elsewhere]")).to_have_attribute("aria-pressed", "true")
    assert look(ann, "workspace-phones") == []
    ann.page.locator('[data-ring-on="any"]').click()
    expect(ann.page.locator('[data-ring-on="any"]')).to_have_attribute("aria-pressed", "true")
    ann.page.get_by_role("link", name="Check the phone").click()
    ann.page.locator("#check-start").click()
    expect(ann.page.locator("#check-step")).to_have_text("Done.")
    result = ann.page.locator("#check-result")
    expect(result).to_contain_text(re.compile("Check (not )?passed"))
    figures = {
        row.locator("th").inner_text(): row.locator("td").first.inner_text()
        for row in result.locator("tbody tr").all()
    }
    for name in (
        "Your voice",
        "Noise around you",
        "There and back",
        "Unevenness of the way",
        "Bandwidth to you",
    ):
        assert re.match(r"-?[0-9]", figures[name]), figures
    assert look(ann, "phone-check") == []
    boss = visit("acme", "supervisor")
    boss.go("/phone-checks/")
    expect(boss.page.locator("main")).to_contain_text(re.compile("Check (not )?passed"))
    assert look(boss, "phone-checks") + look_in_chinese(boss, "/phone-checks/", "phone-checks") == []
    assert look_in_chinese(ann, "/phone-check/", "phone-check") == []
