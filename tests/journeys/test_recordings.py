"""A recording is found and heard, by mouse and with the keyboard; who is recorded is said on a page."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import press_on, walk_to
from tests.journeys.looks import look, look_in_chinese

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def recording(product) -> str:
    return product._program("-m", "tests.journeys.recording_stage").strip()


def seconds_in(page) -> int:
    minutes, rest = page.locator("[data-now]").inner_text().split(":")
    return int(minutes) * 60 + int(rest)


def test_a_recording_is_found_and_heard_with_the_mouse(recording, visit):
    boss = visit("acme", "supervisor")
    page = boss.page
    boss.go("/calls/")
    page.get_by_role("link", name="Recordings").click()
    page.fill("input[name=number]", "13812340099")
    page.get_by_role("button", name="Show").click()
    page.locator("tbody th a").first.click()
    expect(page.locator(".sound__shape")).to_be_attached()
    expect(page.locator(".sound__mark--masked")).to_be_attached()
    assert "12340099" not in page.inner_text("main"), "numbers are masked"
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("[data-now]")).not_to_have_text("0:00")
    page.get_by_role("button", name="Caller").click()
    expect(page.get_by_role("button", name="Caller")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name=re.compile("Masked 0:10–0:16")).click()
    expect(page.locator("[data-now]")).to_have_text(re.compile("0:1[0-9]"))
    page.get_by_role("button", name="Pause").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    assert re.fullmatch(r"\d{8}-\d{6}_\w{8}_supervisor_\d{8}T\d{6}Z\.wav", saved.value.suggested_filename)
    page.reload()
    ledger = page.locator("section[aria-labelledby=ledger-title] tbody tr")
    expect(ledger.filter(has_text="Downloaded").first).to_contain_text("Supervisor Acme")
    expect(ledger.filter(has_text="Played").first).to_contain_text("Supervisor Acme")
    assert look(boss, "recording") == []
    page.select_option("#member", label="Owner Acme")
    page.get_by_role("button", name="Make a link").click()
    shared = page.locator("#address").input_value()
    owner = visit("acme", "owner")
    owner.page.goto(shared)
    expect(owner.page.get_by_text("has shared this recording with you")).to_be_visible()
    assert look_in_chinese(owner, f"/recordings/{recording}/", "recording") == []


def test_a_recording_is_heard_with_the_keyboard_and_its_pages_look_right(recording, visit):
    boss = visit("acme", "owner")
    page = boss.page
    boss.go(f"/recordings/{recording}/")
    expect(page.locator(".sound__shape")).to_be_attached()
    walk_to(boss, "[data-wave]")
    for _each in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-now]")).to_have_text("0:15")
    page.keyboard.press("Space")
    expect(page.locator("[data-play-word]")).to_have_text("Pause")
    expect(page.locator("[data-now]")).not_to_have_text("0:15")
    page.keyboard.press("k")
    expect(page.locator("[data-play-word]")).to_have_text("Play")
    page.keyboard.press("Home")
    expect(page.locator("[data-wave]")).to_have_attribute("aria-valuetext", "0:00 of 0:40")
    boss.go("/recordings/policy/")
    page.select_option("#id_rule-0-whom", label="Everybody")
    page.select_option("#id_rule-0-mode", label="Always")
    press_on(boss, "form.form button.button--primary")
    expect(page.get_by_text("is in force").first).to_be_visible()
    faults = look(boss, "recording policy")
    for path, kind in (("/recordings/", "recordings"), ("/recordings/policy/", "recording policy")):
        boss.go(path)
        faults += look(boss, kind) + look_in_chinese(boss, path, kind)
    assert faults == []
