"""The caller simulator before anything is published: "press 2, say nothing, press 9", by mouse and by keyboard.

And what follows it: published, changed, compared and rolled back with the keyboard alone.
"""

import pytest
from playwright.sync_api import expect

from tests.journeys.flow_documents import HELP, PERSON, front_door
from tests.journeys.flow_hands import PATIENCE, flow_path, open_file, ready, saved, stage_of_flows
from tests.journeys.keyboard import press_on, type_into, walk_to

THE_WALK = [HELP, "2", PERSON, "(says nothing)", PERSON, "9"]
"""What is heard and pressed; the menu of the second level is heard again after nothing was said."""


@pytest.fixture
def stage(product):
    yield from stage_of_flows(product)


@pytest.fixture
def admin(stage, visit, tmp_path):
    """An administrator before a flow of three levels that came from a file."""
    visitor = visit("acme", "admin")
    open_file(visitor, front_door(), tmp_path)
    return visitor


def test_press_2_say_nothing_press_9_with_the_mouse(admin):
    page = admin.page
    page.locator("#tab-trial").click()
    expect(page.locator(".trial__end")).to_contain_text("press a key", timeout=PATIENCE)
    expect(page.locator(".keypad__key.is-offered")).to_have_text(["1", "2", "0"])
    page.locator("[data-key='2']").click()
    expect(page.locator(".trial__pressed")).to_have_text(["2"], timeout=PATIENCE)
    page.get_by_role("button", name="Say nothing").click()
    expect(page.locator(".trial__pressed")).to_have_text(["2", "(says nothing)"], timeout=PATIENCE)
    page.locator("[data-key='9']").click()
    expect(page.locator(".trial__end")).to_have_text(
        "The caller waits in the queue Support.", timeout=PATIENCE
    )
    heard = page.locator(".trial__heard, .trial__pressed").all_inner_texts()
    assert heard == THE_WALK
    assert page.locator(".fstep.is-walked").count() == 3, "the picture shows the way"
    page.get_by_role("button", name="Take back").click()
    expect(page.locator(".trial__end")).to_contain_text("press a key", timeout=PATIENCE)
    page.get_by_role("button", name="Call again").click()
    expect(page.locator(".trial__pressed")).to_have_count(0, timeout=PATIENCE)
    assert admin.grave_faults() == []


def test_press_2_say_nothing_press_9_with_the_keyboard(admin):
    page = admin.page
    walk_to(admin, "#tab-problems")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".trial__end")).to_contain_text("press a key", timeout=PATIENCE)
    page.keyboard.press("2")
    expect(page.locator(".trial__pressed")).to_have_text(["2"], timeout=PATIENCE)
    press_on(admin, ".keypad__more button:first-child")
    expect(page.locator(".trial__pressed")).to_have_count(2, timeout=PATIENCE)
    page.keyboard.press("9")
    expect(page.locator(".trial__end")).to_have_text(
        "The caller waits in the queue Support.", timeout=PATIENCE
    )
    heard = page.locator(".trial__heard, .trial__pressed").all_inner_texts()
    assert heard == THE_WALK


def test_the_hour_of_the_call_and_what_nobody_can_know_are_chosen(admin):
    page = admin.page
    page.locator("#tab-trial").click()
    expect(page.locator(".trial__end")).to_contain_text("press a key", timeout=PATIENCE)
    page.locator("[data-key='1']").click()
    page.fill("#trial-at", "2026-11-18T10:00")
    expect(page.locator(".trial__end")).to_have_text("The caller waits in the queue Sales.", timeout=PATIENCE)
    page.fill("#trial-at", "2026-11-22T10:00")
    told = "The caller leaves a message for Sales."
    expect(page.locator(".trial__end")).to_have_text(told, timeout=PATIENCE)
    page.locator(".trial__choice").select_option(label="open")
    expect(page.locator(".trial__end")).to_have_text("The caller waits in the queue Sales.", timeout=PATIENCE)


def test_a_flow_is_published_changed_compared_and_rolled_back_with_the_keyboard(admin, stage):
    page, flow = admin.page, flow_path(admin)
    stage._program("-m", "tests.journeys.flow_stage", "speak")
    publish(admin, 1)
    admin.go(flow)
    ready(admin)
    page.locator(".fstep__main").nth(1).focus()
    page.keyboard.press("Enter")
    type_over(admin, "[data-field=title]", "Is anybody there")
    saved(admin)
    publish(admin, 2)
    admin.go(f"{flow}versions/")
    press_on(admin, f"a[href='{flow}versions/2/']")
    expect(page.get_by_role("heading", name="What differs from version 1")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("main")).to_contain_text("Is anybody there")
    admin.go(f"{flow}versions/")
    press_on(admin, f"a[href='{flow}versions/1/back/']")
    expect(page.locator("h1")).to_have_text("Roll back to version 1", timeout=PATIENCE)
    press_on(admin, "form.card .button--primary")
    expect(page.locator("tbody tr").first).to_contain_text("says again what 1 said", timeout=PATIENCE)
    expect(page.locator("tbody tr").first).to_contain_text("Admin Acme")


def publish(visitor, number: int) -> None:
    visitor.go(f"{flow_path(visitor)}publish/")
    type_into(visitor, "#note", f"Note {number}")
    press_on(visitor, "form.card .button--primary")
    expect(visitor.page.get_by_text(f"Version {number} is published")).to_be_visible(timeout=PATIENCE)


def type_over(visitor, selector: str, text: str) -> None:
    walk_to(visitor, selector)
    visitor.page.keyboard.press("Control+a")
    visitor.page.keyboard.type(text)
